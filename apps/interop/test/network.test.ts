/** Networks of TypeScript hosts and Go peers: they converge, take in changes, and outlive a kill. */
import { beforeAll, describe, expect, it } from 'vitest'
import { directory, GoPeer } from './support/go-peer.ts'
import { BUILD_MS, build, hasGo, skipped } from './support/go.ts'
import { addresses, idOf, known, NS, sees, start, wires } from './support/hosts.ts'
import type { Host } from './support/hosts.ts'

let program: string

beforeAll(async () => {
  if (hasGo) program = await build()
}, BUILD_MS)

// A host's exchange has a quarter of its tick to itself, the dial included.
const gossip = { tickMs: 4_000, exchangeMs: 2_000 }
const args = ['--tick', '1s', '--timeout', '5s']

function holdsAll(ids: readonly string[]): (peers: readonly { id: string }[]) => boolean {
  return peers => ids.every(wanted => peers.some(({ id }) => id === wanted))
}

/** Resolves when the host has held each of those peers. */
async function meets(host: Host, ids: readonly string[]): Promise<void> {
  const met = new Set<string>()
  await sees(host, view => {
    for (const { id } of view) met.add(id)
    return ids.every(id => met.has(id))
  })
}

/** Which of the addresses a host listens at are not in the list. */
const newer = (host: Host, old: readonly string[]): string[] =>
  addresses(host).filter(each => !old.includes(each))

describe.skipIf(!hasGo)(`three TypeScript hosts and three Go peers${skipped}`, () => {
  it.each(['casm', 'both'] as const)('come to know each other, all of them (%s)', async speaks => {
    const first = await GoPeer.start(program, { args })
    await first.do('gossip', { ns: NS })
    const hosts: Host[] = []
    for (let i = 0; i < 3; i++) {
      const host = await start({ wires: wires[speaks](), gossip })
      await host.services.pex.join(NS, { bootstrap: first.addresses })
      hosts.push(host)
    }
    const peers = [first, await GoPeer.start(program, { args }), await GoPeer.start(program, { args })]
    for (const peer of peers.slice(1)) {
      await peer.do('bootstrap', { ns: NS, peers: addresses(hosts[0]!) })
      await peer.do('gossip', { ns: NS })
    }
    const [goIds, tsIds] = [peers.map(({ id }) => id), hosts.map(idOf)]
    await Promise.all([
      ...peers.map(peer => peer.learns(holdsAll([...tsIds, ...goIds.filter(id => id !== peer.id)]))),
      ...hosts.map(host => meets(host, [...goIds, ...tsIds.filter(id => id !== idOf(host))]))
    ])
    // On casm's wire nobody knows what the other takes, so a host may give an entry away in vain; never all of them.
    for (const host of hosts) expect(known(host).length).toBeGreaterThanOrEqual(3)
    // Go peers do not look whom they send to, and tell hosts of themselves.
    const wrong = hosts.flatMap(host => Object.keys(host.services.pex.rejections))
    expect(wrong.filter(reason => reason !== 'self')).toEqual([])
    expect(peers.flatMap(({ lines }) => lines.filter(({ event }) => event === 'error'))).toEqual([])
  })
})

describe.skipIf(!hasGo)(`a record whose addresses have changed${skipped}`, () => {
  it('of a Go peer replaces the old one, which does not come back', async () => {
    const host = await start()
    const go = await GoPeer.start(program)
    await go.do('bootstrap', { ns: NS, peers: addresses(host) })
    await sees(host, holdsAll([go.id]))
    const [old] = host.services.pex.view(NS)
    await go.do('move', { listen: '/ip4/127.0.0.1/tcp/0' })
    await go.do('advertise', { ns: NS })
    await sees(host, view => view.some(({ id, seq }) => id === go.id && seq > old!.seq))
    const [held] = host.services.pex.view(NS)
    expect(held?.addresses.map(each => `${each}/p2p/${go.id}`)).toEqual(go.addresses)
    expect(held?.addresses).not.toEqual(old?.addresses)
    await host.services.pex.offer(NS, [old!.envelope])
    expect(host.services.pex.view(NS)).toEqual([held])
  })

  it('of a TypeScript host replaces the old one at a Go peer', async () => {
    const host = await start()
    const go = await GoPeer.start(program)
    await go.do('bootstrap', { ns: NS, peers: addresses(host) })
    await go.learns(holdsAll([idOf(host)]))
    const [before, [old]] = [addresses(host), go.told]
    const renewed = Promise.withResolvers<void>()
    host.services.pex.addEventListener('record:update', () => renewed.resolve())
    await host.services.listens.listen()
    await renewed.promise
    expect(newer(host, before)).toHaveLength(1)
    // The first may be a round that had begun before.
    for (let i = 0; i < 2; i++) await host.services.pex.advertise(NS)
    await go.learns(([now]) => BigInt(now?.seq ?? 0) > BigInt(old?.seq ?? 0))
    const [held] = go.told
    expect(held?.addrs.map(each => `${each}/p2p/${idOf(host)}`)).toEqual(addresses(host))
  })
})

describe.skipIf(!hasGo)(`a Go peer that is killed${skipped}`, () => {
  it('rejoins through a TypeScript host with what it had kept, and is found at its new place', async () => {
    const data = await directory()
    const host = await start()
    const first = await GoPeer.start(program, { data })
    await first.do('bootstrap', { ns: NS, peers: addresses(host) })
    await sees(host, holdsAll([first.id]))
    const [old] = host.services.pex.view(NS)
    await first.kill()
    const again = await GoPeer.start(program, { data })
    expect(again.id).toBe(first.id)
    expect(again.addresses).not.toEqual(first.addresses)
    await again.do('advertise', { ns: NS })
    await sees(host, view => view.some(({ id, seq }) => id === again.id && seq > old!.seq))
    const [held] = host.services.pex.view(NS)
    expect(held?.addresses.map(each => `${each}/p2p/${again.id}`)).toEqual(again.addresses)
    expect(await again.view(NS)).toEqual([idOf(host)])
  })

  it('and loses all it kept is a newcomer, and no less welcome', async () => {
    const host = await start()
    const first = await GoPeer.start(program)
    await first.do('bootstrap', { ns: NS, peers: addresses(host) })
    await first.kill()
    const other = await GoPeer.start(program)
    await other.do('bootstrap', { ns: NS, peers: addresses(host) })
    await sees(host, holdsAll([other.id]))
    expect(await other.view(NS)).toContain(idOf(host))
  })
})
