/**
 * First contact where nothing but a range of addresses is known: a crawl in casm's boot packets, over UDP of Node.
 *
 * @packageDocumentation
 */
import type { Clock, Logger, Rng } from '@pex/core'
import type { PrivateKey } from '@libp2p/interface'
import { isLocalNetwork, ownAddressIn } from '../platform/networks.ts'
import { udpSocket } from '../platform/udp.ts'
import type { OpenSocket } from '../socket.ts'
import type { SocketDiscovery } from '../survey/survey.ts'
import { systemClock, systemRng } from '../system.ts'
import { Crawl } from './crawl.ts'
import { targetsOf } from './range.ts'
import type { CrawlRange, RangeOptions } from './range.ts'

export type { BootReason } from '../boot/rejection.ts'
export type { DatagramSocket, Endpoint, OpenSocket } from '../socket.ts'
export type { SocketDiscovery } from '../survey/survey.ts'
export type { CrawlRange, RangeOptions } from './range.ts'

export interface CrawlInit extends RangeOptions {
  /** Signs this host's packets. */
  readonly privateKey: PrivateKey
  /** Where this host can be reached now, as multiaddrs in text form; the transport's `addresses`. */
  readonly addresses: () => readonly string[]
  /** The places to ask. */
  readonly range: CrawlRange
  /** The IP address to ask and answer from. @default this host's own in the block; any where it has none */
  readonly bind?: string | undefined
  /** Whether packets from this IP address are looked at. @default loopback, private and link-local addresses, and the networks that this host is in */
  readonly isLocal?: ((address: string) => boolean) | undefined
  /** Opens the socket; for tests and other platforms. @default UDP, at the first port of the range that is free here; where none is, at any */
  readonly open?: OpenSocket | undefined
  readonly clock?: Clock | undefined
  readonly rng?: Rng | undefined
  readonly logger?: Logger | undefined
}

/**
 * Asks every place of a range who is in a namespace, 32 a second, and answers such questions while `advertise` is called
 * often enough. A search ends 2 s after the last question. Throws `PEX_INVALID_PARAMETER` for a range that is malformed, not
 * private or of more than 65 536 places.
 */
export function crawl(init: CrawlInit): SocketDiscovery {
  const { range } = init
  return new Crawl({
    ...init,
    targets: targetsOf(range, init),
    open: init.open ?? udpSocket(init.bind ?? bindOf(range), portsFrom(range.ports)),
    isLocal: init.isLocal ?? isLocalNetwork,
    clock: init.clock ?? systemClock,
    rng: init.rng ?? systemRng
  })
}

/**
 * The address of ours that is in the block, if there is one: there we are asked, other networks need not hear of us, and a
 * survey at the same port is not in the way.
 */
function bindOf({ address, bits }: CrawlRange): string {
  return ownAddressIn(address, bits) ?? (address.includes(':') ? '::' : '0.0.0.0')
}

/** Ports of our own to try, most: whoever else is here has taken the first ones. */
const MAX_TRIES = 64

function portsFrom([low, high]: readonly [number, number]): number[] {
  const count = Math.min(high - low + 1, MAX_TRIES)
  // At any other port nobody who crawls finds us, and we still find them.
  return [...Array.from({ length: count }, (_, i) => low + i), 0]
}
