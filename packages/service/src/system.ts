/** The platform's time and chance: the only module below the apps that touches them. */
import type { Clock, Rng } from '@pex/core'

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
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
