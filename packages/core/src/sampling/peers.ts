/**
 * Peers as the sampling rules see them: numbers. A host numbers the peers that it knows (roster.ts); a simulation numbers
 * its nodes; a node has the same number as peer and as row. The rules never see a record, an address or a name.
 */

/** No peer. */
export const nobody = 0xffff_ffff

/** What the rules may know of a peer, by its number. */
export interface Peers {
  /** A hash of each peer's id that no stranger can foretell. */
  readonly hashes: Uint32Array
  /** A hash of each peer's network group: peers that one owner is likely to own together. 0: of no group. */
  readonly groups: Uint32Array
}

/** Spreads the bits of a 32-bit integer: a bijection without visible pattern (the "lowbias32" constants of C. Wellons' search). */
export function mix(word: number): number {
  let x = word ^ (word >>> 16)
  x = Math.imul(x, 0x7feb352d)
  x ^= x >>> 15
  x = Math.imul(x, 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}
