/**
 * Peer exchange for js-libp2p: a service that is also a peer discovery module, an opt-in connection keeper, and the
 * transport under them.
 *
 * @packageDocumentation
 */
export { memoryDatastore } from './datastore.ts'
export { libp2pDialer } from './dialer.ts'
export type { DialingComponents } from './dialer.ts'
export { dialing, scopeGater } from './dialing.ts'
export type { Dialing, DialingInit, DialingServiceComponents } from './dialing.ts'
export { inboundDoor } from './door.ts'
export type { InboundDoorInit } from './door.ts'
export type { KeepInit } from './keeper.ts'
export { pex } from './service.ts'
export type { PexService, PexServiceComponents, PexServiceEvents, PexServiceInit } from './service.ts'
export { libp2pTransport } from './transport.ts'
export type { Libp2pTransportComponents, Libp2pTransportInit } from './transport.ts'
