/**
 * The closed list of reasons why a *remote* is wrong. A peer being wrong is normal: a rejection is a value, it is
 * counted, and it never throws. (When the world is wrong, that is a `PexError`; when we are, an assertion.)
 *
 * The code is what a refusal carries on the wire: append, never renumber.
 */
export type RejectionReason =
  // The message as bytes.
  | 'oversize'
  | 'truncated'
  | 'trailing-bytes'
  | 'unknown-kind'
  | 'bad-varint'
  | 'no-records'
  | 'too-many-records'
  | 'record-oversize'
  | 'bad-picks'
  | 'bad-averages'
  /** What carries the message, LZ4 or Cap'n Proto on casm's wire, is damaged or was never whole. */
  | 'bad-encoding'
  // The message as a list.
  | 'own-record-not-last'
  | 'hop-zero-inside'
  | 'duplicate-id'
  | 'sender-mismatch'
  | 'from-self'
  // The records in it: a sender has verified what it passes on, so one bad record condemns the message.
  | 'malformed-record'
  | 'wrong-payload-type'
  | 'bad-signature'
  | 'signer-mismatch'
  | 'too-many-addresses'
  // The circumstances.
  | 'unknown-namespace'
  | 'too-often'
  | 'busy'
  | 'overrepresented'
  | 'too-few-records'
  | 'unknown-exchange'
  // Records that an honest peer may send without knowing better: dropped alone, the rest of the message counts.
  | 'bad-address'
  | 'self'
  | 'stale-seq'
  | 'hop-over-limit'
  | 'no-addresses'

const codes: Readonly<Record<RejectionReason, number>> = {
  oversize: 1,
  truncated: 2,
  'trailing-bytes': 3,
  'unknown-kind': 4,
  'bad-varint': 5,
  'no-records': 6,
  'too-many-records': 7,
  'record-oversize': 8,
  'own-record-not-last': 9,
  'hop-zero-inside': 10,
  'duplicate-id': 11,
  'sender-mismatch': 12,
  'from-self': 13,
  'malformed-record': 14,
  'wrong-payload-type': 15,
  'bad-signature': 16,
  'signer-mismatch': 17,
  'too-many-addresses': 18,
  'bad-address': 19,
  'unknown-namespace': 20,
  'too-often': 21,
  self: 22,
  'stale-seq': 23,
  'hop-over-limit': 24,
  'no-addresses': 25,
  'bad-picks': 26,
  'bad-averages': 27,
  busy: 28,
  overrepresented: 29,
  'too-few-records': 30,
  'unknown-exchange': 31,
  'bad-encoding': 32
}

/** A remote was wrong; `reason` says how, from the closed list. */
export interface Rejection {
  readonly reason: RejectionReason
}

/** Every reason, in the order of their wire codes. */
export const rejectionReasons: readonly RejectionReason[] = Object.keys(codes) as RejectionReason[]

const rejections = new Map(rejectionReasons.map(reason => [reason, Object.freeze({ reason })]))
const byCode = new Map(rejectionReasons.map(reason => [codes[reason], reason]))

/** The rejection for a reason. */
export function reject(reason: RejectionReason): Rejection {
  return rejections.get(reason)!
}

/** True for a rejection, false for what stands in its place when all is well. */
export function isRejection(value: object): value is Rejection {
  return 'reason' in value && rejections.get(value.reason as RejectionReason) === value
}

const excusable: ReadonlySet<RejectionReason> = new Set([
  'bad-address',
  'self',
  'stale-seq',
  'hop-over-limit',
  'no-addresses'
])

/** Whether an honest peer may send such a record without knowing better, so that only the record is dropped. */
export function isExcusable({ reason }: Rejection): boolean {
  return excusable.has(reason)
}

/** The number that stands for the reason in a refusal. */
export function codeOf(reason: RejectionReason): number {
  return codes[reason]
}

/** The reason behind a refusal's number, or nothing for a number that is not ours. */
export function reasonOf(code: number): RejectionReason | undefined {
  return byCode.get(code)
}
