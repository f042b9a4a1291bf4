/** T25: a flood of connections that never say anything, and whether honest callers come through. */
import type { Benchmark, Figure, Scale } from '../figure.ts'
import { quantile } from '../measure.ts'
import { callInTurn, passed } from './callers.ts'
import type { Calls } from './callers.ts'
import { exchanger, switchPeer } from './honest.ts'
import type { Caller } from './honest.ts'
import { Part } from './part.ts'
import type { TargetKind, TargetLook } from './target.ts'

interface Size {
  readonly ms: number
  readonly perSecond: number
}

const sizes: Record<Scale, Size> = {
  full: { ms: 300_000, perSecond: 1_000 },
  quick: { ms: 20_000, perSecond: 1_000 },
  tiny: { ms: 2_000, perSecond: 100 }
}

/** Half-open connections that a host and a switch allow by default. */
const HALF_OPEN = 64
const HOSTS = 1_000
const GROUPS = 8
const CALLERS = 10
const EVERY_MS = 1_000
/** For sockets that are being closed, and for what a host opens for itself. */
const SPARE = 50

interface Outcome extends Calls {
  readonly opened: number
  readonly closed: number
  /** Most, at any look, without what was open before. */
  readonly descriptors: number
  readonly delayP99: number
  readonly delayMost: number
}

const callerOf: Record<TargetKind, (told: { id: string; port: number }, nth: number) => Promise<Caller>> = {
  host: (told, nth) => exchanger(told, `127.1.0.${nth + 1}`, true),
  'host without a door': (told, nth) => exchanger(told, `127.1.0.${nth + 1}`, true),
  switch: told => switchPeer(told)
}

async function attacked(
  kind: TargetKind,
  { ms, perSecond }: Size,
  progress: (message: string) => void
): Promise<Outcome> {
  const target = await Part.start('target', { kind })
  const callers = await Promise.all(
    Array.from({ length: CALLERS }, (_, nth) => callerOf[kind](target.told, nth))
  )
  const before = await target.look()
  const flood = await Part.start('flood', { port: target.told.port, perSecond, hosts: HOSTS, groups: GROUPS })
  const looks: TargetLook[] = []
  let isOver = false
  const watch = (async () => {
    while (!isOver) {
      await passed(500)
      looks.push(await target.look())
    }
  })()
  const calls = await callInTurn(callers, EVERY_MS, ms)
  for (const reason of calls.reasons) progress(`a caller: ${reason}`)
  isOver = true
  await watch
  const { opened, closed } = await flood.look()
  await flood.stop()
  await Promise.all(callers.map(caller => caller.stop().catch(() => {})))
  await target.stop()
  return {
    ...calls,
    opened,
    closed,
    descriptors: Math.max(...looks.map(({ descriptors }) => descriptors)) - before.descriptors,
    // The worst half second counts for nothing less than the whole.
    delayP99: quantile(
      looks.map(({ delayP99 }) => delayP99),
      0.5
    ),
    delayMost: Math.max(...looks.map(({ delayMost }) => delayMost))
  }
}

function figuresOf(name: string, outcome: Outcome, rival: Outcome | undefined): Figure[] {
  const { times, failed, opened, descriptors, delayP99, delayMost } = outcome
  const share = (calls: Calls): number => (100 * calls.times.length) / (calls.times.length + calls.failed)
  const beside = (of: (other: Outcome) => number): Pick<Figure, 'rival'> =>
    rival === undefined ? {} : { rival: { name: 'libp2p’s own limits', value: of(rival) } }
  return [
    { name: `${name}: connections of the flood`, value: opened, unit: 'connections' },
    {
      name: `${name}: open descriptors, most`,
      value: descriptors,
      unit: 'more than before',
      ...beside(other => other.descriptors),
      target: { of: 'value', bound: 'at most', value: HALF_OPEN + CALLERS + SPARE }
    },
    {
      name: `${name}: honest calls that worked`,
      value: share(outcome),
      unit: '%',
      ...beside(share),
      target: { of: 'value', bound: 'at least', value: 99 }
    },
    {
      name: `${name}: honest calls, p99`,
      value: times.length === 0 ? Infinity : quantile(times, 0.99) / 1_000,
      unit: 's',
      target: { of: 'value', bound: 'at most', value: 3 }
    },
    { name: `${name}: honest calls that failed`, value: failed, unit: 'calls' },
    {
      name: `${name}: timers late, p99`,
      value: delayP99,
      unit: 'ms',
      ...beside(other => other.delayP99),
      target: { of: 'value', bound: 'at most', value: 100 }
    },
    { name: `${name}: timers late, most`, value: delayMost, unit: 'ms' }
  ]
}

export const connections: Benchmark = {
  name: 'load T25',
  question: 'Does a flood of connections keep honest callers out?',
  method:
    'A host as `pex start` makes it, and a CometBFT switch, each in a process of its own, TCP on loopback. Another process opens 1 000 connections a second for five minutes, from ' +
    '1 000 addresses in 8 groups (/16) of the loopback network, and never says a word on any. Every second one of ten honest callers connects anew, makes an exchange (becomes a peer of the switch) ' +
    'and goes; who waits longer than 10 s has failed. Beside the host: the same with libp2p’s own limits instead of `inboundDoor` (ten half-open connections, refused beyond), for a tenth of the time. ' +
    'How late timers of the attacked process come: the median over half seconds of each one’s p99. Processors are shared by all three processes.',
  async run({ scale, progress }) {
    const size = sizes[scale]
    progress('a host as pex start makes it')
    const host = await attacked('host', size, progress)
    progress('a host with libp2p’s own limits')
    const rival = await attacked(
      'host without a door',
      { ...size, ms: Math.max(size.ms / 10, 2_000) },
      progress
    )
    progress('a switch')
    const aSwitch = await attacked('switch', size, progress)
    return [...figuresOf('host', host, rival), ...figuresOf('switch', aSwitch, undefined)]
  }
}
