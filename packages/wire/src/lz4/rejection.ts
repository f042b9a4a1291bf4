/**
 * The closed list of reasons why bytes are no LZ4 stream that we read. As with Cap'n Proto, whoever builds a protocol on
 * top says what a malformed stream means there.
 */
export type Lz4Reason =
  /** More comes out than the limit allows. */
  | 'oversize'
  /** The bytes end before what they announce. */
  | 'truncated'
  /** Something else than a frame begins here. */
  | 'bad-magic'
  | 'bad-version'
  /** Bits that have to be 0 are not. */
  | 'reserved-bits'
  /** The frame wants a dictionary, which nobody agreed on. */
  | 'dictionary'
  /** A size of blocks that there is not, or a block larger than its frame allows. */
  | 'bad-block-size'
  | 'header-checksum'
  | 'block-checksum'
  | 'content-checksum'
  /** The frame holds another number of bytes than it says. */
  | 'content-size'
  /** A copy from before the beginning. */
  | 'bad-offset'

/** The bytes are wrong; `reason` says how, from the closed list. */
export class Lz4Rejection {
  readonly reason: Lz4Reason

  constructor(reason: Lz4Reason) {
    this.reason = reason
  }
}

/** True for a rejection, false for what stands in its place when all is well. */
export function isLz4Rejection(value: unknown): value is Lz4Rejection {
  return value instanceof Lz4Rejection
}

/** The rejection for a reason. */
export function lz4Reject(reason: Lz4Reason): Lz4Rejection {
  return new Lz4Rejection(reason)
}
