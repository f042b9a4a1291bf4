/** What `pex sim export shadow` is told. */
import { fileURLToPath } from 'node:url'
import { limits } from '@pex/core'
import { durationForms, parseDuration } from '../duration.ts'
import { Failure, oneLine } from '../failure.ts'
import { readPolicy, readWhole } from './settings.ts'

/** The command's options as commander gives them. */
export interface ShadowOptions {
  readonly hosts: string
  readonly policy: string
  readonly seed: string
  readonly places: string
  readonly latency: string
  readonly loss: string
  readonly bandwidth: string
  readonly duration: string
  readonly tick: string
  readonly pex?: string
  readonly out: string
  readonly json?: boolean
}

export interface ShadowSettings {
  readonly hosts: number
  readonly policy: string
  readonly seed: number
  /** Vertices of the graph that hosts are spread over. */
  readonly places: number
  /** One way between two places, ms. */
  readonly latencyMs: { readonly least: number; readonly most: number }
  /** Share of the packets that an edge loses. */
  readonly loss: number
  /** Of each host, up and down. */
  readonly bandwidthMbit: number
  readonly durationMs: number
  /** As typed: hosts read it themselves. */
  readonly tick: string
  /** The file that Node runs, as it lies where Shadow runs. */
  readonly pex: string
}

/** As many first octets as there are public ones in a row: see `ipOf`. */
const maxHosts = 10_000
const maxPlaces = 200
const maxSeed = 0xffff_ffff
/** All hosts start and stop within. */
const leastDurationMs = 120_000
const maxDurationMs = 7 * 24 * 3_600_000
const maxLatencyMs = 10_000
const maxTickMs = 86_400_000

/** Fails with `PEX_USAGE`. */
export function readShadow(options: ShadowOptions, policies: readonly string[]): ShadowSettings {
  readDuration('tick', options.tick, limits.minTickMs, maxTickMs)
  return {
    hosts: readWhole('hosts', options.hosts, 2, maxHosts),
    policy: readPolicy(options.policy, policies),
    seed: readWhole('seed', options.seed, 0, maxSeed),
    places: readWhole('places', options.places, 1, maxPlaces),
    latencyMs: readLatency(options.latency),
    loss: readShare('loss', options.loss),
    bandwidthMbit: readWhole('bandwidth', options.bandwidth, 1, 100_000),
    durationMs: readDuration('duration', options.duration, leastDurationMs, maxDurationMs),
    tick: options.tick.trim(),
    pex: options.pex ?? fileURLToPath(new URL('../../dist/main.js', import.meta.url))
  }
}

/** `50ms`, or a range such as `10ms-150ms`. */
function readLatency(text: string): ShadowSettings['latencyMs'] {
  const [first = '', last = first, more] = text.split('-')
  const [least, most] = [first, last].map(each => readDuration('latency', each, 1, maxLatencyMs))
  if (more === undefined && least! <= most!) return { least: least!, most: most! }
  const next = '--latency 50ms, or a range such as 10ms-150ms'
  throw new Failure('PEX_USAGE', `--latency "${oneLine(text)}" is no range`, next)
}

function readDuration(option: string, text: string, least: number, most: number): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= least && ms <= most) return ms
  const is = ms === undefined ? 'is no duration' : `is ${ms < least ? 'too short' : 'too long'}`
  throw new Failure(
    'PEX_USAGE',
    `--${option} "${oneLine(text)}" ${is}`,
    `${durationForms}, from ${least}ms to ${most}ms`
  )
}

function readShare(option: string, text: string): number {
  const share = Number(text)
  if (/^\d*\.?\d+$/.test(text) && share <= 1) return share
  throw new Failure('PEX_USAGE', `--${option} "${oneLine(text)}" is no share`, 'a number from 0 to 1')
}
