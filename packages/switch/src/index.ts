/**
 * CometBFT's Switch: peers, and the reactors that talk to them.
 *
 * @packageDocumentation
 */
export type { Carrier, CarrierListener, Place } from './carrier.ts'
export { refusals, SwitchError } from './errors.ts'
export type { Refusal, SwitchErrorDetail } from './errors.ts'
export type { Candidate, Filter } from './filters.ts'
export { exchangeNodeInfo, upgrade } from './handshake.ts'
export type { ExchangeInit, Upgraded, UpgradeInit } from './handshake.ts'
export {
  compatibility,
  decodeNodeInfo,
  encodeNodeInfo,
  hostOf,
  MAX_NODE_INFO_BYTES,
  validateNodeInfo
} from './node-info.ts'
export type { NodeInfo, NodeInfoFault } from './node-info.ts'
export {
  isInRange,
  isLocalAddress,
  isRoutableAddress,
  isValidAddress,
  reach,
  reachability
} from './net-address.ts'
export type { SpecialRange } from './net-address.ts'
export { formatNodeKey, parseNodeKey, seededKey } from './node-key.ts'
export type { SeededKey } from './node-key.ts'
export type { SwitchInit, SwitchParts } from './options.ts'
export { IpRanges } from './ip-ranges.ts'
export type { RangeLimits } from './ip-ranges.ts'
export type { SwitchEvent } from './journal.ts'
export type { ConnectionOptions } from './live-peer.ts'
export type { Peer, Peers } from './peer.ts'
export type { Reactor, SwitchHandle } from './reactor.ts'
export { Switch } from './switch.ts'
export type { Dialled } from './switch.ts'
