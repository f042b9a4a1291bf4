/** What a peer manager can be told, checked, with the defaults of its generation's nodes filled in. */
import { PexError } from '@pex/core'
import type { Rng } from '@pex/core'
import type { NodeAddress } from '../dialects/node-address.ts'
import { peerRules } from './rules.ts'
import type { PeerRules } from './rules.ts'

export interface PeerManagerInit {
  /** This node's id: 40 hexadecimal digits in lower case. */
  readonly id: string
  readonly rng: Rng
  /** `peerRules.sei`, `peerRules.tm035`, or one of them changed. @default peerRules.sei */
  readonly rules?: PeerRules | undefined
  /** Connections, most; 0 for no bound. Unconditional peers are not counted. @default 64 */
  readonly maxConnected?: number | undefined
  /** Connections beyond that while a better peer takes the place of a worse one. @default 4, or 0 without `maxConnected` */
  readonly maxConnectedUpgrade?: number | undefined
  /** Connections that this node has begun, most; 0 for no bound of their own. @default the rules' */
  readonly maxOutgoing?: number | undefined
  /** Peers remembered, most; 0 for 65 535, of which no share is ever full. @default the rules', or 0 without `maxConnected` */
  readonly maxPeers?: number | undefined
  /** First wait after a failed dial, ms; 0 to dial no address again that has failed. @default 250 */
  readonly minRetryMs?: number | undefined
  /** Longest wait, ms; 0 for no cap. @default the rules', or 0 without `minRetryMs` */
  readonly maxRetryMs?: number | undefined
  /** The same for persistent peers; 0 for that of everybody. @default the rules', or 0 without `minRetryMs` */
  readonly maxRetryPersistentMs?: number | undefined
  /** Chance added to a wait, ms, most. @default 5 000 */
  readonly retryJitterMs?: number | undefined
  /** Wait before a peer is dialled again that was connected, ms. @default the rules' */
  readonly disconnectCooldownMs?: number | undefined
  /** Ids that are kept and dialled before all others, at most `maxConnected`. @default none */
  readonly persistent?: readonly string[] | undefined
  /** Ids that no bound counts. @default none */
  readonly unconditional?: readonly string[] | undefined
  /** Ids that nobody is told of. @default none */
  readonly private?: readonly string[] | undefined
  /** Where this node is to be found; told first where it has a host and a port. @default nowhere */
  readonly selfAddress?: NodeAddress | undefined
  /** Scores that nothing changes, by id, for tests. @default none */
  readonly scores?: ReadonlyMap<string, number> | undefined
  /** Addresses of one peer, most. @default 8 (guess) */
  readonly maxAddressesPerPeer?: number | undefined
  /** Ids that are said to be at one host and port, most. @default 4 (guess) */
  readonly maxIdsPerPlace?: number | undefined
  /** What others are told of: whatever is known, or what a dial has found true. @default 'known' */
  readonly advertises?: 'known' | 'proved' | undefined
  /** Hears what a listener throws: its fault is nobody else's. @default it is lost */
  readonly onListenerError?: ((error: unknown) => void) | undefined
}

export interface PeerOptions {
  readonly id: string
  readonly rng: Rng
  readonly rules: PeerRules
  readonly maxConnected: number
  readonly maxConnectedUpgrade: number
  readonly maxOutgoing: number
  readonly maxPeers: number
  readonly minRetryMs: number
  readonly maxRetryMs: number
  readonly maxRetryPersistentMs: number
  readonly retryJitterMs: number
  readonly disconnectCooldownMs: number
  readonly persistent: ReadonlySet<string>
  readonly unconditional: ReadonlySet<string>
  readonly private: ReadonlySet<string>
  readonly selfAddress: NodeAddress | undefined
  readonly scores: ReadonlyMap<string, number>
  readonly maxAddressesPerPeer: number
  readonly maxIdsPerPlace: number
  readonly advertises: 'known' | 'proved'
}

/** Peers that a store without a bound of its own holds: what Tendermint's option could say (uint16). */
export const MOST_PEERS = 65_535

