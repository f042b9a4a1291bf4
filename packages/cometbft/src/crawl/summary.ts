/** A map in figures. */
import { groupOfIp, parseIp } from '@pex/address-book'
import type { CrawlMap, CrawlVerdict, MappedNode } from './map.ts'

/** How many there are of each, the most frequent first. */
export type Tally<Key extends string = string> = readonly (readonly [key: Key, count: number])[]

export interface CrawlSummary {
  readonly known: number
  readonly visited: number
  /** Nodes that have answered for their id on this chain. */
  readonly authenticated: number
  readonly verdicts: Tally<CrawlVerdict | 'not visited'>
  /** Of those that are authenticated. */
  readonly versions: Tally
  readonly netgroups: Tally
  /** Links: who named whom. */
  readonly links: number
  /** Median of the time to connect, ms; nothing where nobody answered. */
  readonly latencyMs: number | undefined
}

/** Whether a node has answered for its id, on the crawl's chain. */
export function isAuthenticated({ about, verdict }: MappedNode): boolean {
  return about !== undefined && verdict !== 'wrong-chain' && verdict !== 'incompatible'
}

export function summaryOf({ nodes }: CrawlMap): CrawlSummary {
  const authenticated = nodes.filter(isAuthenticated)
  const latencies = authenticated
    .flatMap(({ latencyMs }) => (latencyMs === undefined ? [] : [latencyMs]))
    .toSorted((a, b) => a - b)
  return {
    known: nodes.length,
    visited: nodes.filter(({ visits }) => visits > 0).length,
    authenticated: authenticated.length,
    verdicts: tally(nodes.map(({ verdict }) => verdict ?? 'not visited')),
    versions: tally(authenticated.map(({ about }) => about!.version || 'not told')),
    netgroups: tally(authenticated.map(({ addresses }) => netgroupOf(addresses[0]!.ip))),
    links: nodes.reduce((sum, { names }) => sum + names.length, 0),
    latencyMs: latencies[latencies.length >> 1]
  }
}

/** How many name each node, by its place in `nodes`. */
export function namedByCounts({ nodes }: CrawlMap): readonly number[] {
  const counts = nodes.map(() => 0)
  for (const { names } of nodes) for (const index of names) counts[index] = (counts[index] ?? 0) + 1
  return counts
}

/** What one owner can have many addresses of for little money: a /16 of IPv4, a /32 of IPv6. */
function netgroupOf(ip: string): string {
  return `${groupOfIp(parseIp(ip)!, 'any')}${ip.includes(':') ? '/32' : '/16'}`
}

function tally<Key extends string>(keys: readonly Key[]): Tally<Key> {
  const counts = new Map<Key, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
}
