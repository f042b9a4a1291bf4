/**
 * Picks as they travel: how many, and a byte for each place in the other side's list. Places are different, and such as a
 * list can have; whether that one list has them is the core's to say, which knows it.
 */
import { limits, reject } from '@pex/core'
import type { Rejection } from '@pex/core'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** Bytes that these picks take. */
export function picksLength(picks: readonly number[]): number {
  return 1 + picks.length
}

export function writePicks(picks: readonly number[], writer: Writer): void {
  writer.byte(picks.length)
  for (const place of picks) writer.byte(place)
}

export function readPicks(reader: Reader): readonly number[] | Rejection {
  const count = reader.varint()
  if (typeof count !== 'number') return count
  if (count > limits.maxRecords) return reject('bad-picks')
  const places = reader.window(count)
  if (!(places instanceof Uint8Array)) return places
  for (const [i, place] of places.entries())
    if (place >= limits.maxRecords || places.indexOf(place) !== i) return reject('bad-picks')
  return [...places]
}
