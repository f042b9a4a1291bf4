/**
 * The pure heart of peer exchange: views, policies, and the machine that decides, for each namespace, whom to ask, what to
 * show and what to keep. No IO, no clock, no chance of its own: time and randomness come in as arguments, and what to do
 * comes out as values.
 *
 * @packageDocumentation
 */
export { abortError } from './abort.ts'
export { placeOf } from './address-class.ts'
export type { AddressClass, Place } from './address-class.ts'
export { admit, checkHops, checkPicks } from './admission.ts'
export type { Admission, Circumstances } from './admission.ts'
export { assert } from './assert.ts'
export { checkQuestion } from './body.ts'
export { BoundedMap } from './bounded-map.ts'
export { ageOf, hopOf } from './descriptor.ts'
export type { SizeEstimate } from './counting.ts'
export type { Descriptor, Entry } from './descriptor.ts'
export { PexError } from './errors.ts'
export { Averaging } from './estimate/averaging.ts'
export { Collisions } from './estimate/collisions.ts'
export type { CollisionsInit } from './estimate/collisions.ts'
export { Disagreement } from './estimate/disagreement.ts'
export type { Estimate } from './estimate/estimate.ts'
export type { PexErrorCode } from './errors.ts'
export type { Input, Output } from './events.ts'
export { gossip } from './gossip.ts'
export type { Gossip, GossipOptions } from './gossip.ts'
export { ip4Bytes, ip6Words } from './ip.ts'
export { limits } from './limits.ts'
export type { Ack, Ask, Average, Message, Ping, Pong, Question, Reply, Response, Settle } from './message.ts'
export { growth, zeros } from './metrics.ts'
export type {
  CalculatedMetricOptions,
  Counter,
  CounterGroup,
  Histogram,
  HistogramOptions,
  Metric,
  MetricGroup,
  MetricOptions,
  Metrics
} from './metrics.ts'
export { Namespace } from './namespace.ts'
export type { NamespaceInit } from './namespace.ts'
export { netgroupOf } from './netgroup.ts'
export type {
  Answer,
  Clock,
  Contact,
  Dialer,
  DialOptions,
  Discovery,
  Found,
  Handler,
  Loaded,
  Logger,
  Reached,
  Resolved,
  Signer,
  Store,
  StoreDiff,
  Transport,
  Verifier
} from './ports.ts'
export { isGone } from './pings.ts'
export { below, between, chance, sample, shuffle } from './random.ts'
export type { Rng } from './random.ts'
export type { PeerRecord } from './record.ts'
export type { Remembered } from './remembered.ts'
export { codeOf, isExcusable, isRejection, reasonOf, reject, rejectionReasons } from './rejection.ts'
export type { Rejection, RejectionReason } from './rejection.ts'
export { Roster } from './roster.ts'
export { Marks } from './sampling/marks.ts'
export { Memory } from './sampling/memory.ts'
export { Offer, Picks } from './sampling/offer.ts'
export { mix, nobody } from './sampling/peers.ts'
export type { Peers } from './sampling/peers.ts'
export { balanced } from './sampling/policies/balanced.ts'
export type { BalancedOptions } from './sampling/policies/balanced.ts'
export { basalt } from './sampling/policies/basalt.ts'
export type { BasaltOptions } from './sampling/policies/basalt.ts'
export { brahms } from './sampling/policies/brahms.ts'
export type { BrahmsOptions } from './sampling/policies/brahms.ts'
export { casm } from './sampling/policies/casm.ts'
export type { CasmOptions } from './sampling/policies/casm.ts'
export { cyclon } from './sampling/policies/cyclon.ts'
export type { CyclonOptions } from './sampling/policies/cyclon.ts'
export { healerSwapper } from './sampling/policies/healer-swapper.ts'
export type { HealerSwapperOptions } from './sampling/policies/healer-swapper.ts'
export { policies } from './sampling/policies/index.ts'
export { role, verdict } from './sampling/policy.ts'
export type { Ground, Policy, Role, Rules, Settlement, Settling, Verdict } from './sampling/policy.ts'
export { Sampling } from './sampling/sampling.ts'
export type { SamplingInit } from './sampling/sampling.ts'
export { Tombstones } from './sampling/tombstones.ts'
export { Draws } from './stream-draws.ts'
export { Stream } from './stream.ts'
export { isWithin, NetworkScope } from './scope.ts'
export type { Scope } from './scope.ts'
export { View } from './view.ts'
export { Views } from './sampling/views.ts'
