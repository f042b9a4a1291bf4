/**
 * Judges a received message as a list of records: what condemns it whole, and which records in it do not count. Signatures
 * have been verified before.
 */
import type { Descriptor } from './descriptor.ts'
import type { Known } from './known.ts'
import { limits } from './limits.ts'
import { reject } from './rejection.ts'
import type { Rejection } from './rejection.ts'

export interface Admission {
  /** The sender's own record, last of the message. */
  readonly own: Descriptor
  /** What counts: unique ids, never ourselves, nothing older than we know, nobody that cannot be called. */
  readonly descriptors: readonly Descriptor[]
  /** Why the other records do not count. */
  readonly dropped: readonly Rejection[]
}

export interface Circumstances {
  /** Our own id. */
  readonly self: string
  /** The authenticated id of the sender. */
  readonly from: string
  readonly round: number
}

/** The order that a message must have: own record last with hop 0, every other hop above 0. Needs no signature. */
export function checkHops(hops: readonly number[]): Rejection | undefined {
  if (hops.length === 0) return reject('no-records')
  if (hops.length > limits.maxRecords) return reject('too-many-records')
  if (hops.at(-1) !== 0) return reject('own-record-not-last')
  return hops.indexOf(0) < hops.length - 1 ? reject('hop-zero-inside') : undefined
}

/** Admits a message, or rejects it whole. */
export function admit(
  message: readonly Descriptor[],
  { self, from, round }: Circumstances,
  known: Known
): Admission | Rejection {
  if (from === self) return reject('from-self')
  const disorder = checkHops(message.map(({ hop }) => hop))
  if (disorder !== undefined) return disorder
  const own = message.at(-1)!
  if (own.record.id !== from) return reject('sender-mismatch')
  if (new Set(message.map(({ record }) => record.id)).size < message.length) return reject('duplicate-id')

  const descriptors: Descriptor[] = []
  const dropped: Rejection[] = []
  for (const descriptor of message) {
    const wrong = judge(descriptor, self, known)
    if (wrong !== undefined) dropped.push(wrong)
    else if (descriptor === own || !known.buries(descriptor.record, round)) descriptors.push(descriptor)
  }
  return { own, descriptors, dropped }
}

/** Why a record does not count, if so. */
function judge({ record, hop }: Descriptor, self: string, known: Known): Rejection | undefined {
  if (record.id === self) return reject('self')
  if (hop > limits.maxHop) return reject('hop-over-limit')
  if (record.addresses.length === 0) return reject('no-addresses')
  if (known.supersedes(record)) return reject('stale-seq')
  return undefined
}
