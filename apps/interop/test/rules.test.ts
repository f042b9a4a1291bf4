/** That our Go peer keeps casm's rules: the acceptance cases of casm's own tests, and its merge. */
import { beforeAll, describe, expect, it } from 'vitest'
import { GoPeer } from './support/go-peer.ts'
import { BUILD_MS, build, hasGo, skipped, testGo } from './support/go.ts'
import { NS } from './support/hosts.ts'

let program: string

beforeAll(async () => {
  if (hasGo) program = await build()
}, BUILD_MS)

describe.skipIf(!hasGo)(`a Go peer${skipped}`, () => {
  it(
    'merges, protects, decays and evicts as casm does',
    async () => {
      await expect(testGo('./peer')).resolves.toBeUndefined()
    },
    BUILD_MS
  )

  it('finds nobody in a namespace that it has not advertised', async () => {
    const go = await GoPeer.start(program)
    await expect(go.do('find', { ns: NS })).rejects.toThrow('not found')
  })

  it('alone in a network is content: its ttl lies between half a tick and a tick, and nobody is found', async () => {
    const go = await GoPeer.start(program, { args: ['--tick', '10s'] })
    const { ttl } = await go.do('advertise', { ns: NS })
    expect(ttl).toBeGreaterThanOrEqual(5_000)
    expect(ttl).toBeLessThanOrEqual(10_000)
    expect((await go.do('find', { ns: NS })).peers).toEqual([])
  })

  it('knows whom it bootstrapped from, and fails where none of the given peers is there', async () => {
    const [zero, one] = [await GoPeer.start(program), await GoPeer.start(program)]
    const bootstrap = { ns: NS, peers: one.addresses }
    await expect(zero.do('bootstrap', bootstrap)).rejects.toThrow('no peer found')
    await one.do('advertise', { ns: NS })
    await zero.do('bootstrap', bootstrap)
    expect((await zero.do('find', { ns: NS })).peers?.map(({ id }) => id)).toEqual([one.id])
  })

  it('with a bootstrap peer joins by advertising alone, and both learn the other', async () => {
    const one = await GoPeer.start(program)
    await one.do('advertise', { ns: NS })
    const zero = await GoPeer.start(program, { args: ['--bootstrap', one.addresses.join()] })
    await zero.do('advertise', { ns: NS })
    expect(await zero.view(NS)).toEqual([one.id])
    await one.learns(peers => peers.some(({ id }) => id === zero.id))
  })

  it('does not forget whom it cannot reach', async () => {
    const [zero, one] = [await GoPeer.start(program), await GoPeer.start(program)]
    await one.do('advertise', { ns: NS })
    await zero.do('bootstrap', { ns: NS, peers: one.addresses })
    await one.kill()
    await zero.do('advertise', { ns: NS })
    expect(await zero.view(NS)).toEqual([one.id])
  })

  it('that is closed does nothing more', async () => {
    const go = await GoPeer.start(program)
    await go.do('close')
    await expect(go.do('advertise', { ns: NS })).rejects.toThrow('the Go peer has ended')
  })
})
