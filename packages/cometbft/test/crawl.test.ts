import { PexError, sample } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { Crawl, readCrawlMap, summaryOf, writeCrawlMap } from '@pex/cometbft'
import type { CrawlMap, CrawlProgress } from '@pex/cometbft'
import { about, addressOf, crawlAll, crawlScene, honest, idsOf, leastGap, ok } from './crawl-scene.ts'
import type { CrawlScene } from './crawl-scene.ts'

describe('a crawl of honest nodes', () => {
  it('finds all thousand of them from one seed, among as many addresses where nobody is', async () => {
    const scene = crawlScene()
    const nodes = honest(scene, 1_000, 300, 300)
    const { crawl, progress, ms } = await crawlAll(scene, { seeds: [nodes[0]!] })
    const map = crawl.map()
    expect(idsOf(map)).toEqual(nodes.map(({ id }) => id).toSorted())
    expect(map).toMatchObject({ isComplete: true, isSettled: true, dropped: 0 })
    expect(summaryOf(map)).toMatchObject({ authenticated: 1_000, known: map.nodes.length })
    expect(progress.at(-1)).toMatchObject({ ok: 1_000, running: 0 })
    expect(scene.most.all).toBe(32)
    expect(scene.most.host).toBe(1)
    expect(scene.most.network).toBeLessThanOrEqual(2)
    expect(leastGap(scene)).toBeGreaterThanOrEqual(120_000)
    // A node is asked again only while that brings news.
    expect(scene.visits.length).toBeLessThan(4 * 2_000)
    expect(ms).toBeLessThan(15 * 60_000)
    expect(scene.clock.pending).toBe(0)
  })

  it('asks nobody twice who has told its whole book', async () => {
    const scene = crawlScene()
    const nodes = honest(scene, 20, 20)
    const { ms } = await crawlAll(scene, { seeds: [nodes[0]!] })
    expect(scene.visits).toHaveLength(20)
    expect(ms).toBeLessThan(10_000)
  })

  it('asks a node again, as long as its answers are a part of a book that is news', async () => {
    const scene = crawlScene()
    const book = Array.from({ length: 600 }, (_, i) => addressOf(i + 2))
    const seed = addressOf(1)
    scene.place(seed, () => ok(seed, sample(scene.rng, book, 138)))
    for (const each of book) scene.place(each, () => ok(each, []))
    const { crawl } = await crawlAll(scene, { seeds: [seed], maxVisits: 3 })
    expect(scene.visits.filter(({ id }) => id === seed.id)).toHaveLength(3)
    expect(idsOf(crawl.map()).length).toBeGreaterThan(300)
  })

  it('goes the same way with the same seed of chance', async () => {
    const [one, two] = await Promise.all(
      [1, 1].map(async seed => {
        const scene = crawlScene(seed)
        const nodes = honest(scene, 100, 50, 20)
        const { crawl } = await crawlAll(scene, { seeds: [nodes[0]!] })
        return [scene.visits, crawl.map()]
      })
    )
    expect(one).toEqual(two)
  })

  it('knows who named whom, and who found whom', async () => {
    const scene = crawlScene()
    const [a, b, c] = [addressOf(1), addressOf(2), addressOf(3)]
    scene.place(a, () => ok(a, [b]))
    scene.place(b, () => ok(b, [a, c]))
    scene.place(c, () => ok(c, [a]))
    const { crawl } = await crawlAll(scene, { seeds: [a] })
    const { nodes } = crawl.map()
    expect(nodes.map(({ names, foundBy, isSeed }) => ({ names, foundBy, isSeed }))).toEqual([
      { names: [1], foundBy: undefined, isSeed: true },
      { names: expect.arrayContaining([0, 2]) as number[], foundBy: 0, isSeed: false },
      { names: [0], foundBy: 1, isSeed: false }
    ])
    expect(nodes[2]).toMatchObject({ id: c.id, verdict: 'ok', latencyMs: 50, visits: 1, answered: 1 })
    expect(nodes[2]?.about).toMatchObject({ moniker: 'node 3', version: '0.38.12' })
  })
})

