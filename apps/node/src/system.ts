/** The platform's own time and chance, for commands that run no host and need nothing else of one. */
import { randomInt } from 'node:crypto'
import type { Clock, Rng } from '@pex/core'

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  }
}

/** Nobody can foretell it. */
export const systemRng: Rng = () => randomInt(2 ** 32)
