/**
 * Fewer lines in a flood: who sends rubbish by the thousand must not fill the disk that the lines are written to. Nothing
 * else that is printed is as often as strangers like; all is counted, on the pages and in the metrics.
 */
import { BoundedMap } from '@pex/core'
import type { Emit } from './host.ts'

/** Lines about one reason in one second, most. */
export const MOST_A_SECOND = 10

/** Reasons are from a closed list that is shorter than this. */
const MAX_REASONS = 128

interface Second {
  readonly beganAt: number
  told: number
  omitted: number
}

/** Hands on all events but those of a flood of rejections; the first one after it says how many were left out. */
export function sparing(emit: Emit, now: () => number = Date.now): Emit {
  // Bounded by MAX_REASONS; keyed by reasons of the protocol's closed list.
  const seconds = new BoundedMap<string, Second>(MAX_REASONS)
  return event => {
    if (event.event !== 'rejected') return emit(event)
    const at = now()
    const last = seconds.get(event.reason)
    const isOver = last === undefined || Math.abs(at - last.beganAt) >= 1_000
    const second = isOver ? { beganAt: at, told: 0, omitted: last?.omitted ?? 0 } : last
    if (isOver) seconds.set(event.reason, second)
    if (second.told === MOST_A_SECOND) {
      second.omitted++
      return
    }
    second.told++
    const { omitted } = second
    second.omitted = 0
    emit(omitted === 0 ? event : { ...event, omitted })
  }
}
