/** What a crawl is told, and the numbers that it keeps to. */
import type { NetAddress, Routability } from '@pex/address-book'
import { PexError } from '@pex/core'
import type { Clock, Metrics, Rng } from '@pex/core'
import type { Visit } from './finding.ts'
import type { CrawlMap } from './map.ts'

export interface CrawlInit {
  /** The chain to map: a node of another chain is told, and not asked. */
  readonly chainId: string
  /** Where to begin: literal addresses. */
  readonly seeds: readonly NetAddress[]
  /** How a node is visited: `visitByProbe`. */
  readonly visit: Visit
  readonly clock: Clock
  readonly rng: Rng
  /** What an earlier crawl of this chain has found. One that was complete is done again; any other goes on. @default nothing */
  readonly map?: CrawlMap | undefined
  /**
   * Whose addresses are visited when strangers name them: `public` ones alone, or `any`, for test networks. Seeds are visited
   * wherever they are.
   * @default 'public'
   */
  readonly routability?: Exclude<Routability, 'libonomy'> | undefined
  /** Visits at once. @default 32 */
  readonly concurrency?: number | undefined
  /** Visits at once to one host. @default 1 */
  readonly perHost?: number | undefined
  /** Visits at once to one /24 of IPv4 or /48 of IPv6. @default 2 */
  readonly perNetwork?: number | undefined
  /** Places at one host that are visited at all. @default 64 */
  readonly maxPerHost?: number | undefined
  /** Least time between two visits to one place, ms. @default 120 000, as CometBFT's own crawl */
  readonly revisitMs?: number | undefined
  /** Visits to one node, at most: each answer is a random part of its book. @default 5 */
  readonly maxVisits?: number | undefined
  /** A visit that takes longer is ended, ms. @default 20 000 */
  readonly visitMs?: number | undefined
  /** Nodes that are known, at most. @default 20 000 */
  readonly maxNodes?: number | undefined
  /** Nodes that one node can bring in. @default 1000, a whole book of CometBFT's */
  readonly maxPerSource?: number | undefined
  /** The crawl ends when so many nodes have been visited. @default all */
  readonly maxVisited?: number | undefined
  /** The crawl ends after so long, ms. @default when nobody is left */
  readonly forMs?: number | undefined
  /** Where to count what happens: a libp2p node's metrics, or anything like them. @default nothing is counted */
  readonly metrics?: Metrics | undefined
}

export type CrawlSettings = {
  readonly [Name in Exclude<keyof CrawlInit, 'map' | 'metrics'>]-?: Exclude<CrawlInit[Name], undefined>
}

/** The settings with their defaults. Fails with `PEX_INVALID_PARAMETER`. */
export function settingsOf(init: CrawlInit): CrawlSettings {
  const { chainId, seeds, visit, clock, rng, routability = 'public' } = init
  const settings = {
    concurrency: init.concurrency ?? 32,
    perHost: init.perHost ?? 1,
    perNetwork: init.perNetwork ?? 2,
    maxPerHost: init.maxPerHost ?? 64,
    revisitMs: init.revisitMs ?? 120_000,
    maxVisits: init.maxVisits ?? 5,
    visitMs: init.visitMs ?? 20_000,
    maxNodes: init.maxNodes ?? 20_000,
    maxPerSource: init.maxPerSource ?? 1_000
  }
  for (const [name, value] of Object.entries(settings)) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new PexError('PEX_INVALID_PARAMETER', `${name} is ${value}; a whole number from 1 is needed`)
  }
  if (chainId === '') throw new PexError('PEX_INVALID_PARAMETER', 'the chain id is empty')
  const { maxVisited = Infinity, forMs = Infinity } = init
  return { ...settings, chainId, seeds, visit, clock, rng, routability, maxVisited, forMs }
}