describe('a visit', () => {
  it('that finds nothing at all ends after twenty seconds', async () => {
    const scene = crawlScene()
    const seed = addressOf(1)
    scene.place(seed, () => new Promise(() => {}))
    const { crawl, ms } = await crawlAll(scene, { seeds: [seed] })
    expect(crawl.map().nodes[0]).toMatchObject({ verdict: 'timeout', detail: 'the visit took too long' })
    expect(ms).toBe(20_000)
    expect(scene.clock.pending).toBe(0)
  })

  it('is made again to a node that was full, once, and not too early', async () => {
    const scene = crawlScene()
    const seed = addressOf(1)
    let isFull = true
    scene.place(seed, () => {
      if (!isFull) return ok(seed, [])
      isFull = false
      return { verdict: 'full', nodeInfo: about(seed) }
    })
    const { crawl } = await crawlAll(scene, { seeds: [seed] })
    expect(crawl.map().nodes[0]).toMatchObject({ verdict: 'ok', visits: 2 })
    expect(leastGap(scene)).toBeGreaterThanOrEqual(120_000)
    const full = crawlScene()
    full.place(seed, () => ({ verdict: 'full', nodeInfo: about(seed) }))
    await crawlAll(full, { seeds: [seed] })
    expect(full.visits).toHaveLength(2)
  })

  it('that is not wanted a second time takes nothing from what the first has found', async () => {
    const scene = crawlScene()
    const seed = addressOf(1)
    let visits = 0
    const book = Array.from({ length: 40 }, (_, i) => addressOf(i + 2))
    scene.place(seed, () => (visits++ === 0 ? ok(seed, book) : { verdict: 'refused' }))
    for (const each of book) scene.place(each, () => ok(each, []))
    const { crawl } = await crawlAll(scene, { seeds: [seed] })
    expect(visits).toBe(2)
    expect(crawl.map().nodes[0]).toMatchObject({ verdict: 'ok', addresses: [{ ip: seed.ip }] })
  })

  it('that fails with a fault of ours ends the crawl with that fault', async () => {
    const scene = crawlScene()
    const seed = addressOf(1)
    scene.place(seed, () => {
      throw new TypeError('a fault of ours')
    })
    await expect(crawlAll(scene, { seeds: [seed] })).rejects.toThrow('a fault of ours')
    scene.place(seed, () => {
      throw new PexError('PEX_NO_TRANSPORT', 'no IPv6 here')
    })
    await scene.clock.advance(1)
    const { crawl } = await crawlAll(scene, { seeds: [seed] })
    expect(crawl.map().nodes[0]).toMatchObject({
      verdict: 'failed',
      detail: 'PEX_NO_TRANSPORT: no IPv6 here'
    })
  })

  it('is told with what it found', async () => {
    const scene = crawlScene()
    const [seed, other] = [addressOf(1), addressOf(2)]
    scene.place(seed, () => ok(seed, [other]))
    scene.place(other, () => ({
      verdict: 'wrong-chain',
      nodeInfo: about(other, 'chain-2'),
      detail: 'chain-2'
    }))
    const { progress } = await crawlAll(scene, { seeds: [seed] })
    expect(progress[0]).toMatchObject({
      visit: { id: seed.id, verdict: 'ok', named: 1, news: 1, latencyMs: 50 },
      known: 2,
      visited: 1,
      ok: 1,
      queued: 1,
      newPerMinute: 1
    })
    expect(progress[1]?.visit).toMatchObject({
      verdict: 'wrong-chain',
      detail: 'chain-2',
      about: { network: 'chain-2' }
    })
  })
})

