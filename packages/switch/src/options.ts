/** What a switch can be told, checked, with the defaults filled in. */
import type { NetAddress } from '@pex/address-book'
import { PexError } from '@pex/core'
import type { Clock, Metrics, Rng } from '@pex/core'
import { nodeIdOf } from '@pex/mconnection'
import type { ChannelDescriptor, MConnectionMetrics, NodeKey, Primitives } from '@pex/mconnection'
import type { SwarmInit } from '@pex/swarm'
import type { Carrier, Place } from './carrier.ts'
import type { Filter } from './filters.ts'
import type { RangeLimits } from './ip-ranges.ts'
import type { Link } from './link.ts'
import type { ConnectionOptions } from './live-peer.ts'
import { validateNodeInfo } from './node-info.ts'
import type { NodeInfo } from './node-info.ts'
import { canonical, checkedAddress, checkedId, placeText } from './place.ts'
import type { Reactor } from './reactor.ts'

/** What a switch is put together from. */
export interface SwitchParts {
  readonly key: NodeKey
  /**
   * What to tell of this node; `network` at least. `id` is the key's, `channels` are the reactors', `listenAddress` is where
   * it listens (of one that listens nowhere 0.0.0.0:0, which nobody can dial), `protocol` is p2p 8 and block 11, and `moniker`
   * is `pex` where nothing else is said.
   */
  readonly nodeInfo: Partial<NodeInfo> & Pick<NodeInfo, 'network'>
  readonly carrier: Carrier
  readonly clock: Clock
  readonly rng: Rng
  /** At least one channel between them; each belongs to one. */
  readonly reactors: readonly Reactor[]
  /** @default the platform's own */
  readonly primitives?: Primitives | undefined
  /** Where to count what happens: a libp2p node's metrics, or anything like them. @default nothing is counted */
  readonly metrics?: Metrics | undefined
}

/** How it shall behave. */
export interface SwitchInit {
  /** Where to listen. @default nowhere */
  readonly listen?: readonly Place[] | undefined
  /** Peers that may call, most. @default 40 (CometBFT) */
  readonly maxInbound?: number | undefined
  /** Peers that are dialled, most; a dial beyond that is refused. @default 10 (CometBFT) */
  readonly maxOutbound?: number | undefined
  /** Whether several peers may have one IP address. @default false (CometBFT) */
  readonly allowDuplicateIp?: boolean | undefined
  /** Callers that have not yet become peers, most. @default 64; guess: what a small machine shakes hands with in the 6 s that each may take */
  readonly maxHalfOpen?: number | undefined
  /** And of one IP address. @default 4; guess: a household behind one router */
  readonly maxHalfOpenPerIp?: number | undefined
  /** Connections per range of addresses, half-open ones included. @default no caps */
  readonly rangeLimits?: RangeLimits | undefined
  /** Dialled whenever they are not connected. @default none */
  readonly persistentPeers?: readonly NetAddress[] | undefined
  /** Longest wait between two tries for one of them, ms. @default 3_600_000; guess: after a night's outage a peer is back within the hour */
  readonly maxReconnectMs?: number | undefined
  /** Ids that no cap counts. @default none */
  readonly unconditionalIds?: readonly string[] | undefined
  /** Ids of which nobody is told; reactors ask `isPrivate`. @default none */
  readonly privateIds?: readonly string[] | undefined
  readonly filters?: readonly Filter[] | undefined
  /** One connect, ms. @default 1 000 (CometBFT) */
  readonly dialMs?: number | undefined
  /** Each of the two stages of a handshake, ms. @default 3 000 (CometBFT) */
  readonly handshakeMs?: number | undefined
  /** Of every connection. @default 5 120 000 bytes a second each way, as CometBFT's nodes are configured */
  readonly mconnection?: ConnectionOptions | undefined
  /** How dials are disciplined: see `@pex/swarm`. */
  readonly swarm?:
    | Omit<SwarmInit<Link, never>, 'onStream' | 'addressTimeoutMs' | 'localTimeoutMs'>
    | undefined
}

