/** The platform's time and chance: the only module of the package that touches them. */
import { randomFillSync } from 'node:crypto'
import type { Clock, Rng } from '@pex/core'

// Of a steady source: a wall clock that is set must not end or prolong what is under way.
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  }
}

// One block for all: what is drawn from it is never drawn again.
const block = new Uint32Array(256)
let drawn = block.length

export const systemRng: Rng = () => {
  if (drawn === block.length) {
    randomFillSync(block)
    drawn = 0
  }
  return block[drawn++]!
}
