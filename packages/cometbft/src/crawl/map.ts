/** What a crawl has found, as a value: what is written to a file, and what a crawl goes on from. */
import { formatIp, parseIp } from '@pex/address-book'
import type { Place } from '@pex/switch'
import { visitVerdicts } from './finding.ts'
import type { VisitVerdict } from './finding.ts'

/** How the last visit to a node ended, or why there will be none. */
export type CrawlVerdict =
  | VisitVerdict
  /** Too many places at that host, or nearby, had no node: it is left alone. */
  | 'skipped'

/** What a node says of itself, once its id had been authenticated. */
export interface About {
  readonly moniker: string
  readonly version: string
  readonly network: string
  readonly listenAddress: string
  readonly rpcAddress: string
  readonly txIndex: string
  readonly protocol: { readonly p2p: number; readonly block: number; readonly app: number }
  readonly channels: readonly number[]
}

export interface MappedNode {
  /** 40 hexadecimal digits. */
  readonly id: string
  /** Where it answered, or else where others say that it is: at most four. */
  readonly addresses: readonly Place[]
  /** Nothing where it has not been visited yet. */
  readonly verdict: CrawlVerdict | undefined
  readonly detail: string | undefined
  readonly about: About | undefined
  /** Time to connect at the last visit that met it, ms. */
  readonly latencyMs: number | undefined
  /** When it was heard of first, when it answered last, when it was visited last; ms since the epoch, 0 for never. */
  readonly firstSeen: number
  readonly lastSeen: number
  readonly lastVisit: number
  readonly visits: number
  /** How many addresses its last answer held. */
  readonly answered: number
  /** The place in `nodes` of who named it first; nothing for seeds and for those met in another's place. */
  readonly foundBy: number | undefined
  /** Whom it named: places in `nodes`. */
  readonly names: readonly number[]
  readonly isSeed: boolean
}

export interface CrawlMap {
  readonly chainId: string
  /** Ms since the epoch. */
  readonly startedAt: number
  readonly savedAt: number
  /** Whether nobody was under way when it was saved. */
  readonly isSettled: boolean
  /** Whether there was nobody left to visit. */
  readonly isComplete: boolean
  readonly nodes: readonly MappedNode[]
  /** Addresses that had no room, or came from who had named too many. */
  readonly dropped: number
}

const FORMAT = 'pex-crawl-1'
const known: ReadonlySet<string> = new Set<CrawlVerdict>([...visitVerdicts, 'skipped'])

/** The map as JSON, a node in each line. What is undefined is left out. */
export function writeCrawlMap(map: CrawlMap): string {
  const { nodes, ...rest } = map
  const head = JSON.stringify({ format: FORMAT, ...rest })
  return `${head.slice(0, -1)},"nodes":[\n${nodes.map(node => JSON.stringify(node)).join(',\n')}\n]}\n`
}

/** Reads what `writeCrawlMap` has written; nothing where it is no such text. A damaged node is left out with its links. */
export function readCrawlMap(text: string): CrawlMap | undefined {
  const map = objectOf(parse(text))
  if (map?.['format'] !== FORMAT || typeof map['chainId'] !== 'string') return undefined
  const read = listOf(map['nodes']).map(nodeOf)
  const kept = new Map<number, number>()
  const ids = new Set<string>()
  for (const [i, node] of read.entries()) {
    if (node === undefined || ids.has(node.id)) continue
    ids.add(node.id)
    kept.set(i, kept.size)
  }
  const nodes = [...kept.keys()].map(i => {
    const node = read[i]!
    const names = node.names.flatMap(other => kept.get(other) ?? [])
    return { ...node, names, foundBy: node.foundBy === undefined ? undefined : kept.get(node.foundBy) }
  })
  return {
    chainId: map['chainId'],
    startedAt: natural(map['startedAt']),
    savedAt: natural(map['savedAt']),
    isSettled: map['isSettled'] === true,
    isComplete: map['isComplete'] === true,
    nodes,
    dropped: natural(map['dropped'])
  }
}

function nodeOf(value: unknown): MappedNode | undefined {
  const node = objectOf(value)
  if (node === undefined) return undefined
  const { id, verdict, detail, latencyMs, foundBy } = node
  const addresses = listOf(node['addresses']).flatMap(placeOf).slice(0, MAX_PLACES)
  if (typeof id !== 'string' || !/^[0-9a-f]{40}$/.test(id) || addresses.length === 0) return undefined
  return {
    id,
    addresses,
    verdict: typeof verdict === 'string' && known.has(verdict) ? (verdict as CrawlVerdict) : undefined,
    detail: typeof detail === 'string' ? detail : undefined,
    about: aboutOf(node['about']),
    latencyMs: Number.isFinite(latencyMs) ? (latencyMs as number) : undefined,
    firstSeen: natural(node['firstSeen']),
    lastSeen: natural(node['lastSeen']),
    lastVisit: natural(node['lastVisit']),
    visits: natural(node['visits']),
    answered: natural(node['answered']),
    foundBy: Number.isSafeInteger(foundBy) ? (foundBy as number) : undefined,
    names: listOf(node['names']).filter(isNumber),
    isSeed: node['isSeed'] === true
  }
}

/** Where a node is said to be, at most. */
export const MAX_PLACES = 4

function placeOf(value: unknown): Place[] {
  const { ip, port } = objectOf(value) ?? {}
  const parsed = typeof ip === 'string' ? parseIp(ip) : undefined
  if (parsed === undefined || !Number.isInteger(port) || (port as number) < 1 || (port as number) > 65_535)
    return []
  return [{ ip: formatIp(parsed), port: port as number }]
}

function aboutOf(value: unknown): About | undefined {
  const about = objectOf(value)
  if (about === undefined) return undefined
  const protocol = objectOf(about['protocol']) ?? {}
  const text = (name: string): string => (typeof about[name] === 'string' ? about[name] : '')
  return {
    moniker: text('moniker'),
    version: text('version'),
    network: text('network'),
    listenAddress: text('listenAddress'),
    rpcAddress: text('rpcAddress'),
    txIndex: text('txIndex'),
    protocol: {
      p2p: natural(protocol['p2p']),
      block: natural(protocol['block']),
      app: natural(protocol['app'])
    },
    channels: listOf(about['channels']).filter(isNumber)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : undefined
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function natural(value: unknown): number {
  return isNumber(value) && value >= 0 ? value : 0
}
