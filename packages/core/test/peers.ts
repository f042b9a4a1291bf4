/** Peers and messages for the tests of the core. */
import type { Descriptor, PeerRecord } from '@pex/core'
import * as fc from 'fast-check'

const NO_BYTES = new Uint8Array(0)

/** A record as a verifier would hand it over; the core never looks into the envelope. */
export function record(
  id: string,
  seq: bigint = 1n,
  addresses: readonly string[] = ['/memory/1']
): PeerRecord {
  return { id, seq, addresses, envelope: NO_BYTES }
}

export function descriptor(id: string, hop: number = 1, seq: bigint = 1n): Descriptor {
  return { record: record(id, seq), hop }
}

/** A message of `from`: others first, its own record last. */
export function message(from: string, others: readonly Descriptor[] = []): Descriptor[] {
  return [...others, descriptor(from, 0)]
}

export function ids(items: readonly { readonly record: PeerRecord }[]): string[] {
  return items.map(({ record }) => record.id)
}

/** Few ids, so that what arrives often speaks of somebody whom we hold. */
export const anyId: fc.Arbitrary<string> = fc.integer({ min: 0, max: 40 }).map(i => `p${i}`)