export interface Options {
  readonly listen: readonly Place[]
  readonly maxInbound: number
  readonly maxOutbound: number
  readonly allowDuplicateIp: boolean
  readonly maxHalfOpen: number
  readonly maxHalfOpenPerIp: number
  readonly persistentPeers: readonly NetAddress[]
  readonly maxReconnectMs: number
  readonly unconditionalIds: ReadonlySet<string>
  readonly privateIds: ReadonlySet<string>
  readonly filters: readonly Filter[]
  readonly dialMs: number
  readonly handshakeMs: number
  readonly mconnection: ConnectionOptions
}

/** The options; fails with `PEX_INVALID_PARAMETER`. */
export function optionsOf(init: SwitchInit, metrics?: MConnectionMetrics): Options {
  return {
    listen: (init.listen ?? []).map(canonical),
    maxInbound: whole('maxInbound', init.maxInbound ?? 40),
    maxOutbound: whole('maxOutbound', init.maxOutbound ?? 10),
    allowDuplicateIp: init.allowDuplicateIp ?? false,
    maxHalfOpen: whole('maxHalfOpen', init.maxHalfOpen ?? 64, 1),
    maxHalfOpenPerIp: whole('maxHalfOpenPerIp', init.maxHalfOpenPerIp ?? 4, 1),
    persistentPeers: (init.persistentPeers ?? []).map(checkedAddress),
    maxReconnectMs: whole('maxReconnectMs', init.maxReconnectMs ?? 3_600_000, 1),
    unconditionalIds: new Set(init.unconditionalIds?.map(checkedId)),
    privateIds: new Set(init.privateIds?.map(checkedId)),
    filters: init.filters ?? [],
    dialMs: whole('dialMs', init.dialMs ?? 1_000, 1),
    handshakeMs: whole('handshakeMs', init.handshakeMs ?? 3_000, 1),
    mconnection: { sendRate: 5_120_000, receiveRate: 5_120_000, metrics, ...init.mconnection }
  }
}

/** All channels of the reactors, and whose each is. Fails with `PEX_INVALID_PARAMETER` where two have the same one. */
export function channelsOf(reactors: readonly Reactor[]): {
  readonly channels: readonly ChannelDescriptor[]
  readonly owners: ReadonlyMap<number, Reactor>
} {
  const owners = new Map<number, Reactor>()
  for (const reactor of reactors)
    for (const { id } of reactor.channels) {
      if (owners.has(id)) throw invalid(`channel ${id} belongs to two reactors`)
      owners.set(id, reactor)
    }
  if (owners.size === 0) throw invalid('a switch needs a reactor with a channel')
  return { channels: reactors.flatMap(({ channels }) => channels), owners }
}

/** What a node tells of itself, the defaults filled in. Fails with `PEX_INVALID_PARAMETER` where peers would refuse that. */
export function nodeInfoOf(
  { key, nodeInfo: given, reactors, primitives }: SwitchParts,
  listening: Place | undefined
): NodeInfo {
  const info: NodeInfo = {
    protocol: { p2p: 8, block: 11, app: 0 },
    id: nodeIdOf(key.publicKey, primitives && { primitives }),
    listenAddress: `tcp://${placeText(listening ?? { ip: '0.0.0.0', port: 0 })}`,
    version: '',
    channels: reactors.flatMap(({ channels }) => channels.map(({ id }) => id)),
    moniker: 'pex',
    txIndex: '',
    rpcAddress: '',
    ...given
  }
  const fault = validateNodeInfo(info, nodeIdOf(key.publicKey, primitives && { primitives }))
  if (fault !== undefined) throw invalid(`the node info is wrong: ${fault}`)
  return info
}

function whole(name: string, value: number, least: number = 0): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw invalid(`${name} is a whole number of at least ${least}, not ${value}`)
}

function invalid(message: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', message)
}
