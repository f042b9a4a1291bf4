/**
 * Peer exchange as a service: namespaces, rounds, events and persistence over any transport and store.
 *
 * @packageDocumentation
 */
export { joinTransports } from './carriers.ts'
export type { JoinOptions, NamespaceInit, Pex, PexComponents, PexEvents, PexInit, ViewPeer } from './pex.ts'
export { protocolOf } from './protocol.ts'
export { createPex } from './service.ts'
export { systemClock, systemRng } from './system.ts'
