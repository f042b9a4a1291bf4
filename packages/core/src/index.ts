/**
 * The pure heart of peer exchange: views, policies, and the machine that decides, for each namespace, whom to ask, what to
 * show and what to keep. No IO, no clock, no chance of its own: time and randomness come in as arguments, and what to do
 * comes out as values.
 *
 * @packageDocumentation
 */
export { abortError } from './abort.ts'
export { admit, checkHops } from './admission.ts'
export type { Admission, Circumstances } from './admission.ts'
export { checkQuestion } from './body.ts'
export { BoundedMap } from './bounded-map.ts'
export { ageOf, describe, hold, hopOf } from './descriptor.ts'
export type { Descriptor, Entry } from './descriptor.ts'
export { PexError } from './errors.ts'
export type { PexErrorCode } from './errors.ts'
export type { Input, Output } from './events.ts'
export { gossip } from './gossip.ts'
export type { Gossip, GossipOptions } from './gossip.ts'
export { Known } from './known.ts'
export { limits } from './limits.ts'
export { Namespace } from './namespace.ts'
export type { NamespaceInit, Remembered } from './namespace.ts'
export { casm } from './policies/casm.ts'
export type { CasmOptions } from './policies/casm.ts'
export { healerSwapper } from './policies/healer-swapper.ts'
export type { HealerSwapperOptions } from './policies/healer-swapper.ts'
export type { Policy, Turn } from './policy.ts'
export type {
  Answer,
  Clock,
  Contact,
  Discovery,
  Found,
  Handler,
  Loaded,
  Logger,
  Signer,
  Store,
  StoreDiff,
  Transport,
  Verifier
} from './ports.ts'
export { below, between, chance, sample, shuffle } from './random.ts'
export type { Rng } from './random.ts'
export type { PeerRecord } from './record.ts'
export { codeOf, isExcusable, isRejection, reasonOf, reject, rejectionReasons } from './rejection.ts'
export type { Rejection, RejectionReason } from './rejection.ts'
export { View } from './view.ts'
export { Memory } from './sampling/memory.ts'
export { Marks } from './sampling/marks.ts'
export { Offer, Picks } from './sampling/offer.ts'
export { mix, nobody } from './sampling/peers.ts'
export type { Peers } from './sampling/peers.ts'
export { policies } from './sampling/policies/index.ts'
export { role, verdict } from './sampling/policy.ts'
export type { Ground, Role, Rules, Settlement, Settling, Verdict } from './sampling/policy.ts'
export { Sampling } from './sampling/sampling.ts'
export type { SamplingInit } from './sampling/sampling.ts'
export { Tombstones } from './sampling/tombstones.ts'
export { Views } from './sampling/views.ts'
