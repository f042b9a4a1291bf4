/** A soak in figures, each beside the mark that it has to reach. */
import { limits } from '@pex/core'
import type { Figure, Target } from '../figure.ts'
import { quantile } from '../measure.ts'
import type { Look, Result } from './soak.ts'
import { trendOf } from './trend.ts'
import type { Series, Trend } from './trend.ts'

const MIB = 2 ** 20
const HOUR = 3_600_000

const none: Target = { of: 'value', bound: 'at most', value: 0 }

/** Growth that is let pass in an hour, in % of what there is: at that pace a process has doubled after three days. */
export const GROWTH = 1

/**
 * Bytes that a host keeps of each broadcast, up to 20 000 of them: ids take hours to fill their place, and until then this is no
 * leak. Measured: 179.
 */
export const KEPT_BYTES = 200

/** What the C library holds in reserve nobody can take from it, and it grows with the busiest moment so far: resident memory is judged over no less time, ms. Guess. */
export const SETTLED_MS = 1_800_000

/** What a host may remember of others, most, by name: each of these is bounded by the hosts that there are and by nothing that passes. */
const BOUNDED: readonly (readonly [name: string, what: string, most: (hosts: number) => number])[] = [
  ['neighbours', 'neighbours, most of one host', () => 64],
  ['view', 'peers in a view, most of one host', () => limits.viewSize],
  ['udp sessions', 'UDP sessions, most of one host', hosts => 2 * hosts],
  ['connections', 'libp2p connections, most of one host', hosts => 2 * hosts],
  ['broadcast missing', 'broadcasts known to be missing, most of one host at a moment', () => 512]
]

export function figuresOf(result: Result): readonly Figure[] {
  return [...delivery(result), ...memory(result), ...effort(result), ...bounded(result), ...remains(result)]
}

function delivery({ outcomes, twice, replaced, setting }: Result): Figure[] {
  const judged = outcomes.filter(({ isJudged }) => isJudged)
  const orphans = outcomes.filter(({ isJudged }) => !isJudged)
  const sum = (all: typeof outcomes, of: 'due' | 'missed'): number =>
    all.reduce((total, outcome) => total + outcome[of], 0)
  const lasts = judged.flatMap(({ last }) => (last === undefined ? [] : [last / 1_000]))
  const medians = judged.flatMap(({ median }) => (median === undefined ? [] : [median / 1_000]))
  return [
    { name: 'hosts replaced in good order', value: replaced.stopped, unit: 'hosts' },
    { name: 'hosts replaced after kill -9', value: replaced.killed, unit: 'hosts' },
    { name: 'of both, came back with the same id', value: replaced.cameBack, unit: 'hosts' },
    {
      name: 'broadcasts whose sender lived on',
      value: judged.length,
      unit: 'broadcasts',
      target: { of: 'value', bound: 'at least', value: 1 }
    },
    { name: 'deliveries that had to be', value: sum(judged, 'due'), unit: 'deliveries' },
    {
      name: `of these, not within ${setting.graceMs / 1_000} s`,
      value: sum(judged, 'missed'),
      unit: 'deliveries',
      target: none
    },
    { name: 'deliveries of what had been delivered', value: twice, unit: 'deliveries', target: none },
    { name: 'time to the median host, p50', value: quantile(medians, 0.5), unit: 's' },
    { name: 'time to the last host, p50', value: quantile(lasts, 0.5), unit: 's' },
    { name: 'time to the last host, p99', value: quantile(lasts, 0.99), unit: 's' },
    {
      name: 'time to the last host, longest',
      value: lasts.reduce((most, last) => Math.max(most, last), 0),
      unit: 's'
    },
    { name: 'broadcasts whose sender ended within that time', value: orphans.length, unit: 'broadcasts' },
    {
      name: 'of these, reached everybody',
      value: orphans.filter(({ missed }) => missed === 0).length,
      unit: 'broadcasts'
    }
  ]
}

/** The samples after the warm-up, of each lasting process. */
export function series(
  { looks, setting }: Pick<Result, 'looks' | 'setting'>,
  value: (look: Look) => number | undefined,
  from: number = setting.warmupMs
): readonly Series[] {
  const count = setting.processes ?? 1
  return Array.from({ length: count }, (_, process) =>
    looks.flatMap(look => {
      const read = look.process === process && look.at >= from ? value(look) : undefined
      return read === undefined ? [] : [[look.at / HOUR, read] as const]
    })
  )
}

/** That of the processes which grows most beyond its noise. */
function worst(all: readonly Series[]): Trend {
  const trends = all.map(trendOf)
  return trends.toSorted((a, b) => b.slope - b.band - (a.slope - a.band))[0]!
}

const resourcesOf = ({ sample }: Look): number =>
  Object.values(sample.resources).reduce((sum, count) => sum + count, 0)

