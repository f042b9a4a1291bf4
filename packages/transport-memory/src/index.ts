/**
 * A network in memory behind core's `Transport` port: latency, loss, duplication, partitions and crashes, by a clock and
 * a source of chance that are handed in, so that one seed gives one history.
 *
 * @packageDocumentation
 */
export type { Conditions, Latency } from './conditions.ts'
export type { MemoryTransport, MemoryTransportInit } from './host.ts'
export type { Links } from './links.ts'
export { memoryNetwork } from './network.ts'
export type { MemoryNetwork, MemoryNetworkInit, Traffic } from './network.ts'
