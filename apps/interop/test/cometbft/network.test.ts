/** Nine nodes that know one address between them: a seed and three more in Go, of both versions, and five in TypeScript. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAuthenticated, readCrawlMap, summaryOf } from '@pex/cometbft'
import { beforeAll, describe, expect, it } from 'vitest'
import { build, BUILD_MS, hasGo, skipped, versions } from './support/build.ts'
import { CHAIN, GoNode } from './support/go.ts'
import { Pex } from './support/pex.ts'
import { directory } from './support/process.ts'
import { TsNode } from './support/ts-node.ts'

const [old, recent] = versions

describe.skipIf(!hasGo)(`a network of nine${skipped}`, () => {
  const binaries = new Map<string, string>()

  beforeAll(async () => {
    for (const version of versions) binaries.set(version.name, await build(version))
  }, BUILD_MS)

  it.each([
    [old.name, recent.name],
    [recent.name, old.name]
  ])('forms from the address of a seed of CometBFT %s, and pex crawl finds all', async (first, second) => {
    const seed = await GoNode.start(binaries.get(first)!, { moniker: 'seed', seedMode: true })
    const seeds = [seed.address]
    const nodes = await Promise.all([
      ...[first, second, second].map((version, i) =>
        GoNode.start(binaries.get(version)!, { moniker: `go-${i}`, seeds })
      ),
      ...Array.from({ length: 5 }, (_, i) => TsNode.start({ moniker: `ts-${i}`, seeds }))
    ])
    // Everybody is connected to everybody but the seed, which lets go of all.
    const pairs = nodes.flatMap(node =>
      nodes.filter(other => other !== node).map(other => [node, other] as const)
    )
    await Promise.all(pairs.map(([node, other]) => node.added(other.id)))
    await Promise.all(nodes.map(({ id }) => seed.removed(id)))

    const out = join(await directory(), 'peers.json')
    const crawl = new Pex('crawl', '--chain-id', CHAIN, '--seed', seed.address, '--out', out)
    expect(await crawl.ended()).toBe(0)
    const map = readCrawlMap(await readFile(out, 'utf8'))!
    const found = map.nodes.filter(isAuthenticated).map(({ id }) => id)
    expect(found.toSorted()).toEqual([seed, ...nodes].map(({ id }) => id).toSorted())
    expect(new Map(summaryOf(map).versions)).toEqual(
      new Map([
        ['0.0.1', 5],
        [first, 2],
        [second, 2]
      ])
    )
  })
})
