/**
 * Core's `Dialer` over a libp2p node: one address at a time, on the transport that takes it. It goes past libp2p's own dial
 * queue, which would put all addresses of a peer into one line; but it asks the node's gater as the queue does, and joins a
 * dial that somebody else has begun there.
 */
import { PexError } from '@pex/core'
import type { Dialer, DialOptions, Reached } from '@pex/core'
import { withoutPeer } from '@pex/record'
import { isRelayed } from '@pex/swarm'
import type {
  Connection,
  ConnectionGater,
  Libp2pEvents,
  PeerStore,
  TypedEventTarget
} from '@libp2p/interface'
import type { ConnectionManager, TransportManager } from '@libp2p/interface-internal'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { Names } from './names.ts'

/** The parts of a libp2p node that dialling needs. */
export interface DialingComponents {
  readonly connectionGater: ConnectionGater
  readonly connectionManager: ConnectionManager
  readonly events: TypedEventTarget<Libp2pEvents>
  readonly peerStore: PeerStore
  readonly transportManager: TransportManager
}

/** A dialer on a libp2p node's components. */
export function libp2pDialer(components: DialingComponents): Dialer<Connection> {
  const { transportManager, connectionManager, connectionGater, peerStore } = components
  const names = new Names()
  return {
    canDial(address) {
      const parsed = parse(address)
      return parsed !== undefined && transportManager.dialTransportForMultiaddr(parsed) !== undefined
    },

    resolve: (address, options) => names.resolve(address, options),

    async dial(peer, address, options) {
      const target = targetOf(peer, address)
      await admit(connectionGater, peer, target)
      const theirs = connectionManager
        .getDialQueue()
        .some(({ peerId }) => peer !== undefined && peerId?.toString() === peer)
      const connection = theirs
        ? await connectionManager.openConnection(target, { signal: options.signal })
        : await transportManager.dial(target, progress(options))
      // As libp2p's queue does, so that the node itself finds the way again.
      void peerStore.merge(connection.remotePeer, { multiaddrs: [connection.remoteAddr] }).catch(() => {})
      return connection
    },

    reached: ({ remotePeer, remoteAddr, status, limits }): Reached => ({
      peer: remotePeer.toString(),
      address: withoutPeer(remoteAddr).toString(),
      isOpen: status === 'open',
      isRelayed: isRelayed(remoteAddr.toString()),
      isLimited: limits !== undefined
    }),

    async close(connection) {
      try {
        await connection.close()
      } catch (error) {
        connection.abort(error instanceof Error ? error : new Error('closing failed', { cause: error }))
      }
    }
  }
}

/** Asks what libp2p's own dial queue would ask. */
async function admit(gater: ConnectionGater, peer: string | undefined, target: Multiaddr): Promise<void> {
  if (peer !== undefined && (await gater.denyDialPeer?.(peerIdFromString(peer))) === true)
    throw new PexError('PEX_GATED', "the node's gater refuses the peer")
  if ((await gater.denyDialMultiaddr?.(target)) === true)
    throw new PexError('PEX_GATED', "the node's gater refuses the address")
}

/** With the id that has to answer, so that libp2p lets nobody else. */
function targetOf(peer: string | undefined, address: string): Multiaddr {
  const parsed = multiaddr(address)
  if (peer === undefined) return parsed
  const bare = withoutPeer(parsed)
  const named = parsed.getComponents().length > bare.getComponents().length
  // A name may stand for several peers.
  if (named && !parsed.equals(bare.encapsulate(`/p2p/${peer}`)))
    throw new PexError('PEX_WRONG_PEER', 'the address is of another peer')
  return bare.encapsulate(`/p2p/${peer}`)
}

function progress({ signal, onAnswer }: DialOptions): Parameters<TransportManager['dial']>[1] {
  const onProgress = ({ type }: { readonly type: string }): void => {
    if (type === 'upgrader:encrypt-outbound-connection') onAnswer?.()
  }
  return { signal, onProgress }
}

function parse(text: string): Multiaddr | undefined {
  try {
    return multiaddr(text)
  } catch {
    // One address that this version cannot read does not spoil the others.
    return undefined
  }
}
