/**
 * casm's wire: what its Go nodes send and understand, on protocol `/casm/0.0.0/<namespace>/pex`.
 *
 * @packageDocumentation
 */
export { decodeGossip, encodeGossip } from './gossip.ts'
export { casmWire } from './wire.ts'
