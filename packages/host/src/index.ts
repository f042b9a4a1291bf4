/**
 * Build on peer exchange: live neighbours, request and response, broadcast, and a memory for peers, in one object.
 *
 * @packageDocumentation
 */
export { isAtLeast, parseAgent, readAgent } from './agent.ts'
export type { Agent } from './agent.ts'
export type { Mismatch, Status } from './greeting.ts'
export { createHost, hostOver } from './host.ts'
export type { Ground, Host, HostInit, ProtocolsInit } from './host.ts'
export type { Decline, Leaving, Neighbour, Terms } from './neighbourhood/events.ts'
export { neighbourLimits } from './neighbourhood/limits.ts'
export type { NeighbourLimits } from './neighbourhood/limits.ts'
export type { NeighbourEvents, Neighbours } from './neighbours.ts'
export { formatNodeUrl, parseNodeUrl } from './node-url.ts'
export { peerBook } from './peer-book.ts'
export type { PeerBook, PeerBookParts } from './peer-book.ts'
export type { ClockHealth, SkewInit } from './skew.ts'
