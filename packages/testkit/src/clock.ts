/**
 * Time that passes only when a test says so: core's `Clock` for tests and simulations of discrete events.
 *
 * Between two timers the clock waits until nothing moves any more, so that a promise chain that one timer has set off is
 * at its end (or waits for time) before the next timer fires. One turn of the event loop drains any chain of promises.
 * Work that leaves the thread (WebCrypto, LevelDB) ends when it likes, and no number of turns can know that: it enters
 * through a port (`Signer`, `Verifier`, `Store`), and the port is handed to `tracked`. Time then stands still while such
 * work is under way, and results come out in the order in which the work was begun, whatever finishes first.
 */
import type { Clock } from '@pex/core'

/** How many timers may fire at one instant before the clock says that they set each other off for ever. */
const MAX_TIMERS_AT_ONE_INSTANT = 100_000

interface Timer {
  readonly due: number
  readonly order: number
  readonly callback: () => void
}

/** Time in whole milliseconds; waits are rounded up. */
export interface VirtualClock extends Clock {
  /** Timers that are still to fire: 0 after everything has been stopped, or somebody forgot one. */
  readonly pending: number
  /** Lets `ms` pass. Rejects with what a timer's callback throws. One advance at a time. */
  advance(ms: number): Promise<void>
  /**
   * Lets time pass from timer to timer until `reached()` is true, and resolves to the ms that took; rejects when
   * `maxMs` have passed without it.
   */
  runUntil(reached: () => boolean, options: { readonly maxMs: number }): Promise<number>
  /** Resolves when nothing moves any more at the present instant; no time passes. */
  settle(): Promise<void>
  /** Time stands still until the promise settles. Never track what itself waits for this clock. */
  track<T>(work: Promise<T>): Promise<T>
  /** The port, with each promise that its methods return tracked. */
  tracked<T extends object>(port: T): T
}

/** A virtual clock that shows `startMs` (ms since the epoch, default 0). */
export function virtualClock(startMs: number = 0): VirtualClock {
  return new EventClock(whole(startMs))
}

class EventClock implements VirtualClock {
  #now: number
  #order = 0
  #running = false
  #tail: Promise<unknown> = Promise.resolve()
  /** Last one first to fire. Bounded by what the code under test arms and cancels; a fired timer leaves. */
  readonly #timers: Timer[] = []

  constructor(startMs: number) {
    this.#now = startMs
  }

  get pending(): number {
    return this.#timers.length
  }

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#now + whole(Math.max(ms, 0)), order: this.#order++, callback }
    this.#timers.splice(this.#placeOf(timer), 0, timer)
    return () => {
      const place = this.#placeOf(timer)
      if (this.#timers[place] === timer) this.#timers.splice(place, 1)
    }
  }

  async advance(ms: number): Promise<void> {
    await this.#run(whole(ms), () => false)
  }

  async runUntil(reached: () => boolean, options: { readonly maxMs: number }): Promise<number> {
    const start = this.#now
    if (!(await this.#run(whole(options.maxMs), reached))) {
      throw new Error(`not reached within ${options.maxMs} ms of virtual time`)
    }
    return this.#now - start
  }

  async settle(): Promise<void> {
    let tail
    do {
      tail = this.#tail
      await tail
      await turn()
    } while (tail !== this.#tail)
  }

  track<T>(work: Promise<T>): Promise<T> {
    // It may fail before its turn comes to be looked at; that is not yet an unhandled rejection.
    work.catch(() => {})
    const result = this.#tail.then(() => work)
    // A turn after each result, so that what it sets off is at its end before the next result comes out.
    this.#tail = result.then(turn, turn)
    // A promise of the caller's own: a failure that the caller does not handle stays visible.
    return result.then(value => value)
  }

  tracked<T extends object>(port: T): T {
    // An heir of the port is what the proxy stands for: a frozen port's own members could not be replaced.
    return new Proxy<T>(Object.create(port) as T, {
      get: (_heir, name) => {
        const member: unknown = Reflect.get(port, name, port)
        if (typeof member !== 'function') return member
        return (...args: unknown[]): unknown => {
          const result: unknown = Reflect.apply(member, port, args)
          return result instanceof Promise ? this.track(result) : result
        }
      }
    })
  }

  /** Fires what falls due in the next `ms`; true as soon as the condition holds, false when the time is over. */
  async #run(ms: number, reached: () => boolean): Promise<boolean> {
    if (this.#running) throw new Error('the clock is already advancing: await that first')
    this.#running = true
    try {
      return await this.#fireUpTo(this.#now + ms, reached)
    } finally {
      this.#running = false
    }
  }

  async #fireUpTo(end: number, reached: () => boolean): Promise<boolean> {
    let firedAtThisInstant = 0
    await this.settle()
    while (!reached()) {
      const timer = this.#timers.at(-1)
      if (timer === undefined || timer.due > end) {
        this.#now = end
        return false
      }
      firedAtThisInstant = timer.due === this.#now ? firedAtThisInstant + 1 : 0
      if (firedAtThisInstant > MAX_TIMERS_AT_ONE_INSTANT) throw new Error('time stands still')
      this.#timers.pop()
      this.#now = timer.due
      timer.callback()
      await this.settle()
    }
    return true
  }

  /** Where the timer stands, or belongs, in a list sorted by when they fire, latest first. */
  #placeOf(timer: Timer): number {
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (firesAfter(this.#timers[middle]!, timer)) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Timers due at the same instant fire in the order in which they were armed. */
function firesAfter(a: Timer, b: Timer): boolean {
  return a.due > b.due || (a.due === b.due && a.order > b.order)
}

function whole(ms: number): number {
  if (!Number.isFinite(ms)) throw new RangeError(`a finite number of ms is needed, not ${ms}`)
  return Math.ceil(ms)
}

/** The platform's quickest turn of the event loop, taken at load so that faked timers do not reach it. */
const immediate = (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate

/** Resolves after one turn of the event loop; every promise chain that is ready has run to its end by then. */
function turn(): Promise<void> {
  return new Promise(resolve => {
    if (immediate !== undefined) {
      immediate(resolve)
      return
    }
    const channel = new MessageChannel()
    channel.port1.onmessage = () => {
      channel.port1.close()
      resolve()
    }
    channel.port2.postMessage(undefined)
  })
}
