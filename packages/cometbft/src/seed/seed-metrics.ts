/** What a seed tells of itself beside its switch and its reactor, which count for themselves. */
import { growth } from '@pex/core'
import type { Metrics } from '@pex/core'

/** What of a seed is looked at. */
export interface Watched {
  /** Goes through the whole book. */
  showable(): number
  readonly saves: { readonly done: number; readonly failed: number; readonly isFailing: boolean }
}

export function seedMetrics(metrics: Metrics, seed: Watched): void {
  metrics.registerMetric('pex_seed_showable_peers', {
    help: 'Nodes that were met recently enough to be shown',
    calculate: () => seed.showable()
  })
  metrics.registerMetric('pex_seed_save_failing', {
    help: '1 while the last save of the book has failed',
    calculate: () => Number(seed.saves.isFailing)
  })
  metrics.registerCounterGroup('pex_seed_saves_total', {
    label: 'result',
    help: 'Saves of the book',
    calculate: growth(() => {
      const { done, failed } = seed.saves
      return { done, failed }
    })
  })
}
