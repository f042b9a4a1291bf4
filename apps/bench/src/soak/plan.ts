/** What happens in a soak, and when: drawn from a seed, so that a run can be had again as far as real time lets it. */
import { seeded } from '@pex/testkit'
import type { SeededRng } from '@pex/testkit'
import type { Over } from './words.ts'

/** How a soak shall be. */
export interface Setting {
  readonly hosts: number
  /** From the first broadcast to the last one, ms. */
  readonly ms: number
  /** Share of the hosts that is replaced in a minute. */
  readonly replaced: number
  /** What carries the hosts: one thing all of them, or a third each. */
  readonly over: 'mixed' | 'udp' | 'libp2p'
  /** How many processes last from beginning to end, each with some hosts; nothing for all hosts in this process. */
  readonly processes: number | undefined
  readonly seed: number
  /** Mean time between two broadcasts, ms. */
  readonly sendMs: number
  /** Time that a broadcast has to reach everybody, ms. */
  readonly graceMs: number
  /** Time from the start of the last host to the first broadcast, ms. */
  readonly settleMs: number
  /** Time between two looks at memory and handles, ms. */
  readonly sampleMs: number
  /** Every so many looks, what V8 holds in reserve is taken from it. */
  readonly trimEvery: number
  /** Time after the first broadcast in which memory may grow, ms. */
  readonly warmupMs: number
}

/** Where a host lives, and after it whoever takes its place. */
export interface Slot {
  readonly over: Over
  /** The process that lasts; nothing for a process of its own, which can be killed. */
  readonly process: number | undefined
}

export type Deed =
  | { readonly type: 'send' }
  /** Kill -9, or in good order; somebody new comes in its place, or the same host again. */
  | { readonly type: 'replace'; readonly kill: boolean; readonly comesBack: boolean }

/** What happens, so many ms after the beginning. */
export type Action = Deed & { readonly at: number; readonly rng: SeededRng }

/** The places of all hosts: those of the lasting processes, of which each has as many, come first. */
export function slots({ hosts, over, processes }: Setting): readonly Slot[] {
  const kinds: readonly Over[] = over === 'mixed' ? ['both', 'udp', 'libp2p'] : [over]
  const lasting = processes === undefined ? hosts : hosts - Math.floor(hosts / 3)
  return Array.from({ length: hosts }, (_, i) => ({
    over: kinds[i % kinds.length]!,
    process: i < lasting ? Math.floor((i * (processes ?? 1)) / lasting) : undefined
  }))
}

/** All that happens, in order. Every other replacement is a kill, about every third host that goes comes back. */
export function plan(setting: Setting): readonly Action[] {
  const { hosts, ms, replaced, sendMs, seed } = setting
  const rng = seeded(seed)
  const replaceMs = 60_000 / (hosts * replaced)
  const sends = times(rng.fork('send'), sendMs, ms).map(at => ({ at, type: 'send' as const }))
  const chance = rng.fork('who comes back')
  const replaces = times(rng.fork('replace'), replaceMs, ms).map((at, i) => ({
    at,
    type: 'replace' as const,
    kill: i % 2 === 0,
    comesBack: chance() % 3 === 0
  }))
  return [...sends, ...replaces]
    .toSorted((a, b) => a.at - b.at)
    .map((action, i) => ({ ...action, rng: rng.fork(`action ${i}`) }))
}

/** Times up to an end, apart by half to one and a half times the mean. */
function times(rng: SeededRng, meanMs: number, endMs: number): number[] {
  const all: number[] = []
  const step = (): number => meanMs * (0.5 + rng() / 2 ** 32)
  for (let at = step() / 2; at < endMs; at += step()) all.push(at)
  return all
}
