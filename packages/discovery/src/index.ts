/**
 * First contact as composable sources behind the `Discovery` port. Here are the pieces that need no platform; those that do
 * are subpaths of their own: `/survey`, `/crawl`, `/dns`, `/libp2p`, and `/from` for texts that name them.
 *
 * @packageDocumentation
 */
export { decodePacket, encodePacket } from './boot/packet.ts'
export type { BootPacket, BootRequest, BootResponse, BootSurvey } from './boot/packet.ts'
export { isNear } from './boot/distance.ts'
export { openPacket, sealPacket } from './boot/envelope.ts'
export type { Unproved } from './boot/envelope.ts'
export { BootRejection } from './boot/rejection.ts'
export type { BootReason } from './boot/rejection.ts'
export { bounds as discoveryBounds } from './bounds.ts'
export { allOf, firstOf } from './combine.ts'
export { measured } from './metrics.ts'
export { parseDiscovery } from './parse.ts'
export type { DiscoveryText } from './parse.ts'
export { routed } from './router.ts'
export type { NamespaceMatcher, Route } from './router.ts'
export { fixedPeers } from './static.ts'
export type { CrawlRange } from './crawl/range.ts'
export type { Endpoint } from './socket.ts'
