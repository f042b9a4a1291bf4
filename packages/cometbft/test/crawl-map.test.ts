/** What a crawl leaves: a map, an address book, figures. */
import { addrbookJson, AddressBook, netAddresses, rules } from '@pex/address-book'
import { bookOf, Crawl, readCrawlMap, summaryOf, writeCrawlMap } from '@pex/cometbft'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { about, addressOf, crawlAll, crawlScene, honest, ok } from './crawl-scene.ts'

describe('what is told of a crawl', () => {
  it('is a map that stays sound whatever has happened to its file', async () => {
    const scene = crawlScene()
    const nodes = honest(scene, 20, 20)
    const { crawl } = await crawlAll(scene, { seeds: [nodes[0]!] })
    const text = writeCrawlMap(crawl.map())
    expect(readCrawlMap(text)).toEqual(crawl.map())
    expect(text.trimEnd().split('\n')).toHaveLength(22)
    const lines = text.split('\n')
    const damaged = [lines[0], '{"id":"no"},', lines[1], ...lines.slice(3)].join('\n')
    const read = readCrawlMap(damaged)!
    expect(read.nodes).toHaveLength(19)
    for (const { names, foundBy } of read.nodes)
      for (const index of [...names, foundBy ?? 0]) expect(read.nodes[index]).toBeDefined()
    for (const bad of ['', '{}', '[]', 'null', text.slice(0, 300), text.replace('pex-crawl-1', 'x')])
      expect(readCrawlMap(bad)).toBeUndefined()
  })

  it('is read whatever stands in its file, and what is read can be gone on from', () => {
    const id = fc.integer({ min: 0, max: 9 }).map(n => String(n).repeat(40))
    const place = fc.record({
      ip: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
      port: fc.oneof(fc.nat(70_000), fc.string())
    })
    const list = fc.oneof(fc.array(fc.oneof(fc.integer({ min: -1, max: 12 }), fc.string())), fc.anything())
    const field = fc.oneof(fc.anything(), fc.nat())
    const node = fc.record(
      {
        id,
        addresses: fc.oneof(fc.array(place), fc.anything()),
        verdict: fc.constantFrom('ok', 'timeout', 'x', 7),
        names: list,
        foundBy: field,
        visits: field,
        answered: field,
        lastVisit: field,
        about: fc.anything()
      },
      { requiredKeys: ['id'] }
    )
    const file = fc.record({
      format: fc.constant('pex-crawl-1'),
      chainId: fc.constant('chain-1'),
      nodes: fc.array(fc.oneof(node, fc.anything())),
      savedAt: field,
      isComplete: field
    })
    const { clock, rng, visit } = crawlScene()
    fc.assert(
      fc.property(file, value => {
        const map = readCrawlMap(
          JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? 1 : each))
        )!
        for (const { names, foundBy, addresses } of map.nodes) {
          for (const index of [...names, foundBy ?? 0]) expect(map.nodes[index]).toBeDefined()
          expect(addresses.length).toBeGreaterThan(0)
        }
        const crawl = new Crawl({ chainId: 'chain-1', seeds: [], clock, rng, visit, map })
        expect(crawl.map().nodes.map(({ id }) => id)).toEqual(map.nodes.map(({ id }) => id))
      })
    )
  })

  it('is an address book of those alone that have answered, all of them good', async () => {
    const scene = crawlScene()
    const nodes = honest(scene, 50, 40, 30)
    const { crawl } = await crawlAll(scene, { seeds: [nodes[0]!] })
    const { snapshot, kept, crowded } = bookOf(crawl.map(), scene.rng)
    expect([kept, crowded]).toEqual([50, 0])
    const read = addrbookJson.read(addrbookJson.write(snapshot))!
    expect(read.problems).toEqual([])
    const book = new AddressBook({ kind: netAddresses(), rules: rules.cometbft, rng: scene.rng, ...read })
    expect(book.counts.tried).toBe(50)
    expect(book.get(nodes[7]!.id)?.address).toEqual(nodes[7])
  })

  it('is a summary by verdict, version and netgroup', async () => {
    const scene = crawlScene()
    const [a, b, c, d] = [addressOf(1), addressOf(2), addressOf(300), addressOf(4)]
    scene.place(a, () => ok(a, [b, c, d]))
    scene.place(b, () => ok(b, []))
    scene.place(c, () => ({ verdict: 'full', nodeInfo: { ...about(c), version: '' } }))
    const { crawl } = await crawlAll(scene, { seeds: [a] })
    expect(summaryOf(crawl.map())).toEqual({
      known: 4,
      visited: 4,
      authenticated: 3,
      verdicts: [
        ['ok', 2],
        ['full', 1],
        ['timeout', 1]
      ],
      versions: [
        ['0.38.12', 2],
        ['not told', 1]
      ],
      netgroups: [
        ['20.0.0.0/16', 2],
        ['20.1.0.0/16', 1]
      ],
      links: 3,
      latencyMs: 50
    })
  })
})
