/**
 * A signed, sequenced statement of where a peer can be reached, whose signature has been verified: nothing unverified
 * ever has this type. On libp2p it is the peer record of RFC 0003 inside the signed envelope of RFC 0002.
 */
export interface PeerRecord {
  /** Who signed: the peer id in its canonical text form. */
  readonly id: string
  /** The signer's own ever-growing number: a record with a higher one replaces a record with a lower one. */
  readonly seq: bigint
  /** Where the peer says it listens: multiaddrs in text form. May be empty: a peer that can call but not be called. */
  readonly addresses: readonly string[]
  /** The signed bytes, as they travel and as they are stored. */
  readonly envelope: Uint8Array
}
