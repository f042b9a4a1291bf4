/**
 * Who may call a libp2p node. By itself libp2p has ten places for callers that have not said who they are and keeps each of
 * them for ten seconds, so that one silent caller a second locks out everybody else. Here a caller who finds no room takes
 * the place of the oldest of the network group that has most of them.
 *
 * For a node's `connectionGater`, beside `scopeGater`; its `connectionManager` needs `maxIncomingPendingConnections:
 * Infinity` then, for the door counts instead.
 */
import { HalfOpen } from '@pex/swarm'
import type { ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import { ipOf } from './addresses.ts'

export interface InboundDoorInit {
  /** Callers that have not said who they are, most. @default 64; as of a CometBFT switch here */
  readonly maxHalfOpen?: number | undefined
  /** And of one IP address. @default 8, from go-libp2p's connections of one address */
  readonly maxHalfOpenPerIp?: number | undefined
}

/** The part of a node's gater that bounds half-open callers. Each node needs a door of its own. */
export function inboundDoor({ maxHalfOpen = 64, maxHalfOpenPerIp = 8 }: InboundDoorInit = {}): Required<
  Pick<ConnectionGater, 'denyInboundConnection' | 'denyInboundUpgradedConnection'>
> {
  const callers = new HalfOpen({ max: maxHalfOpen, maxPerHost: maxHalfOpenPerIp })
  // Keyed by libp2p's own objects, and let go with them.
  const leaves = new WeakMap<MultiaddrConnection, () => void>()

  return {
    denyInboundConnection(connection) {
      const leave = callers.enter(ipOf(connection.remoteAddr), () =>
        connection.abort(new Error('too many callers have not said who they are'))
      )
      if (leave === undefined) return true
      leaves.set(connection, leave)
      connection.addEventListener('close', leave)
      // It may have gone in the meantime.
      if (connection.status !== 'open') leave()
      return false
    },
    denyInboundUpgradedConnection(_peer, connection) {
      leaves.get(connection)?.()
      return false
    }
  }
}
