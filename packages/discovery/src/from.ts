/**
 * Sources as a user writes them on a command line or in a configuration.
 *
 * @packageDocumentation
 */
import type { Discovery } from '@pex/core'
import { crawl } from './crawl/index.ts'
import { dns } from './dns/index.ts'
import { fixedPeers } from './static.ts'
import { parseDiscovery } from './parse.ts'
import { survey } from './survey/index.ts'
import type { SurveyInit } from './survey/index.ts'

/** What sources with sockets need. */
export type DiscoveryParts = Pick<SurveyInit, 'addresses' | 'clock' | 'logger' | 'privateKey' | 'rng'> & {
  /** The multiaddr of an IP address and a port that DNS gives. @default `/ip4/<ip>/tcp/<port>` */
  readonly toAddress?: ((ip: string, port: number) => string) | undefined
}

/** A source, and the way to close what it holds. */
export interface StoppableDiscovery extends Discovery {
  /** Idempotent. */
  stop(): Promise<void>
}

/**
 * The source that a text names: `lan` or `gradual`, with `:<group>:<port>` if it is not casm's; `dns:<name>` with `:<port>` for
 * address records; `crawl:<address>/<bits>:<port>` or `:<low>-<high>`; casm's `/ip4/…/udp/<port>/cidr/<bits>`; any other
 * multiaddr is a peer. Throws `PEX_INVALID_PARAMETER` with what is wrong and what is allowed.
 */
export function discoveryFrom(text: string, parts: DiscoveryParts): StoppableDiscovery {
  const parsed = parseDiscovery(text)
  switch (parsed.type) {
    case 'survey':
      return survey({ ...parts, gradual: parsed.gradual, group: parsed.group })
    case 'crawl':
      return crawl({ ...parts, range: parsed.range })
    case 'dns':
      return { ...dns({ ...parts, name: parsed.name, port: parsed.port }), stop: nothing }
    case 'peer':
      return { ...fixedPeers([parsed.address]), stop: nothing }
  }
}

async function nothing(): Promise<void> {}
