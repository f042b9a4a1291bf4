/**
 * Validated epidemic broadcast among sampled peers: a message is pushed along a tree and announced beside it (PlumTree), so
 * that everybody gets it about once, and gets it still when the tree breaks. Nothing is passed on that the application has
 * not called valid, and nothing grows without a bound.
 *
 * @packageDocumentation
 */
export { createBroadcast } from './broadcast.ts'
export type { Broadcast, BroadcastInit, PeerSource, ProtocolInit, Received } from './broadcast.ts'
export type { BroadcastCounts, BroadcastRejection, BroadcastTotal } from './counts.ts'
export type { Input, Output } from './events.ts'
export { BroadcastMachine } from './machine.ts'
export type { MachineOptions } from './machine.ts'
export type {
  AnnounceFrame,
  Announced,
  DataFrame,
  Frame,
  GraftFrame,
  Message,
  Priority,
  PruneFrame,
  Verdict
} from './message.ts'
