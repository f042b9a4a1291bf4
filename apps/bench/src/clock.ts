/** Time for exchanges without a pause between them. */
import type { Clock } from '@pex/core'
import { systemClock } from '@pex/service'

/** The system's clock, which can be put forward. */
export function skippingClock(): Clock & { skip(ms: number): void } {
  let ahead = 0
  return {
    now: () => systemClock.now() + ahead,
    after: (ms, callback) => systemClock.after(ms, callback),
    skip: ms => void (ahead += ms)
  }
}
