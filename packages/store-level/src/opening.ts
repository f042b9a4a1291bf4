/**
 * A note beside the database while it is being opened, on Node. LevelDB can end the whole process with SIGABRT on a damaged
 * block; then nothing is left to say so but this note, which the next start finds.
 *
 * It is no lock: two processes may write it at a time, and LevelDB's own lock says which of them goes on. A process that is
 * killed within the some ten milliseconds of an opening leaves one too. Both mistakes cost at most what an abort costs: the
 * database stands under another name, whole.
 */

/** The note's name. */
export const noteFile = 'OPENING'

/** Deaths longer ago than this do not count, ms: whoever starts again once a day has no crash loop. */
const withinMs = 600_000

/** Times that are kept, most. More than the two that matter are there only where setting aside has failed. */
const maxTimes = 8

/** When the openings of the last ten minutes began that a note tells of: none of them has come to an end. */
export function timesIn(note: string, now: number): number[] {
  return note
    .slice(0, 1_024)
    .split('\n')
    .filter(line => /^\d+$/.test(line))
    .map(Number)
    .filter(time => Math.abs(now - time) <= withinMs)
    .slice(-maxTimes)
}

/** The note of these openings. */
export function noteOf(times: readonly number[]): string {
  return times.map(time => `${time}\n`).join('')
}
