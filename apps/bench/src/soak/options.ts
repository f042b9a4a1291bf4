/** What the command line says, as a setting. */
import type { Setting } from './plan.ts'

export interface Words {
  readonly hosts: string
  readonly minutes: string
  readonly replace: string
  readonly over: string
  readonly processes?: string | undefined
  readonly seed: string
}

/** Throws an `Error` of one sentence for what makes no sense. */
export function settingFrom(words: Words): Setting {
  const hosts = numberFrom('--hosts', words.hosts, 4)
  const ms = numberFrom('--minutes', words.minutes, 0, false) * 60_000
  if (ms === 0) throw new Error('--minutes has to be more than 0')
  const [, share] = /^(\d+(?:\.\d+)?)%\/min$/.exec(words.replace) ?? []
  if (share === undefined) throw new Error('--replace is a share in a minute, such as 5%/min')
  const { over } = words
  if (over !== 'mixed' && over !== 'udp' && over !== 'libp2p')
    throw new Error('--over is mixed, udp or libp2p')
  return {
    hosts,
    ms,
    replaced: Number(share) / 100,
    over,
    processes: processesFrom(words.processes, hosts),
    seed: numberFrom('--seed', words.seed, 0),
    sendMs: 2_000,
    graceMs: 30_000,
    settleMs: 10_000,
    sampleMs: 5_000,
    trimEvery: 4,
    warmupMs: Math.min(600_000, ms / 2)
  }
}

function processesFrom(words: string | undefined, hosts: number): number | undefined {
  if (words === 'in-process') return undefined
  const lasting = hosts - Math.floor(hosts / 3)
  if (words === undefined) return Math.ceil(lasting / 5)
  const processes = numberFrom('--processes', words, 1)
  if (processes > lasting) throw new Error(`--processes is ${lasting} at most for ${hosts} hosts`)
  return processes
}

function numberFrom(option: string, words: string, least: number, isWhole: boolean = true): number {
  const value = Number(words)
  if (
    words.trim() === '' ||
    !(isWhole ? Number.isSafeInteger(value) : Number.isFinite(value)) ||
    value < least
  )
    throw new Error(
      `${option} is a ${isWhole ? 'whole number' : 'number'} of ${least} or more, not "${words}"`
    )
  return value
}
