/**
 * Judges a received message as a list of records: what condemns it whole, and which records in it do not count. Signatures
 * have been verified before; who is buried is for the sampling rules to know.
 */
import type { Descriptor } from './descriptor.ts'
import { limits } from './limits.ts'
import type { PeerRecord } from './record.ts'
import { reject } from './rejection.ts'
import type { Rejection } from './rejection.ts'

export interface Admission {
  /** The sender's own record, last of the message. */
  readonly own: Descriptor
  /** What counts: unique ids, never ourselves, nothing older than we know, nobody that cannot be called. */
  readonly descriptors: readonly Descriptor[]
  /** Where each of them stood in the message. */
  readonly places: readonly number[]
  /** Why the other records do not count. */
  readonly dropped: readonly Rejection[]
}

export interface Circumstances {
  /** Our own id. */
  readonly self: string
  /** The authenticated id of the sender. */
  readonly from: string
  /** Where each descriptor stood in the message as it was sent; by default where it stands. */
  readonly places?: readonly number[] | undefined
  /** Compares a record with the newest seen of its peer: below 0 for what is outdated. */
  readonly compare: (record: PeerRecord) => number
  /** Whether a record says where its peer can be called from here; by default, whether it has any address. */
  readonly isCallable?: ((record: PeerRecord) => boolean) | undefined
}

/** The order that a message must have: own record last with hop 0, every other hop above 0. Needs no signature. */
export function checkHops(hops: readonly number[]): Rejection | undefined {
  if (hops.length === 0) return reject('no-records')
  if (hops.length > limits.maxRecords) return reject('too-many-records')
  if (hops.at(-1) !== 0) return reject('own-record-not-last')
  return hops.indexOf(0) < hops.length - 1 ? reject('hop-zero-inside') : undefined
}

/** Admits a message, or rejects it whole. */
export function admit(message: readonly Descriptor[], circumstances: Circumstances): Admission | Rejection {
  const { self, from } = circumstances
  if (from === self) return reject('from-self')
  const disorder = checkHops(message.map(({ hop }) => hop))
  if (disorder !== undefined) return disorder
  const own = message.at(-1)!
  if (own.record.id !== from) return reject('sender-mismatch')
  if (new Set(message.map(({ record }) => record.id)).size < message.length) return reject('duplicate-id')

  const descriptors: Descriptor[] = []
  const places: number[] = []
  const dropped: Rejection[] = []
  for (const [i, descriptor] of message.entries()) {
    const wrong = judge(descriptor, circumstances)
    if (wrong !== undefined) {
      dropped.push(wrong)
      continue
    }
    descriptors.push(descriptor)
    places.push(circumstances.places?.[i] ?? i)
  }
  return { own, descriptors, places, dropped }
}

/** Why a record does not count, if so. */
function judge(
  { record, hop }: Descriptor,
  { self, compare, isCallable }: Circumstances
): Rejection | undefined {
  if (record.id === self) return reject('self')
  if (hop > limits.maxHop) return reject('hop-over-limit')
  if (isCallable === undefined ? record.addresses.length === 0 : !isCallable(record))
    return reject('no-addresses')
  if (compare(record) < 0) return reject('stale-seq')
  return undefined
}

/** The picks of the other side, as they must be: different places of a list of that length. */
export function checkPicks(picks: readonly number[], length: number): Rejection | undefined {
  const sound =
    new Set(picks).size === picks.length &&
    picks.every(place => Number.isInteger(place) && place >= 0 && place < length)
  return sound ? undefined : reject('bad-picks')
}
