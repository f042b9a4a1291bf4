/**
 * The closed list of reasons why bytes are no Cap'n Proto message that we read. A rejection is a value, as everywhere; it
 * is a list of its own because these reasons travel on no wire of ours: whoever builds a protocol on top says what a
 * malformed message means there.
 */
export type CapnpReason =
  /** Longer than the limit: in bytes, or in words once it is unpacked. */
  | 'oversize'
  /** The bytes end before what they announce. */
  | 'truncated'
  /** Bytes behind the end of a message that should be the only one. */
  | 'trailing-bytes'
  | 'too-many-segments'
  /** A pointer of a kind that cannot stand where it stands, or of no kind at all. */
  | 'bad-pointer'
  /** A pointer to something that does not lie within its segment. */
  | 'out-of-bounds'
  /** A far pointer to a far pointer, or to a segment that is not there. */
  | 'bad-far-pointer'
  /** More was read than the message can honestly hold: pointers that overlap or run in circles. */
  | 'traversal-limit'
  | 'nesting-limit'
  /** A text without its final zero byte, or (read as a string) not UTF-8. */
  | 'bad-text'

/** The bytes are wrong; `reason` says how, from the closed list. */
export class CapnpRejection {
  readonly reason: CapnpReason

  constructor(reason: CapnpReason) {
    this.reason = reason
  }
}

/** True for a rejection, false for what stands in its place when all is well. */
export function isCapnpRejection(value: unknown): value is CapnpRejection {
  return value instanceof CapnpRejection
}

/** The rejection for a reason. */
export function capnpReject(reason: CapnpReason): CapnpRejection {
  return new CapnpRejection(reason)
}
