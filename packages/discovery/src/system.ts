/** The platform's time and chance, where no others are given. */
import type { Clock, Rng } from '@pex/core'

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  }
}

/** The platform's cryptographic source. */
export const systemRng: Rng = () => crypto.getRandomValues(new Uint32Array(1))[0]!
