/** Which addresses are called: threats T18 and T19 over datagrams. */
import { NetworkScope } from '@pex/core'
import { VictimCap } from '@pex/swarm'
import { seeded } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { Manners } from '../src/manners.ts'
import { Field } from './field.ts'

const body = new Uint8Array([1])
const MINUTE = 60_000
const at = (host: string): { host: string; port: number; via: number } => ({ host, port: 4001, via: 0 })

describe('the addresses that records name', () => {
  it('of private networks are not called in a public one; those of the operator are', async () => {
    const field = new Field(1)
    const scope = new NetworkScope('public')
    scope.configure(['/ip4/10.0.0.7/udp/4001/noise'])
    const asker = await field.machine('9.9.9.1', { manners: new Manners(scope, undefined) })
    const called: string[] = []
    field.tap = (_, to) => called.push(to.host)
    for (const host of ['10.0.0.5', '127.0.0.1', '169.254.169.254', '192.168.1.1'])
      field.ask(asker, { id: 'somebody', addresses: [at(host)] }, body)
    field.run(10)
    expect(called).toEqual([])
    expect([...asker.outcomes.values()]).toEqual(
      Array.from({ length: 4 }, () => ({ code: 'PEX_UNREACHABLE' }))
    )
    field.ask(asker, { id: 'a friend', addresses: [at('10.0.0.7')] }, body)
    field.run(10)
    expect(called).toContain('10.0.0.7')
  })

  it('of a victim under a thousand ids are called as often as the cap has it, and no more', async () => {
    const field = new Field(2)
    const cap = new VictimCap({ rng: seeded(3) })
    const asker = await field.machine('9.9.9.1', { manners: new Manners(new NetworkScope('public'), cap) })
    const hellos: number[] = []
    field.tap = (_, to) => {
      if (to.host === '8.8.8.8') hellos.push(field.now)
    }
    const began = field.now
    for (let i = 0; i < 1_000; i++) {
      field.ask(asker, { id: `id ${i}`, addresses: [at('8.8.8.8')] }, body, MINUTE)
      field.run(MINUTE / 10)
    }
    const calls = new Set(hellos.map(time => Math.floor((time - began) / (10 * MINUTE))))
    expect(hellos.length).toBeGreaterThan(0)
    // One call is a few hellos; an hour and a half of it is one or two calls.
    expect(calls.size).toBeLessThanOrEqual(2)
  })

  it('prove themselves by an exchange, and are then called whenever they are asked', async () => {
    const field = new Field(4)
    const cap = new VictimCap({ rng: seeded(5) })
    const asker = await field.machine('9.9.9.1', { manners: new Manners(new NetworkScope('public'), cap) })
    const peer = await field.machine('8.8.4.4')
    const { id } = peer.endpoint
    for (let i = 0; i < 3; i++) {
      const key = field.ask(asker, { id, addresses: [peer.address] }, body)
      field.run(10_000)
      expect(asker.outcomes.get(key), `question ${i}`).toMatchObject({ from: id })
      // Long enough that nothing is left of the session.
      field.run(60 * MINUTE)
    }
  })
})
