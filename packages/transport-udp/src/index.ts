/**
 * Peer exchange over plain UDP: core's `Transport` port on datagrams, mutually authenticated by peer id, encrypted, and of no
 * use to anybody who wants to aim it at a third.
 *
 * @packageDocumentation
 */
export { udpLimits } from './constants.ts'
export type { UdpLimits } from './constants.ts'
export type { Census } from './census.ts'
export type { IdentityKey } from './identity.ts'
export type { CallCap } from './manners.ts'
export { datagramRejections } from './rejections.ts'
export type { DatagramRejection } from './rejections.ts'
export { udpTransport } from './transport.ts'
export type { UdpTransport, UdpTransportInit } from './transport.ts'
