/** A chain without a wire: nodes that answer a visit from their book, and others that answer as they like. */
import { sample } from '@pex/core'
import type { Clock } from '@pex/core'
import type { NetAddress } from '@pex/address-book'
import { seeded, virtualClock } from '@pex/testkit'
import type { SeededRng, VirtualClock } from '@pex/testkit'
import { Crawl, isAuthenticated } from '@pex/cometbft'
import type { CrawlInit, CrawlMap, CrawlProgress, Finding, Visit } from '@pex/cometbft'

export type Answer = (address: NetAddress) => Finding | Promise<Finding>

export interface VisitSeen {
  readonly id: string
  readonly ip: string
  readonly port: number
  readonly at: number
}

export interface CrawlScene {
  readonly clock: VirtualClock
  readonly rng: SeededRng
  readonly visits: VisitSeen[]
  /** The most visits that were under way at once: anywhere, at one host, in one /24. */
  readonly most: { all: number; host: number; network: number }
  /** Puts somebody at a place. */
  place(address: NetAddress, answer: Answer): void
  readonly visit: Visit
}

export const idOf = (n: number): string => n.toString(16).padStart(40, '0')

/** The n-th address: 256 in each /16, one in each /24. */
export const addressOf = (n: number, id: string = idOf(n)): NetAddress => ({
  id,
  ip: `${20 + ((n >> 16) & 63)}.${(n >> 8) & 255}.${n & 255}.7`,
  port: 26_656
})

export const about = (
  address: NetAddress,
  network: string = 'chain-1'
): NonNullable<Finding['nodeInfo']> => ({
  protocol: { p2p: 8, block: 11, app: 0 },
  id: address.id,
  listenAddress: `tcp://${address.ip}:${address.port}`,
  network,
  version: '0.38.12',
  channels: [0],
  moniker: `node ${Number.parseInt(address.id, 16)}`,
  txIndex: 'on',
  rpcAddress: ''
})

export const ok = (address: NetAddress, addresses: readonly NetAddress[]): Finding => ({
  verdict: 'ok',
  nodeInfo: about(address),
  addresses,
  latencyMs: 50
})

/** How many addresses CometBFT tells of so many. */
export const toldOf = (size: number): number =>
  Math.min(250, Math.max(Math.min(32, size), Math.floor(size * 0.23)))

export function crawlScene(seed: number = 1): CrawlScene {
  const clock = virtualClock(1_700_000_000_000)
  const rng = seeded(seed)
  const places = new Map<string, Answer>()
  const running = new Map<string, number>()
  const visits: VisitSeen[] = []
  const most = { all: 0, host: 0, network: 0 }
  const count = (kind: keyof typeof most, key: string, by: number): void => {
    running.set(key, (running.get(key) ?? 0) + by)
    most[kind] = Math.max(most[kind], running.get(key)!)
  }
  const visit: Visit = async (address, { signal }) => {
    const { id, ip, port } = address
    visits.push({ id, ip, port, at: clock.now() })
    const keys = [
      ['all', 'all'] as const,
      ['host', `h${ip}`] as const,
      ['network', ip.slice(0, ip.lastIndexOf('.'))] as const
    ]
    for (const [kind, key] of keys) count(kind, key, 1)
    try {
      const answer = places.get(`${ip}:${port}`)
      await wait(clock, answer === undefined ? 1_000 : 50 + (rng() % 200), signal)
      return answer === undefined ? { verdict: 'timeout' } : await answer(address)
    } finally {
      for (const [kind, key] of keys) count(kind, key, -1)
    }
  }
  const place = ({ ip, port }: NetAddress, answer: Answer): void => void places.set(`${ip}:${port}`, answer)
  return { clock, rng, visits, most, place, visit }
}

function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const cancel = clock.after(ms, resolve)
    signal.addEventListener('abort', () => {
      cancel()
      resolve()
    })
  })
}

/** Honest nodes, each with a book of `known` random others and `stale` places where nobody is. Returns their addresses. */
export function honest(scene: CrawlScene, nodes: number, known: number, stale: number = 0): NetAddress[] {
  const all = Array.from({ length: nodes }, (_, i) => addressOf(i + 1))
  const dead = Array.from({ length: nodes }, (_, i) => addressOf(100_000 + i))
  for (const address of all) {
    const book = [...sample(scene.rng, all, known), ...sample(scene.rng, dead, stale)].filter(
      ({ id }) => id !== address.id
    )
    scene.place(address, asked =>
      asked.id === address.id
        ? ok(address, sample(scene.rng, book, toldOf(book.length)))
        : { verdict: 'wrong-id', actualId: address.id }
    )
  }
  return all
}

export interface Ran {
  readonly crawl: Crawl
  readonly progress: readonly CrawlProgress[]
  readonly ms: number
}

/** Crawls to the end, in virtual time. */
export async function crawlAll(
  scene: CrawlScene,
  init: Partial<CrawlInit> & Pick<CrawlInit, 'seeds'>,
  maxMs: number = 24 * 3_600_000
): Promise<Ran> {
  const { clock, rng, visit } = scene
  const crawl = new Crawl({ chainId: 'chain-1', clock, rng: rng.fork('crawl'), visit, ...init })
  const progress: CrawlProgress[] = []
  let isOver = false
  const running = (async () => {
    for await (const each of crawl.run()) progress.push(each)
  })().finally(() => (isOver = true))
  running.catch(() => {})
  const ms = await clock.runUntil(() => isOver, { maxMs })
  await running
  return { crawl, progress, ms }
}

/** Who has answered for its id. */
export const idsOf = (map: CrawlMap): string[] =>
  map.nodes
    .filter(isAuthenticated)
    .map(({ id }) => id)
    .toSorted()

/** The least time between two visits to one place, ms. */
export function leastGap({ visits }: CrawlScene): number {
  const last = new Map<string, number>()
  let least = Infinity
  for (const { ip, port, at } of visits) {
    const before = last.get(`${ip}:${port}`)
    if (before !== undefined) least = Math.min(least, at - before)
    last.set(`${ip}:${port}`, at)
  }
  return least
}
