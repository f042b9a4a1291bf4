/** What goes wrong in a run of switches, drawn from the seed before anything runs. */
import { below, between, chance } from '@pex/core'
import type { SeededRng } from '@pex/testkit/chance'

export type SwitchFault =
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'crash'; readonly nodes: readonly number[] }
  | { readonly kind: 'stop' | 'refuse' | 'blackhole' | 'cut'; readonly node: number }
  | { readonly kind: 'jump'; readonly node: number; readonly ms: number }
  | { readonly kind: 'drift'; readonly node: number; readonly rate: number }

export interface SwitchPlan {
  readonly stormMs: number
  readonly faults: readonly { readonly at: number; readonly ms: number; readonly fault: SwitchFault }[]
  /** Nodes that say what they like to everybody. */
  readonly hostile: number
}

const MINUTE_MS = 60_000

export function drawSwitchPlan(rng: SeededRng, nodes: number): SwitchPlan {
  const stormMs = Math.floor(between(rng, 4, 10)) * MINUTE_MS
  const faults = Array.from({ length: 6 + below(rng, 10) }, () => {
    const at = Math.floor(between(rng, 0, stormMs * 0.8))
    return { at, ms: Math.floor(between(rng, 1_000, 2 * MINUTE_MS)), fault: draw(rng, nodes) }
  })
  return {
    stormMs,
    faults: faults.sort((a, b) => a.at - b.at),
    hostile: chance(rng, 0.5) ? 1 + below(rng, 2) : 0
  }
}

function draw(rng: SeededRng, nodes: number): SwitchFault {
  const node = below(rng, nodes)
  const kinds: readonly (() => SwitchFault)[] = [
    () => ({ kind: 'latency', ms: Math.floor(between(rng, 100, 1_500)) }),
    () => ({
      kind: 'crash',
      nodes: Array.from({ length: 1 + below(rng, Math.ceil(nodes / 2)) }, () => below(rng, nodes))
    }),
    () => ({ kind: 'stop', node }),
    () => ({ kind: 'refuse', node }),
    () => ({ kind: 'blackhole', node }),
    () => ({ kind: 'cut', node }),
    () => ({ kind: 'jump', node, ms: Math.floor(between(rng, -60 * MINUTE_MS, 60 * MINUTE_MS)) }),
    () => ({ kind: 'drift', node, rate: between(rng, 0.5, 2) })
  ]
  return kinds[below(rng, kinds.length)]!()
}
