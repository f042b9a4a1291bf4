/** What a book tells of itself, to whoever looks. */
import type { Metrics } from '@pex/core'

/** What of a book is looked at. */
export interface Counted {
  readonly counts: { readonly tried: number; readonly fresh: number; readonly banned: number }
}

/** Registers the sizes of a book; `book` gives the one of the moment, where it is replaced. */
export function bookMetrics(metrics: Metrics, book: () => Counted): void {
  metrics.registerMetricGroup('pex_address_book_peers', {
    label: 'state',
    help: 'Peers in the address book: that have proved good, that are known by hearsay, that are banned',
    calculate: () => {
      const { tried, fresh, banned } = book().counts
      return { tried, new: fresh, banned }
    }
  })
}
