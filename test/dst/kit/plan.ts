/**
 * What goes wrong in a run, and when: drawn from the seed before anything runs, so that what hosts do changes nothing about it.
 * Ranges are those of the fault matrix; hosts are numbers, and a number that names nobody names somebody modulo the hosts.
 */
import { below, between, chance } from '@pex/core'
import type { SeededRng } from '@pex/testkit/chance'
import type { Condition } from './disk.ts'

export type Fault =
  | { readonly kind: 'loss'; readonly share: number }
  | { readonly kind: 'duplication'; readonly share: number }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'one-way'; readonly links: readonly (readonly [number, number])[] }
  | { readonly kind: 'partition'; readonly groups: readonly (readonly number[])[] }
  | { readonly kind: 'crash'; readonly hosts: readonly number[] }
  | { readonly kind: 'stop'; readonly host: number }
  | { readonly kind: 'jump'; readonly host: number; readonly ms: number }
  | { readonly kind: 'drift'; readonly host: number; readonly rate: number }
  | { readonly kind: 'disk'; readonly host: number; readonly condition: Condition }
  | { readonly kind: 'rot'; readonly host: number; readonly bits: number }
  | { readonly kind: 'move'; readonly host: number }
  | { readonly kind: 'crowd'; readonly count: number }

export interface Planned {
  /** ms after the start. */
  readonly at: number
  /** How long it lasts; whoever has crashed or stopped stays away so long. */
  readonly ms: number
  readonly fault: Fault
}

export const adversaryKinds = [
  'flood',
  'hops',
  'replay',
  'victim',
  'pin',
  'double',
  'oversize',
  'silent',
  'broadcasts',
  'forge'
] as const
export type AdversaryKind = (typeof adversaryKinds)[number]

export interface Plan {
  readonly viewSize: number
  readonly tickMs: number
  /** Faults come in the first so many ms. */
  readonly stormMs: number
  readonly faults: readonly Planned[]
  readonly adversaries: readonly AdversaryKind[]
  /** Ahead or behind from the start, ms, by host. */
  readonly skews: readonly number[]
}

/** Rounds in which faults come, least and most. */
const STORM = [40, 100] as const
const TICK_MS = 5_000
const HOUR_MS = 3_600_000

export function drawPlan(rng: SeededRng, hosts: number): Plan {
  const stormMs = Math.floor(between(rng, ...STORM)) * TICK_MS
  const faults = Array.from({ length: 5 + below(rng, 8) }, () => drawFault(rng, hosts, stormMs))
  // One host in five, most.
  const count = below(rng, Math.floor(hosts / 5) + 1)
  return {
    viewSize: 6 + below(rng, 27),
    tickMs: TICK_MS,
    stormMs,
    faults: faults.sort((a, b) => a.at - b.at),
    adversaries: Array.from({ length: count }, () => adversaryKinds[below(rng, adversaryKinds.length)]!),
    skews: Array.from({ length: hosts }, () =>
      chance(rng, 0.2) ? Math.floor(between(rng, -20_000, 20_000)) : 0
    )
  }
}

function drawFault(rng: SeededRng, hosts: number, stormMs: number): Planned {
  const at = Math.floor(between(rng, 0, stormMs * 0.8))
  const ms = Math.min(Math.floor(between(rng, 2_000, 120_000)), stormMs - at)
  return { at, ms, fault: drawKind(rng, hosts) }
}

function drawKind(rng: SeededRng, hosts: number): Fault {
  const host = below(rng, hosts)
  const someHosts = (most: number): number[] =>
    Array.from({ length: 1 + below(rng, most) }, () => below(rng, hosts))
  const kinds: readonly (() => Fault)[] = [
    () => ({ kind: 'loss', share: between(rng, 0.05, 0.3) }),
    () => ({ kind: 'duplication', share: between(rng, 0.1, 0.5) }),
    () => ({ kind: 'delay', ms: Math.floor(between(rng, 100, 3_000)) }),
    () => ({
      kind: 'one-way',
      links: Array.from(
        { length: 1 + below(rng, hosts) },
        () => [below(rng, hosts), below(rng, hosts)] as const
      )
    }),
    () => ({ kind: 'partition', groups: halves(rng, hosts) }),
    () => ({ kind: 'crash', hosts: someHosts(Math.ceil(hosts / 2)) }),
    () => ({ kind: 'crash', hosts: someHosts(2) }),
    () => ({ kind: 'stop', host }),
    () => ({ kind: 'jump', host, ms: Math.floor(between(rng, -HOUR_MS, HOUR_MS)) }),
    () => ({ kind: 'jump', host, ms: Math.floor(between(rng, -30_000, 30_000)) }),
    () => ({ kind: 'drift', host, rate: between(rng, 0.5, 2) }),
    () => ({ kind: 'disk', host, condition: drawCondition(rng) }),
    () => ({ kind: 'disk', host, condition: drawCondition(rng) }),
    () => ({ kind: 'rot', host, bits: 1 + below(rng, 5) }),
    () => ({ kind: 'move', host }),
    () => ({ kind: 'crowd', count: 1 + below(rng, hosts) })
  ]
  return kinds[below(rng, kinds.length)]!()
}

function halves(rng: SeededRng, hosts: number): number[][] {
  const groups: number[][] = Array.from({ length: 2 + below(rng, 2) }, () => [])
  for (let host = 0; host < hosts; host++) groups[below(rng, groups.length)]!.push(host)
  return groups
}

function drawCondition(rng: SeededRng): Condition {
  const kinds: readonly Condition[] = [
    { full: true },
    { failsEvery: 1 + below(rng, 5) },
    { slowMs: 100 + below(rng, 1_900) },
    { slowMs: 100 + below(rng, 1_900), failsEvery: 2 + below(rng, 5) }
  ]
  return kinds[below(rng, kinds.length)]!
}
