/**
 * Dialling with manners, over any carrier: one dial per peer, ranked and staggered addresses, limits, backoff, a cap on what
 * strangers can make a host dial, and an error that says what went wrong with each address.
 *
 * @packageDocumentation
 */
export { Backoff } from './backoff.ts'
export type { BackoffInit } from './backoff.ts'
export { Bandwidth } from './bandwidth.ts'
export type { Traffic } from './bandwidth.ts'
export { BlackHoles } from './black-hole.ts'
export type { BlackHoleInit } from './black-hole.ts'
export type { SwarmConnection } from './connection.ts'
export type { Wanted } from './connections.ts'
export { AddressError, DialError } from './errors.ts'
export type { Direction, Gater } from './gater.ts'
export { HalfOpen } from './half-open.ts'
export type { HalfOpenInit } from './half-open.ts'
export type { DialInit, SwarmInit, SwarmParts } from './init.ts'
export { Limiter } from './limiter.ts'
export type { Job, LimiterInit } from './limiter.ts'
export type { Listener } from './listening.ts'
export { SwarmMetrics } from './metrics.ts'
export type { Watched } from './metrics.ts'
export type { Notifiee } from './notifications.ts'
export { isRelayed, rank, takesDescriptor } from './ranking.ts'
export type { Ranked } from './ranking.ts'
export type { StreamPort, SwarmStream } from './stream.ts'
export { Swarm } from './swarm.ts'
export { VictimCap } from './victim-cap.ts'
export type { VictimCapInit } from './victim-cap.ts'
