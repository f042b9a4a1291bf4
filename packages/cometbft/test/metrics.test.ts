/** What the reactors and the crawl count, after a scene. */
import { visitVerdicts } from '@pex/cometbft'
import { recordingMetrics } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { minute, node, nodes, scene } from './comet-scene.ts'
import { addressOf, crawlAll, crawlScene, honest } from './crawl-scene.ts'
import { answer, pexScene, request } from './tm035/pex-scene.ts'
import { a, b } from './tm035/scene.ts'

describe('the metrics of the PEX reactor', () => {
  it('tell of questions, answers, bans and the book, under labels of closed lists', async () => {
    const metrics = recordingMetrics()
    const read = (key: string): number | undefined => metrics.scrape().get(`pex_${key}`)
    const one = scene({ known: [node(1)], metrics })
    const labels = [...metrics.scrape().keys()].toSorted()
    const peer = one.dialled(node(1))
    expect([read('comet_events_total{asked}'), read('comet_waiting{requests}')]).toEqual([1, 1])
    one.tells(peer, nodes(10, 5))
    expect(read('comet_addresses_total{heard}')).toBe(5)
    expect(read('comet_addresses_total{added}')).toBe(5)
    expect(read('address_book_peers{new}')).toBe(5)
    expect(read('address_book_peers{tried}')).toBe(1)
    const nosy = one.calls(node(2))
    for (let i = 0; i < 9; i++) one.asks(nosy)
    const liar = one.calls(node(3))
    one.tells(liar, nodes(50, 3))
    for (let i = 0; i < 20; i++) one.says(one.calls(node(100 + i)), Uint8Array.of(i, 255, i))
    expect([read('comet_bans_total{too-often}'), read('comet_bans_total{unsolicited}')]).toEqual([1, 1])
    expect(read('comet_events_total{served}')).toBe(one.count('served'))
    expect(read('comet_events_total{misunderstood}')).toBeGreaterThan(0)
    // The places that were named do not answer.
    await one.advance(minute)
    expect(read('comet_waiting{places}')).toBeGreaterThan(0)
    expect([...metrics.scrape().keys()].toSorted()).toEqual(labels)
    await one.stop()
  })
})

describe('the metrics of the adaptive reactor', () => {
  it('tell of questions and answers, under labels of closed lists', async () => {
    const metrics = recordingMetrics()
    const read = (key: string): number | undefined => metrics.scrape().get(`pex_adaptive_${key}`)
    const one = pexScene({ metrics })
    const labels = [...metrics.scrape().keys()].toSorted()
    const [peer, other] = [one.comes(a), one.comes(b)]
    await one.clock.advance(100)
    expect([read('events_total{asked}'), read('peers{asked}'), read('peers{available}')]).toEqual([1, 1, 1])
    one.says(peer, answer())
    one.says(other, request)
    one.says(other, answer())
    expect([read('events_total{answered}'), read('events_total{served}')]).toEqual([1, 1])
    expect(read('events_total{blamed}')).toBe(1)
    expect(read('interval_seconds')).toBe(one.reactor.stats().intervalMs / 1_000)
    for (let i = 0; i < 20; i++) void one.saysBytes(other, Uint8Array.of(i, 255, i))
    expect(read('events_total{misunderstood}')).toBeGreaterThan(0)
    expect([...metrics.scrape().keys()].toSorted()).toEqual(labels)
    void one.reactor.stop!()
  })
})

describe('the metrics of a crawl', () => {
  it('count visits by verdict, and nodes, under labels of closed lists', async () => {
    const world = crawlScene()
    const metrics = recordingMetrics()
    const all = honest(world, 20, 20)
    // One seed is another than it is said to be, and at one nobody is.
    const seeds = [all[0]!, { ...all[1]!, id: addressOf(999).id }, addressOf(5_000)]
    const { crawl, progress } = await crawlAll(world, { seeds, metrics })
    const found = metrics.scrape()
    const visits = visitVerdicts.map(verdict => found.get(`pex_crawl_visits_total{${verdict}}`)!)
    expect(visits.reduce((sum, count) => sum + count)).toBe(progress.length)
    for (const verdict of ['ok', 'wrong-id', 'timeout'] as const)
      expect(found.get(`pex_crawl_visits_total{${verdict}}`)).toBe(
        progress.filter(({ visit }) => visit.verdict === verdict).length
      )
    expect(found.get('pex_crawl_visits_total{ok}')).toBe(20)
    expect(found.get('pex_crawl_nodes{known}')).toBe(crawl.map().nodes.length)
    expect([found.get('pex_crawl_nodes{queued}'), found.get('pex_crawl_nodes{running}')]).toEqual([0, 0])
    expect(found.size).toBe(visitVerdicts.length + 5)
  })
})