describe('a crawl that ends before its time', () => {
  const running = async (
    scene: CrawlScene,
    init: Partial<ConstructorParameters<typeof Crawl>[0]>,
    take: (progress: CrawlProgress, crawl: Crawl) => boolean,
    signal?: AbortSignal
  ): Promise<Crawl> => {
    const { clock, rng, visit } = scene
    const crawl = new Crawl({
      chainId: 'chain-1',
      seeds: [addressOf(1)],
      clock,
      rng: rng.fork('c'),
      visit,
      ...init
    })
    let isOver = false
    const run = (async () => {
      for await (const each of crawl.run(signal === undefined ? {} : { signal }))
        if (!take(each, crawl)) break
    })().finally(() => (isOver = true))
    await clock.runUntil(() => isOver, { maxMs: 3_600_000 })
    await run
    return crawl
  }

  it('by its time, by its number of visits, by a signal, by a caller that has had enough: leaves nothing under way', async () => {
    const byTime = crawlScene()
    honest(byTime, 500, 200)
    const one = await running(byTime, { forMs: 1_000 }, () => true)
    expect(one.map()).toMatchObject({ isComplete: false, isSettled: true })
    const byCount = crawlScene()
    honest(byCount, 500, 200)
    const two = await running(byCount, { maxVisited: 50 }, () => true)
    expect(byCount.visits).toHaveLength(50)
    expect(two.map().nodes.filter(({ visits }) => visits > 0)).toHaveLength(50)
    const bySignal = crawlScene()
    honest(bySignal, 500, 200)
    const abort = new AbortController()
    const take = ({ visited }: CrawlProgress): boolean => {
      if (visited > 60) abort.abort()
      return true
    }
    await running(bySignal, {}, take, abort.signal)
    const byCaller = crawlScene()
    honest(byCaller, 500, 200)
    await running(byCaller, {}, ({ visited }) => visited < 60)
    for (const { clock } of [byTime, byCount, bySignal, byCaller]) expect(clock.pending).toBe(0)
  })

  it('goes on where it was stopped, and visits nobody too early', async () => {
    const scene = crawlScene()
    const nodes = honest(scene, 300, 100, 100)
    const first = await running(scene, {}, ({ visited }) => visited < 100)
    const map = readCrawlMap(writeCrawlMap(first.map()))!
    expect(map).toEqual(first.map())
    const before = scene.visits.length
    const { crawl } = await crawlAll(scene, { seeds: [nodes[0]!], map })
    expect(idsOf(crawl.map())).toEqual(nodes.map(({ id }) => id).toSorted())
    expect(leastGap(scene)).toBeGreaterThanOrEqual(120_000)
    expect(scene.visits[before]!.at).toBeLessThan(map.savedAt + 1_000)
    expect(crawl.map().startedAt).toBe(map.startedAt)
  })

  it('goes on after it was killed, and visits nobody too early whom it may have visited after its last save', async () => {
    const scene = crawlScene()
    const nodes = honest(scene, 300, 100, 100)
    let saved: CrawlMap | undefined
    await running(scene, {}, ({ visited }, crawl) => {
      if (visited >= 60) saved ??= crawl.map()
      return visited < 200
    })
    expect(saved!.isSettled).toBe(false)
    const { crawl } = await crawlAll(scene, { seeds: [nodes[0]!], map: readCrawlMap(writeCrawlMap(saved!))! })
    expect(idsOf(crawl.map())).toEqual(nodes.map(({ id }) => id).toSorted())
    expect(leastGap(scene)).toBeGreaterThanOrEqual(120_000)
  })

  it('visits everybody again once it was complete', async () => {
    const scene = crawlScene()
    const nodes = honest(scene, 30, 30)
    const { crawl } = await crawlAll(scene, { seeds: [nodes[0]!] })
    scene.place(nodes[3]!, () => ({ verdict: 'refused' }))
    const again = await crawlAll(scene, { seeds: [nodes[0]!], map: crawl.map() })
    expect(scene.visits).toHaveLength(60)
    expect(leastGap(scene)).toBeGreaterThanOrEqual(120_000)
    const lost = again.crawl.map().nodes.find(({ id }) => id === nodes[3]!.id)!
    expect(lost).toMatchObject({ verdict: 'refused' })
    expect(lost.lastSeen).toBeLessThan(again.crawl.map().savedAt - 60_000)
  })

  it('does not go on with the map of another chain, and runs once', async () => {
    const scene = crawlScene()
    const { crawl } = await crawlAll(scene, { seeds: [addressOf(1)] })
    expect(() => new Crawl({ ...scene, chainId: 'chain-2', seeds: [], map: crawl.map() })).toThrow(/chain-1/)
    await expect(crawl.run().next()).rejects.toThrow(/already/)
  })
})
