/** The platform's time and chance: the only module below the apps that touches them. */
import type { Clock, Rng } from '@pex/core'

// How far the time of day has been ahead of the platform's steady time, most, ms.
let ahead = -Infinity

/**
 * The system's clock. It goes on where the time of day is set back, until the process ends: a wait, a limit or a ban that
 * began at a later hour than it is now would not be over for as long as the clock was set back. Where the time of day is
 * set forward, or the machine has slept, it follows.
 */
export const systemClock: Clock = {
  now() {
    const steady = performance.now()
    ahead = Math.max(ahead, Date.now() - steady)
    return Math.floor(steady + ahead)
  },
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  }
}

// One block for all: what is drawn from it is never drawn again.
const block = new Uint32Array(256)
let next = block.length

/** The platform's cryptographic source, drawn from in blocks. */
export const systemRng: Rng = () => {
  if (next === block.length) {
    crypto.getRandomValues(block)
    next = 0
  }
  return block[next++]!
}
