/**
 * A host's share of the world, taken away all at once: what `kill -9` is to a process. Nothing that it had planned happens,
 * nothing that it still says is written down.
 */
import { PexError } from '@pex/core'
import type { Clock, Store } from '@pex/core'

export interface Mortal {
  readonly clock: Clock
  readonly store: Store
  /** From now on the clock is silent and the store deaf; what was saved before stays. */
  kill(): void
}

/** A clock and a store that die together. */
export function mortal(clock: Clock, store: Store): Mortal {
  // Bounded by the timers of one host: a timer that fires or is cancelled leaves.
  const timers = new Set<() => void>()
  let alive = true

  return {
    clock: {
      now: () => clock.now(),
      after(ms, callback) {
        if (!alive) return () => {}
        const cancelTimer = clock.after(ms, () => {
          timers.delete(cancel)
          callback()
        })
        const cancel = (): void => {
          timers.delete(cancel)
          cancelTimer()
        }
        timers.add(cancel)
        return cancel
      }
    },
    store: {
      open: () => store.open(),
      load: namespace => store.load(namespace),
      save: (namespace, diff) => (alive ? store.save(namespace, diff) : dead()),
      // The data outlive the process, and so does the store that stands for them.
      close: async () => {}
    },
    kill() {
      alive = false
      for (const cancel of timers) cancel()
    }
  }
}

async function dead(): Promise<never> {
  throw new PexError('PEX_STORE_CLOSED', 'the host is dead')
}
