/**
 * The clock, as far as it can be judged without asking a stranger: by the times of the host's own files, by the records that
 * peers of a running host have signed (a seq is the time of signing, in ms since the epoch), by the system's own word, and by
 * the clock that only counts. A clock that is ahead of all others is not noticed by any of them, and that is said.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { formatDuration } from '../duration.ts'
import { warning, well, wrong } from './finding.ts'
import type { Finding } from './finding.ts'

/** No release of this command is older. */
const earliest = Date.UTC(2026, 0)
/** libonomy's bound for an alarm is 10 s; a file system may count in whole seconds, and a record may travel. */
const tolerance = 60_000
/** A seq beyond this is no time: some hosts count otherwise. */
const latest = Date.UTC(2200, 0)
/** One peer may be wrong; of three, two are not. */
const leastWitnesses = 3
const set = 'to set the clock: timedatectl set-ntp true, or chronyd'

/** What there is to judge the clock by. */
export interface Witnesses {
  /** Now, ms since the epoch. */
  readonly now: number
  /** By how much the clock has jumped against the counting clock while the doctor was at work, ms. */
  readonly jumpMs: number
  /** Times of the host's own files, ms since the epoch. */
  readonly files: readonly { readonly path: string; readonly at: number }[]
  /** When peers have signed their records, as they say. */
  readonly signed: readonly number[]
  /** The system says that the clock follows others. */
  readonly isSynchronized: boolean
}

export function clockFindings(witnesses: Witnesses): readonly Finding[] {
  const { now, jumpMs, isSynchronized } = witnesses
  const time = new Date(now).toISOString()
  if (now < earliest) return [wrong('clock', `it says ${time}, before this command was made`, set)]
  const findings = [...byFiles(witnesses), ...byPeers(witnesses)]
  if (Math.abs(jumpMs) > 1_000)
    findings.push(
      warning('clock', `it jumped by ${Math.round(jumpMs)} ms just now`, 'one service that sets it, not two')
    )
  if (findings.length > 0) return findings
  const word = isSynchronized
    ? 'the system says that it follows a time server'
    : 'nothing here contradicts it'
  const doubt = isSynchronized ? '' : '; whether it is ahead, nobody here can say'
  return [well('clock', `it says ${time}; ${word}${doubt}`)]
}

function byFiles({ now, files }: Witnesses): readonly Finding[] {
  const last = files.toSorted((a, b) => b.at - a.at)[0]
  if (last === undefined || last.at <= now + tolerance) return []
  const found = `${last.path} was written ${ahead(last.at - now)} after now: the clock has gone back, or was ahead`
  return [wrong('clock', found, set)]
}

function byPeers({ now, signed }: Witnesses): readonly Finding[] {
  const times = signed.filter(at => at > earliest && at < latest)
  const later = times.filter(at => at > now + tolerance).toSorted((a, b) => a - b)
  if (later.length === 0) return []
  const found = `${later.length} of ${times.length} peers have signed records up to ${ahead(later.at(-1)! - now)} after now`
  if (times.length >= leastWitnesses && later.length * 2 > times.length)
    return [wrong('clock', `${found}: this clock is behind`, set)]
  return [warning('clock', `${found}: their clocks are ahead, or this one is behind`, set)]
}

function ahead(ms: number): string {
  return formatDuration(ms)
}

/** The files that a host writes in its directory, with their times. */
export function fileTimes(directory: string): Witnesses['files'] {
  const places = [directory, join(directory, 'store')]
  return places.flatMap(place => {
    if (!existsSync(place)) return []
    return readdirSync(place).flatMap(name => {
      const path = join(place, name)
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat?.isFile() === true ? [{ path, at: stat.mtimeMs }] : []
    })
  })
}

/** What systemd's own time service leaves once it has heard from a server. */
export function isSynchronized(): boolean {
  return existsSync('/run/systemd/timesync/synchronized')
}

/** The wall clock and the counting clock, side by side. */
export function startWatch(): () => number {
  const [wall, counted] = [Date.now(), performance.now()]
  return () => Date.now() - wall - (performance.now() - counted)
}
