/** That the harness itself is right: CometBFT's nodes among themselves, and how they treat those who break the rules. */
import { beforeAll, describe, expect, it } from 'vitest'
import { build, BUILD_MS, hasGo, skipped, versions } from './support/build.ts'
import { CHAIN, GoNode, RawPeer } from './support/go.ts'

describe.skipIf(!hasGo).each(versions)(`CometBFT $name among its own${skipped}`, version => {
  let binary: string

  beforeAll(async () => {
    binary = await build(version)
  }, BUILD_MS)

  it('tells who it is, and which version', async () => {
    const a = await GoNode.start(binary)
    const raw = await RawPeer.start(binary)
    const link = await raw.dial(a.address)
    const told = raw.lines.find(line => line.event === 'answer' && line.link === link)
    expect(told).toMatchObject({ peer: a.id, moniker: 'go', network: CHAIN, version: version.name })
    expect(await a.added(raw.id)).toMatchObject({ outbound: false, moniker: 'raw' })
  })

  it('A and B, knowing only a third node, meet', async () => {
    const c = await GoNode.start(binary)
    const [a, b] = await Promise.all([
      GoNode.start(binary, { seeds: [c.address] }),
      GoNode.start(binary, { seeds: [c.address] })
    ])
    await Promise.all([a.added(b.id), b.added(a.id)])
    expect(await a.selection()).toContain(b.address)
  })

  it('A and B, knowing only a seed, meet, and the seed has hung up on them', async () => {
    const c = await GoNode.start(binary, { seedMode: true })
    const [a, b] = await Promise.all([
      GoNode.start(binary, { seeds: [c.address] }),
      GoNode.start(binary, { seeds: [c.address] })
    ])
    await Promise.all([a.added(b.id), b.added(a.id)])
    await Promise.all([c.removed(a.id), c.removed(b.id)])
    expect(
      c.lines.filter(({ event }) => event === 'removed').every(({ reason }) => reason === undefined)
    ).toBe(true)
  })

  it('two more connections with the same key are refused, and the first one stays', async () => {
    const a = await GoNode.start(binary)
    const raw = await RawPeer.start(binary)
    const first = await raw.dial(a.address)
    await a.added(raw.id)
    const second = await raw.dial(a.address)
    await raw.closed(second)
    await raw.send(first, 'ping')
    await raw.received(first, 'pong')
    expect((await a.peers()).map(({ id }) => id)).toEqual([raw.id])
  })
})
