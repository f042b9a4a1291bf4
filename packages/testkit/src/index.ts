/**
 * What a test of a peer-to-peer protocol needs: suites that every transport and store passes, time that passes when the
 * test says so, and chance from a seed. Each piece is also a subpath of its own.
 *
 * @packageDocumentation
 */
export { seeded, withSeed } from './chance.ts'
export type { SeededRng } from './chance.ts'
export { virtualClock } from './clock.ts'
export type { VirtualClock } from './clock.ts'
export { faultyStore, nthCall } from './faulty-store.ts'
export type { FaultPlan, FaultyStore, StoreCall, StoreFault } from './faulty-store.ts'
export { fuzzedConnection } from './fuzzed-connection.ts'
export type { FuzzOptions } from './fuzzed-connection.ts'
export { hostNetwork } from './host-network.ts'
export type { HostKey, HostNetwork, HostNetworkOptions } from './host-network.ts'
export { policySuite } from './policy.ts'
export type { PolicySuiteOptions } from './policy.ts'
export { recordingMetrics } from './recording-metrics.ts'
export type { RecordedMetric, RecordingMetrics } from './recording-metrics.ts'
export type { Expectation, Runner } from './runner.ts'
export { storeSuite } from './store.ts'
export type { StorePlace, StoreSetup } from './store.ts'
export { streamNetwork } from './stream-network.ts'
export type { StreamNetwork, StreamNetworkInit, StreamSocket } from './stream-network.ts'
export { transportSuite } from './transport.ts'
export type { TransportPeer, TransportSetup, TransportSuiteOptions } from './transport.ts'
