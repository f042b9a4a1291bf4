/** The map that a crawl goes on from: whatever a file holds, what is read is sound, and is written as it was read. */
import { bookOf, readCrawlMap, summaryOf, writeCrawlMap } from '@pex/cometbft'
import { MAX_PLACES } from '../../../packages/cometbft/src/crawl/map.ts'
import type { CrawlMap, MappedNode } from '@pex/cometbft'
import { seeded } from '@pex/testkit'
import { must, mustEqual, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { jsonWords } from '../kit/words.ts'

const about = {
  moniker: 'm',
  version: '0.38.12',
  network: 'c',
  listenAddress: 'tcp://1.2.3.4:5',
  rpcAddress: '',
  txIndex: 'on',
  protocol: { p2p: 8, block: 11, app: 0 },
  channels: [0, 32]
}
const node = (n: number): MappedNode => ({
  id: n.toString(16).padStart(40, '0'),
  addresses: [{ ip: `8.8.8.${n}`, port: 26_656 }],
  verdict: n % 2 === 0 ? 'skipped' : undefined,
  detail: n % 3 === 0 ? 'd' : undefined,
  about: n % 2 === 0 ? about : undefined,
  latencyMs: 1.5,
  firstSeen: n,
  lastSeen: n,
  lastVisit: n,
  visits: n,
  answered: n,
  foundBy: n === 0 ? undefined : n - 1,
  names: [0, n],
  isSeed: n === 0
})
const map = (count: number): CrawlMap => ({
  chainId: 'c',
  startedAt: 1,
  savedAt: 2,
  isSettled: true,
  isComplete: false,
  nodes: Array.from({ length: count }, (_, n) => node(n)),
  dropped: 0
})

export const target: Target = () => ({
  seeds: [0, 1, 5].map(count => utf8.encode(writeCrawlMap(map(count)))),
  words: [...jsonWords, '"pex-crawl-1"', '{"ip":"::ffff:1.2.3.4","port":1}', '{"ip":"1.2.3.4","port":65536}'],
  check(input) {
    const read = readCrawlMap(textOf(input))
    if (read === undefined) return 'none'
    const { nodes } = read
    must(new Set(nodes.map(({ id }) => id)).size === nodes.length, 'a node is there twice')
    for (const { names, foundBy, addresses } of nodes) {
      must(
        [...names, foundBy ?? 0].every(at => Number.isInteger(at) && at >= 0 && at < nodes.length),
        'a link leads nowhere'
      )
      must(addresses.length > 0 && addresses.length <= MAX_PLACES, 'it has no place, or too many')
    }
    mustEqual(
      JSON.parse(writeCrawlMap(readCrawlMap(writeCrawlMap(read))!)),
      JSON.parse(writeCrawlMap(read)),
      'written, read and written'
    )
    summaryOf(read)
    bookOf(read, seeded(1))
    return nodes.length > 0 ? 'nodes' : 'empty'
  }
})
