/**
 * First contact on the local network: a multicast survey in casm's boot packets, over UDP of Node.
 *
 * @packageDocumentation
 */
import type { Clock, Logger, Rng } from '@pex/core'
import type { PrivateKey } from '@libp2p/interface'
import { isLocalNetwork } from '../platform/networks.ts'
import { groupSocket } from '../platform/group.ts'
import type { Endpoint, OpenSocket } from '../socket.ts'
import { systemClock, systemRng } from '../system.ts'
import type { GradualInit } from './schedule.ts'
import { Survey } from './survey.ts'
import type { SocketDiscovery } from './survey.ts'

export type { BootReason } from '../boot/rejection.ts'
export type { DatagramSocket, Endpoint, OpenSocket } from '../socket.ts'
export type { GradualInit } from './schedule.ts'
export type { SocketDiscovery } from './survey.ts'

/** The group that Go casm nodes use where they are told none. */
export const defaultGroup: Endpoint = Object.freeze({ address: '228.8.8.8', port: 8822 })

export interface SurveyInit {
  /** Signs this host's packets. */
  readonly privateKey: PrivateKey
  /** Where this host can be reached now, as multiaddrs in text form; the transport's `addresses`. */
  readonly addresses: () => readonly string[]
  /** The multicast group. @default 228.8.8.8:8822, casm's */
  readonly group?: Endpoint | undefined
  /** Asks ever more peers until one answers, instead of all at once; for networks of hundreds. @default false */
  readonly gradual?: boolean | GradualInit | undefined
  /** Whether packets from this IP address are looked at. @default loopback, private and link-local addresses, and the networks that this host is in */
  readonly isLocal?: ((address: string) => boolean) | undefined
  /** Opens the socket; for tests and other platforms. @default UDP on every interface */
  readonly open?: OpenSocket | undefined
  readonly clock?: Clock | undefined
  readonly rng?: Rng | undefined
  readonly logger?: Logger | undefined
}

/**
 * Asks the local network who is in a namespace, and answers such questions while `advertise` is called often enough (every
 * minute; it says so). A search ends by itself, after 5 s; a gradual one with the first who answers, or when everybody has
 * been asked. Fails with `PEX_UNREACHABLE` where no interface can send to a group.
 */
export function survey(init: SurveyInit): SocketDiscovery {
  const { group = defaultGroup } = init
  return new Survey({
    ...init,
    group,
    open: init.open ?? groupSocket(group),
    isLocal: init.isLocal ?? isLocalNetwork,
    clock: init.clock ?? systemClock,
    rng: init.rng ?? systemRng
  })
}
