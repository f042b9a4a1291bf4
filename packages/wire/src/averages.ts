/**
 * Instances of averaging (core's estimate of the network's size) as they travel: how many, and of each the epoch and the
 * instance in four bytes each, and the value in eight, which is finite, between -1 and 1, and no negative zero.
 */
import { limits, reject } from '@pex/core'
import type { Average, Rejection } from '@pex/core'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const AVERAGE_BYTES = 16

/** Bytes that these averages take. */
export function averagesLength(averages: readonly Average[]): number {
  return 1 + averages.length * AVERAGE_BYTES
}

export function writeAverages(averages: readonly Average[], writer: Writer): void {
  writer.byte(averages.length)
  for (const { epoch, instance, value } of averages) {
    writer.uint32(epoch)
    writer.uint32(instance)
    writer.float64(value === 0 ? 0 : value)
  }
}

export function readAverages(reader: Reader): readonly Average[] | Rejection {
  const count = reader.varint()
  if (typeof count !== 'number') return count
  if (count > limits.maxAverages) return reject('bad-averages')
  const averages: Average[] = []
  for (let i = 0; i < count; i++) {
    const epoch = reader.uint32()
    if (typeof epoch !== 'number') return epoch
    const instance = reader.uint32()
    if (typeof instance !== 'number') return instance
    const value = reader.float64()
    if (typeof value !== 'number') return value
    // True for NaN as well.
    if (!(value >= -1 && value <= 1) || Object.is(value, -0)) return reject('bad-averages')
    averages.push({ epoch, instance, value })
  }
  return averages
}
