/**
 * Durations as people type them: `500ms`, `1s`, `2.5s`, `5m`, `1h`.
 */

const unitsMs: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000]
])

/** How a duration may be written, for messages. */
export const durationForms = 'a number with a unit, such as 500ms, 1s, 5m or 1h'

/** Milliseconds, or nothing where the text is no duration. A number without a unit is none: nobody should have to guess. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text.trim())
  if (match === null) return undefined
  return Math.round(Number(match[1]) * unitsMs.get(match[2]!)!)
}

/** A duration for people: whole milliseconds below a second, seconds with one digit below a minute, then minutes and seconds. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
