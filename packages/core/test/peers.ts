/** Peers, entries and messages for the tests of the core. */
import { hold, View } from '@pex/core'
import type { Descriptor, Entry, PeerRecord } from '@pex/core'
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

/** An entry that we have held for `age` rounds in round `round`. */
export function entry(id: string, { age = 0, hop = 1, seq = 1n, round = 100 } = {}): Entry {
  return { ...hold(descriptor(id, hop, seq), round), since: round - age }
}

/** The view of `self`, full of others with the ages 0, 1, 2 …: `p0` is the youngest. */
export function fullView(max: number, round: number = 100): View {
  const others = Array.from({ length: max }, (_, i) => entry(`p${i}`, { age: i, hop: i + 1, round }))
  return View.empty('self', max).of(others)
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
const anySeq = fc.bigInt({ min: 0n, max: 3n })
const anyRound = 100

const anyEntry: fc.Arbitrary<Entry> = fc
  .record({
    id: anyId,
    seq: anySeq,
    hop: fc.integer({ min: 0, max: 1_024 }),
    age: fc.integer({ min: 0, max: 90 })
  })
  .map(({ id, ...rest }) => entry(id, { ...rest, round: anyRound }))

const anyDescriptor: fc.Arbitrary<Descriptor> = fc
  .record({ id: anyId, seq: anySeq, hop: fc.integer({ min: 1, max: 1_024 }) })
  .map(({ id, seq, hop }) => descriptor(id, hop, seq))

const unique = { selector: (item: { record: PeerRecord }) => item.record.id }

/** What a merge is given: all that admission lets through, and a `sent` part of which may have left the view. */
export interface Scene {
  readonly view: View
  readonly received: readonly Descriptor[]
  readonly sent: readonly Entry[]
  readonly round: number
  readonly seed: number
}

export const anyScene: fc.Arbitrary<Scene> = fc.integer({ min: 2, max: 16 }).chain(max =>
  fc
    .record({
      entries: fc.uniqueArray(anyEntry, { ...unique, maxLength: max }),
      received: fc.uniqueArray(anyDescriptor, { ...unique, maxLength: 12 }),
      last: fc.boolean(),
      chosen: fc.array(fc.nat()),
      gone: fc.uniqueArray(anyEntry, { ...unique, maxLength: 2 }),
      seed: fc.integer()
    })
    .map(({ entries, received, last, chosen, gone, seed }) => {
      const view = View.empty('self', max).of(entries)
      const shown = entries.length === 0 ? [] : chosen.map(i => entries[i % entries.length]!)
      const sent = [...new Map([...shown, ...gone].map(item => [item.record.id, item])).values()]
      // The sender's own record comes last.
      const claims = received.map((item, i) =>
        last && i === received.length - 1 ? { ...item, hop: 0 } : item
      )
      return { view, received: claims, sent, round: anyRound, seed }
    })
)
