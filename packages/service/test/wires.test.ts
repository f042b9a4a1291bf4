import { PexError } from '@pex/core'
import type { Transport } from '@pex/core'
import { createSigner } from '@pex/record'
import { createPex } from '@pex/service'
import type { Pex } from '@pex/service'
import { native } from '@pex/wire'
import { casmWire, decodeGossip, encodeGossip } from '@pex/wire/casm'
import { describe, expect, it } from 'vitest'
import { contact, keyOf, TICK, world } from './world.ts'
import type { World } from './world.ts'

const NS = 'chat'
const gossip = { tickMs: TICK }
const casmOnly = { wires: [casmWire()], namespaces: [NS], gossip }
const nativeOnly = { namespaces: [NS], gossip }
const both = { wires: [native, casmWire()], namespaces: [NS], gossip }

async function start({ clock }: World, pex: Pex): Promise<Pex> {
  const started = pex.start()
  await clock.advance(100)
  await started
  return pex
}

const known = (pex: Pex): readonly string[] => pex.view(NS).map(({ id }) => id)

describe('hosts on different wires', () => {
  it('meet through those who speak both: each asks in what the other understands', async () => {
    const at = world()
    const bridge = await start(at, await at.host(both))
    const bootstrap = [contact(bridge)]
    const hosts: Pex[] = [bridge]
    for (const init of [nativeOnly, casmOnly, both, casmOnly, nativeOnly])
      hosts.push(await start(at, await at.host({ ...init, bootstrap })))
    await at.clock.advance(60 * TICK)
    for (const host of hosts) {
      const speaks = new Set(host === bridge ? [] : known(host))
      if (host !== bridge) expect(speaks, 'the bridge stays').toContain(bridge.id)
    }
    expect(new Set(known(bridge))).toEqual(new Set(hosts.slice(1).map(({ id }) => id)))
    expect(hosts.map(({ rejections }) => rejections)).toEqual(hosts.map(() => ({})))
    await Promise.all(hosts.map(host => host.stop()))
    expect(at.clock.pending).toBe(0)
  })

  it('on casm’s alone converge, notice who dies by pings of nothing, and hold all others', async () => {
    const at = world()
    const first = await start(at, await at.host(casmOnly))
    const hosts = [first]
    for (let i = 0; i < 9; i++)
      hosts.push(await start(at, await at.host({ ...casmOnly, bootstrap: [contact(first)] })))
    await at.clock.advance(40 * TICK)
    for (const host of hosts) expect(known(host).length).toBe(9)
    const [dead, ...living] = hosts
    const stopped = dead!.stop()
    await at.clock.advance(60 * TICK)
    await stopped
    for (const host of living) expect(known(host)).not.toContain(dead!.id)
    // In two messages nobody knows what the other takes, so an entry may be given away in vain.
    for (const host of living) expect(known(host).length).toBeGreaterThanOrEqual(7)
    await Promise.all(living.map(host => host.stop()))
  })

  it('that have no wire in common fail with PEX_UNSUPPORTED, and nobody is the worse for it', async () => {
    const at = world()
    const left = await start(at, await at.host(nativeOnly))
    const right = await start(at, await at.host(casmOnly))
    const codes: string[] = []
    right.addEventListener('exchange:fail', ({ detail: { error } }) => codes.push(error.code))
    const joined = right.join(NS, { bootstrap: [contact(left)] })
    const failure = expect(joined).rejects.toMatchObject({ code: 'PEX_NO_PEER_FOUND' })
    await at.clock.advance(10 * TICK)
    await failure
    expect(codes).toContain('PEX_UNSUPPORTED')
    expect([known(left), known(right)]).toEqual([[], []])
    await Promise.all([left.stop(), right.stop()])
  })
})

/** Who writes on casm's wire by hand. */
async function stranger(at: World, to: Pex): Promise<(body: Uint8Array) => Promise<Uint8Array>> {
  const transport: Transport = at.links.transport('stranger')
  await transport.start()
  return async body => {
    const asked = transport.request(contact(to), casmWire().protocolOf(NS), body, {
      signal: new AbortController().signal
    })
    const settled = asked.then(
      answer => answer.body,
      (error: unknown) => error
    )
    await at.clock.advance(100)
    const answer = await settled
    if (answer instanceof Uint8Array) return answer
    throw answer as PexError
  }
}

describe('casm’s wire', () => {
  it('answers who pushes nothing with the own record, and breaks off where anything is wrong', async () => {
    const at = world()
    const host = await start(at, await at.host(both))
    const ask = await stranger(at, host)
    const pong = decodeGossip(await ask(new Uint8Array())) as readonly { hop: number }[]
    expect(pong.map(({ hop }) => hop)).toEqual([0])
    await expect(ask(new Uint8Array([1, 2, 3, 4, 5]))).rejects.toMatchObject({ code: 'PEX_UNREACHABLE' })
    expect(host.rejections).toEqual({ 'bad-encoding': 1 })
    await host.stop()
  })

  it('takes the newest of several records of one peer, as casm may send them', async () => {
    const at = world()
    const host = await start(at, await at.host(both))
    const peer = createSigner(await keyOf(77))
    const own = createSigner(await keyOf(78))
    const old = await peer.sign(['/memory/old'], 1n)
    const young = await peer.sign(['/memory/young'], 2n)
    const transport = at.links.transport(own.id)
    await transport.start()
    const body = encodeGossip([
      { hop: 1, record: old },
      { hop: 5, record: young },
      { hop: 3, record: old },
      { hop: 0, record: await own.sign([`/memory/${own.id}`], 1n) }
    ])!
    const signal = new AbortController().signal
    const asked = transport.request(contact(host), casmWire().protocolOf(NS), body, { signal })
    await at.clock.advance(100)
    await asked
    expect(host.rejections).toEqual({})
    const held = host.view(NS).find(({ id }) => id === peer.id)
    expect(held?.addresses).toEqual(['/memory/young'])
    await host.stop()
  })

  it('is one of several, and none is no service', async () => {
    const at = world()
    const signer = createSigner(await keyOf(9))
    const parts = { transport: at.links.transport(signer.id), signer }
    expect(() => createPex(parts, { wires: [] })).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
  })
})