/** The options; fails with `PEX_INVALID_PARAMETER`. */
export function peerOptionsOf(init: PeerManagerInit): PeerOptions {
  const rules = init.rules ?? peerRules.sei
  const maxConnected = whole('maxConnected', init.maxConnected ?? 64)
  const minRetryMs = whole('minRetryMs', init.minRetryMs ?? 250)
  const ifBounded = (value: number): number => (maxConnected === 0 ? 0 : value)
  const ifRetried = (value: number): number => (minRetryMs === 0 ? 0 : Math.max(value, minRetryMs))
  const options: PeerOptions = {
    id: nodeId('id', init.id),
    rng: init.rng,
    rules,
    maxConnected,
    maxConnectedUpgrade: whole('maxConnectedUpgrade', init.maxConnectedUpgrade ?? ifBounded(4)),
    maxOutgoing: whole('maxOutgoing', init.maxOutgoing ?? ifBounded(rules.maxOutgoing(maxConnected))),
    maxPeers: whole(
      'maxPeers',
      init.maxPeers ??
        ifBounded(Math.max(rules.maxPeers(maxConnected), maxConnected + (init.maxConnectedUpgrade ?? 4)))
    ),
    minRetryMs,
    maxRetryMs: whole('maxRetryMs', init.maxRetryMs ?? ifRetried(rules.maxRetryMs)),
    maxRetryPersistentMs: whole(
      'maxRetryPersistentMs',
      init.maxRetryPersistentMs ?? ifRetried(rules.maxRetryPersistentMs)
    ),
    retryJitterMs: whole('retryJitterMs', init.retryJitterMs ?? 5_000),
    disconnectCooldownMs: whole(
      'disconnectCooldownMs',
      init.disconnectCooldownMs ?? rules.disconnectCooldownMs
    ),
    persistent: ids('persistent', init.persistent),
    unconditional: ids('unconditional', init.unconditional),
    private: ids('private', init.private),
    selfAddress: init.selfAddress,
    scores: init.scores ?? new Map(),
    maxAddressesPerPeer: whole('maxAddressesPerPeer', init.maxAddressesPerPeer ?? 8, 1),
    maxIdsPerPlace: whole('maxIdsPerPlace', init.maxIdsPerPlace ?? 4, 1),
    advertises: init.advertises ?? 'known'
  }
  checkTogether(options)
  return options
}

function checkTogether(options: PeerOptions): void {
  const { maxConnected, maxConnectedUpgrade, maxOutgoing, maxPeers, persistent, minRetryMs } = options
  if (maxConnected > 0 && persistent.size > maxConnected)
    throw invalid(`${persistent.size} persistent peers do not fit into ${maxConnected} connections`)
  if (maxPeers > MOST_PEERS) throw invalid(`maxPeers is at most ${MOST_PEERS}`)
  if (maxPeers > 0 && maxConnected === 0) throw invalid('maxPeers needs maxConnected')
  if (maxPeers > 0 && maxPeers < maxConnected + maxConnectedUpgrade)
    throw invalid('maxPeers is at least maxConnected and maxConnectedUpgrade together')
  if (maxConnected > 0 && maxOutgoing > maxConnected) throw invalid('maxOutgoing is at most maxConnected')
  for (const name of ['maxRetryMs', 'maxRetryPersistentMs'] as const) {
    if (options[name] > 0 && minRetryMs === 0) throw invalid(`${name} needs minRetryMs`)
    if (options[name] > 0 && options[name] < minRetryMs) throw invalid(`${name} is at least minRetryMs`)
  }
  const self = options.selfAddress
  if (self !== undefined && self.id !== options.id) throw invalid('selfAddress is of another node')
}

/** Whether it is a node's id: 40 hexadecimal digits in lower case. */
export function isNodeId(id: unknown): id is string {
  return typeof id === 'string' && /^[0-9a-f]{40}$/.test(id)
}

function nodeId(name: string, id: string): string {
  if (!isNodeId(id)) throw invalid(`${name} is 40 hexadecimal digits in lower case, not ${String(id)}`)
  return id
}

function ids(name: string, list: readonly string[] = []): ReadonlySet<string> {
  return new Set(list.map(id => nodeId(name, id)))
}

function whole(name: string, value: number, least: number = 0): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw invalid(`${name} is a whole number from ${least}, not ${value}`)
}

function invalid(message: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', message)
}
