/** A crawl among liars: what they say costs them more than others. */
import type { NetAddress } from '@pex/address-book'
import { describe, expect, it } from 'vitest'
import { about, addressOf, crawlAll, crawlScene, honest, idOf, idsOf, leastGap, ok } from './crawl-scene.ts'

describe('a crawl among liars', () => {
  it('finds all honest nodes although a third invents addresses', async () => {
    const scene = crawlScene()
    const nodes = honest(scene, 200, 60)
    const liars = Array.from({ length: 100 }, (_, i) => addressOf(50_000 + i))
    let invented = 200_000
    for (const liar of liars)
      scene.place(liar, () =>
        ok(
          liar,
          Array.from({ length: 250 }, () => addressOf(invented++))
        )
      )
    const told = nodes[0]!
    scene.place(told, () => ok(told, [...liars, ...nodes.slice(1, 20)]))
    const { crawl, progress } = await crawlAll(scene, { seeds: [told], maxNodes: 20_000 })
    const map = crawl.map()
    expect(idsOf(map)).toEqual([...nodes, ...liars].map(({ id }) => id).toSorted())
    expect(map.nodes.length).toBeLessThanOrEqual(20_000)
    // All liars are in one /16: together they have one part of the table, and one turn in each round.
    expect(map.nodes.filter(({ verdict }) => verdict === 'timeout').length).toBeLessThanOrEqual(2_500)
    const last = progress.findLastIndex(
      ({ visit }) => visit.verdict === 'ok' && nodes.some(({ id }) => id === visit.id)
    )
    expect(progress.slice(0, last).filter(({ visit }) => visit.verdict === 'timeout').length).toBeLessThan(
      1_000
    )
    expect(leastGap(scene)).toBeGreaterThanOrEqual(120_000)
  })

  it('does not ask a liar again whose inventions were all visited', async () => {
    const scene = crawlScene()
    const liar = addressOf(1)
    let invented = 1_000
    scene.place(liar, () =>
      ok(
        liar,
        Array.from({ length: 100 }, () => addressOf((invented += 256)))
      )
    )
    await crawlAll(scene, { seeds: [liar] })
    expect(scene.visits.filter(({ id }) => id === liar.id)).toHaveLength(1)
  })

  it('lets one node bring in no more than a whole book', async () => {
    const scene = crawlScene()
    const liar = addressOf(1)
    let invented = 1_000
    scene.place(liar, () =>
      ok(
        liar,
        Array.from({ length: 250 }, () => addressOf(invented++))
      )
    )
    const { crawl } = await crawlAll(scene, { seeds: [liar], maxPerSource: 100 })
    expect(crawl.map()).toMatchObject({ dropped: 150 })
    expect(crawl.map().nodes).toHaveLength(101)
  })

  it('finds a node under its own id, where others name it under a false one', async () => {
    const scene = crawlScene()
    const [seed, victim] = [addressOf(1), addressOf(2)]
    const false1 = { ...victim, id: idOf(777) }
    const false2 = { ...victim, id: idOf(778) }
    scene.place(seed, () => ok(seed, [false1, false2]))
    scene.place(victim, ({ id }) =>
      id === victim.id ? ok(victim, []) : { verdict: 'wrong-id', actualId: victim.id }
    )
    const { crawl } = await crawlAll(scene, { seeds: [seed] })
    expect(idsOf(crawl.map())).toEqual([seed.id, victim.id])
    // One visit shows who is there: the other false name needs none.
    expect(scene.visits.filter(({ ip }) => ip === victim.ip)).toHaveLength(2)
    expect(crawl.map().nodes.filter(({ verdict }) => verdict === 'wrong-id')).toHaveLength(2)
  })

  it('finds a node at its true place, although false ones were named first', async () => {
    const scene = crawlScene()
    const [seed, other, victim] = [addressOf(1), addressOf(300), addressOf(3)]
    const lies = Array.from({ length: 6 }, (_, i) => addressOf(500 + 256 * i, victim.id))
    scene.place(seed, () => ok(seed, [...lies, other]))
    scene.place(other, () => ok(other, [victim]))
    scene.place(victim, () => ok(victim, []))
    const { crawl } = await crawlAll(scene, { seeds: [seed] })
    const found = crawl.map().nodes.find(({ id }) => id === victim.id)
    expect(found).toMatchObject({ verdict: 'ok', addresses: [{ ip: victim.ip, port: victim.port }] })
  })

  it('ends at a place that has a new id for every visit', async () => {
    const scene = crawlScene()
    const seed = addressOf(1)
    let ids = 1_000
    scene.place(seed, () => ({ verdict: 'wrong-id', actualId: idOf(ids++) }))
    const { crawl } = await crawlAll(scene, { seeds: [seed] })
    expect(crawl.map().nodes).toHaveLength(2)
    expect(scene.visits).toHaveLength(2)
  })

  it("leaves a host alone at whose ports nobody is: strangers may name a victim's", async () => {
    const scene = crawlScene()
    const liar = addressOf(1)
    const ports = Array.from({ length: 200 }, (_, i) => ({
      ...addressOf(900),
      id: idOf(5_000 + i),
      port: 1_000 + i
    }))
    scene.place(liar, () => ok(liar, ports))
    const { crawl } = await crawlAll(scene, { seeds: [liar] })
    expect(scene.visits.filter(({ ip }) => ip === ports[0]!.ip).length).toBeLessThanOrEqual(8)
    expect(crawl.map().nodes.filter(({ verdict }) => verdict === 'skipped')).toHaveLength(192)
  })

  it('leaves a network alone at whose hosts nobody is', async () => {
    const scene = crawlScene()
    const liar = addressOf(1)
    const hosts = Array.from({ length: 250 }, (_, i) => ({
      id: idOf(5_000 + i),
      ip: `93.184.216.${i}`,
      port: 26_656
    }))
    scene.place(liar, () => ok(liar, hosts))
    await crawlAll(scene, { seeds: [liar] })
    expect(scene.visits.length).toBeLessThanOrEqual(1 + 33)
    expect(scene.most.network).toBe(2)
  })

  it('visits a host with nodes without end no more than so often', async () => {
    const scene = crawlScene()
    const at = (n: number): NetAddress => ({ id: idOf(n), ip: '93.184.216.34', port: n })
    for (let n = 1; n < 2_000; n++) scene.place(at(n), () => ok(at(n), [at(n + 1), at(n + 2)]))
    await crawlAll(scene, { seeds: [at(1)] })
    expect(scene.visits).toHaveLength(64)
    expect(scene.most.host).toBe(1)
  })

  it('calls no private address that a stranger names, and no port 0; a private seed it calls', async () => {
    const scene = crawlScene()
    const seed = { id: idOf(1), ip: '127.0.0.1', port: 26_656 }
    const inside = ['10.0.0.1', '192.168.1.1', '127.0.0.1', '169.254.1.1', '100.64.0.1', '::1', 'fd00::1']
    const named = inside.map((ip, i) => ({ id: idOf(10 + i), ip, port: 26_657 }))
    scene.place(seed, () => ok(seed, [...named, { ...addressOf(5), port: 0 }]))
    await crawlAll(scene, { seeds: [seed] })
    expect(scene.visits).toHaveLength(1)
    const all = crawlScene()
    all.place(seed, () => ok(seed, named))
    await crawlAll(all, { seeds: [seed], routability: 'any' })
    expect(all.visits).toHaveLength(8)
  })

  it('keeps no more of a moniker than anybody needs', async () => {
    const scene = crawlScene()
    const seed = addressOf(1)
    const nodeInfo = { ...about(seed), moniker: 'x'.repeat(9_000) }
    scene.place(seed, () => ({ verdict: 'ok', nodeInfo, addresses: [] }))
    const { crawl } = await crawlAll(scene, { seeds: [seed] })
    expect(crawl.map().nodes[0]?.about?.moniker).toHaveLength(128)
  })
})
