/** A crawl of a chain whose nodes are all here, beside the handshakes alone that it has to make. */
import { AddressBook, netAddresses, rules } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'
import { Crawl, pexReactor, visitByProbe } from '@pex/cometbft'
import { PexError, sample } from '@pex/core'
import type { Rng } from '@pex/core'
import { nodeIdOf, nodeKey } from '@pex/mconnection'
import { systemClock as clock } from '@pex/service'
import { Switch, upgrade } from '@pex/switch'
import { tcp } from '@pex/switch/tcp'
import { seeded } from '@pex/testkit'
import { compared } from '../charts/compared.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'
import { duration, quantile } from '../measure.ts'

const CHAIN = 'bench-1'
/** Addresses in the book of each peer. Guess: enough that a crawl finds everybody, few enough that it has to ask around. */
const KNOWN = 20
const CONCURRENCY = 32
const sizes: Record<Scale, { peers: number; times: number }> = {
  full: { peers: 200, times: 9 },
  quick: { peers: 200, times: 3 },
  tiny: { peers: 8, times: 1 }
}

export const crawl: Benchmark = {
  name: 'crawl',
  question: 'How fast is a crawl?',
  method:
    'Crawl of @pex/cometbft from one seed over 200 peers in this process, each a Switch with a PEX reactor and a book of 20 random others, TCP ' +
    'on loopback: 32 visits at a time, one to each peer, and the manners that are for other people’s hosts off. A visit is a connect, a ' +
    'SecretConnection, the node infos, a request and its answer; both ends are counted. The rival makes the same connections up to the node infos and ' +
    'asks nothing. By turns, wall clock, median of 9.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const { peers, times } = sizes[scale]
    const rng = seeded(1)
    const switches: Switch[] = []
    try {
      progress(`${peers} peers`)
      const addresses = await start(peers, switches, rng)
      const [crawls, greetings]: [number[], number[]] = [[], []]
      progress('crawls')
      for (let i = 0; i < times; i++) {
        crawls.push(await duration(() => crawlAll(addresses, rng)))
        greetings.push(await duration(() => greetAll(addresses)))
      }
      const rate = (all: readonly number[]): number => (peers * 1_000) / quantile(all, 0.5)
      const rival = { name: 'handshakes alone', value: rate(greetings) }
      return [{ name: 'visits', value: rate(crawls), unit: 'peers/s', rival }]
    } finally {
      await Promise.all(switches.map(each => each.stop()))
    }
  },

  charts: figures => ({ '': compared('A crawl of 200 peers in this process', figures) })
}

async function start(count: number, switches: Switch[], rng: Rng): Promise<readonly NetAddress[]> {
  const books: AddressBook<NetAddress>[] = []
  for (let i = 0; i < count; i++) {
    const book = new AddressBook({ kind: netAddresses('any'), rules: rules.cometbft, rng })
    books.push(book)
    const reactors = [pexReactor({ book })]
    const parts = { key: nodeKey(), nodeInfo: { network: CHAIN }, carrier: tcp(), clock, rng, reactors }
    // The visitor of a moment ago may not be gone yet.
    const init = { listen: [{ ip: '127.0.0.1', port: 0 }], maxOutbound: 0, allowDuplicateIp: true }
    const one = new Switch(parts, init)
    switches.push(one)
    await one.start()
  }
  const addresses = switches.map(({ id, places }) => ({ id, ...places[0]! }))
  for (const book of books) {
    for (const address of sample(rng, [...addresses], KNOWN)) book.add(address, address, clock.now())
  }
  return addresses
}

async function crawlAll(addresses: readonly NetAddress[], rng: Rng): Promise<void> {
  const { length } = addresses
  const run = new Crawl({
    chainId: CHAIN,
    seeds: addresses.slice(0, 1),
    visit: visitByProbe({ chainId: CHAIN, carrier: tcp(), clock, rng }),
    clock,
    rng,
    routability: 'any',
    concurrency: CONCURRENCY,
    perHost: CONCURRENCY,
    perNetwork: CONCURRENCY,
    maxPerHost: length,
    maxVisits: 1
  })
  let ok = 0
  for await (const progress of run.run()) ok = progress.ok
  if (ok !== length) throw new PexError('PEX_REJECTED', `${ok} of ${length} peers were found`)
}

async function greetAll(addresses: readonly NetAddress[]): Promise<void> {
  const left = [...addresses]
  const key = nodeKey()
  const carrier = tcp()
  const { signal } = new AbortController()
  const nodeInfo = {
    protocol: { p2p: 8, block: 11, app: 0 },
    id: nodeIdOf(key.publicKey),
    listenAddress: 'tcp://0.0.0.0:26656',
    network: CHAIN,
    version: '',
    channels: [0],
    moniker: 'bench',
    txIndex: '',
    rpcAddress: ''
  }
  const greet = async (): Promise<void> => {
    for (let address = left.pop(); address !== undefined; address = left.pop()) {
      const stream = await carrier.dial(address, { signal })
      const { duplex } = await upgrade(stream, { key, nodeInfo, clock, expected: address.id })
      duplex.abort()
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, greet))
}
