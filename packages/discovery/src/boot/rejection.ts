/**
 * The closed list of reasons why a datagram of strangers is dropped. Each is counted where it happens; nobody is told, for
 * an answer to a wrong datagram is one more thing to aim at a victim.
 */
export type BootReason =
  | 'oversize'
  /** Not a signed envelope. */
  | 'malformed-envelope'
  | 'wrong-payload-type'
  /** Not a packet in packed Cap'n Proto, or not one that can be read within the limits. */
  | 'malformed-packet'
  | 'unknown-kind'
  | 'too-many-addresses'
  /** The peer that is named is not the one whose key has signed. */
  | 'signer-mismatch'
  | 'bad-signature'
  /** From a place that we do not answer. */
  | 'not-local'
  | 'too-often'
  /** Too many signatures are being checked. */
  | 'busy'

/** The datagram is wrong; `reason` says how, from the closed list. */
export class BootRejection {
  readonly reason: BootReason

  constructor(reason: BootReason) {
    this.reason = reason
  }
}

/** The rejection for a reason. */
export function bootReject(reason: BootReason): BootRejection {
  return new BootRejection(reason)
}