function memory(result: Result): Figure[] {
  const heap = series(result, ({ sample }) => sample.heap / MIB)
  const trimmed = series(result, ({ sample: { trimmed, code } }) => trimmed && (trimmed - code) / MIB)
  const descriptors = series(result, ({ sample }) => sample.descriptors).filter(each => each.length > 0)
  const resources = series(result, resourcesOf)
  return [
    ...grown('objects on the heap', heap, 'MiB', filling(result)),
    { name: 'compiled code, most', value: most(result, ({ code }) => code), unit: 'MiB' },
    { name: 'resident memory, most', value: most(result, ({ rss }) => rss), unit: 'MiB' },
    ...resident(grown('resident memory without code and reserve', trimmed, 'MiB', filling(result)), result),
    ...(descriptors.length === 0 ? [] : grown('open file descriptors', descriptors, 'open')),
    ...grown('handles and timers', resources, 'open'),
    {
      name: 'stopped hosts that were not collected',
      value: Math.max(0, ...result.looks.map(({ sample }) => sample.ghosts)),
      unit: 'hosts',
      target: none
    }
  ]
}

/** What the system gives a process is told of in every run, and judged where it has had the time to settle. */
function resident(figures: readonly Figure[], { setting }: Result): Figure[] {
  const isSettled = setting.ms - setting.warmupMs >= SETTLED_MS
  return figures.map(figure => (isSettled ? figure : { ...figure, target: undefined }))
}

/** Of all looks, MiB. */
function most({ looks }: Result, bytes: (sample: Look['sample']) => number): number {
  return looks.reduce((most, { sample }) => Math.max(most, bytes(sample)), 0) / MIB
}

/** What the hosts of one process come to keep of broadcasts in an hour, MiB. */
function filling({ setting }: Result): number {
  const { hosts, processes, sendMs } = setting
  const each = processes === undefined ? hosts : Math.ceil((hosts - Math.floor(hosts / 3)) / processes)
  return (each * KEPT_BYTES * (HOUR / sendMs)) / MIB
}

/** The slope of what may grow by so much in an hour without a fault. */
function grown(what: string, all: readonly Series[], unit: string, allowance: number = 0): Figure[] {
  const trend = worst(all)
  const percent = (value: number): number => (100 * value) / trend.mean
  return [
    { name: `${what}, mean of the process that grew most`, value: trend.mean, unit },
    {
      name: `${what}, slope`,
      value: percent(trend.slope),
      unit: '%/h',
      rival: { name: 'noise', value: percent(trend.band) },
      target: {
        of: 'value',
        bound: 'at most',
        value: Math.max(GROWTH + percent(allowance), percent(trend.band))
      }
    }
  ]
}

function bounded({ looks, setting }: Result): Figure[] {
  return BOUNDED.flatMap(([name, what, most]) => {
    const counts = looks.flatMap(({ sample }) => sample.census[name] ?? [])
    if (counts.length === 0) return []
    const target: Target = { of: 'value', bound: 'at most', value: most(setting.hosts) }
    return [{ name: what, value: Math.max(...counts), unit: '', target }]
  })
}

/** Of the processes that last: from the first look after the warm-up to the last one. */
function effort(result: Result): Figure[] {
  const { hosts, processes } = result.setting
  const each = series(result, ({ sample }) => sample.processor).flatMap(points => {
    const [first, last] = [points[0], points.at(-1)]
    return first === undefined || last === undefined || first === last
      ? []
      : [(last[1] - first[1]) / ((last[0] - first[0]) * HOUR)]
  })
  const lasting = processes === undefined ? hosts : hosts - Math.floor(hosts / 3)
  const share = (100 * each.reduce((sum, share) => sum + share, 0)) / lasting
  return [
    { name: 'processor, of a host in the processes that last', value: share, unit: '% of a core' },
    {
      name: 'time that a lasting process waited for a processor, most of one',
      value: waiting(result),
      unit: '%'
    },
    {
      name: 'the machine let the main process wait, longest',
      value: Math.max(0, ...result.lags) / 1_000,
      unit: 's'
    }
  ]
}

/** Share of the time in which a lasting process was ready to run and was not let, of the process where it is largest, %. */
function waiting(result: Result): number {
  const shares = series(result, ({ sample }) => sample.waited, 0).map(points => {
    const [first, last] = [points[0], points.at(-1)]
    return first === undefined || last === undefined || first === last
      ? 0
      : (100 * (last[1] - first[1])) / ((last[0] - first[0]) * HOUR)
  })
  return Math.max(0, ...shares)
}

function remains({ remains, lingering, failures, setting }: Result): Figure[] {
  const left = remains.reduce(
    (sum, { resources }) => sum + Object.values(resources).reduce((sum, count) => sum + count, 0),
    0
  )
  const ghosts = remains.reduce((sum, { ghosts }) => sum + ghosts, 0)
  return [
    {
      name: 'handles, timers and sockets left after the last host has stopped',
      value: left,
      unit: '',
      target: none
    },
    { name: 'hosts not collected then', value: ghosts, unit: 'hosts', target: none },
    ...(setting.processes === undefined
      ? []
      : [
          { name: 'processes that did not end by themselves then', value: lingering, unit: '', target: none }
        ]),
    { name: 'processes that died, and other failures', value: failures.length, unit: '', target: none }
  ]
}
