/**
 * Counts over time: one ring of seconds, one of minutes. What happens is counted into the second that runs; a step ends it.
 */
import { countNames } from './shapes.ts'
import type { CountName, Counts, HistoryShape } from './shapes.ts'

type Steps = Record<CountName, Float64Array>

/** Five minutes of seconds, a day of minutes. */
const SECONDS = 300
const MINUTES = 1_440

export class History {
  readonly #seconds = new Ring(SECONDS)
  readonly #minutes = new Ring(MINUTES)
  #running = zero()
  #minute = zero()
  #steps = 0

  /** Counts something that happens now. */
  count(name: CountName, amount: number = 1): void {
    this.#running[name] += amount
  }

  /** A second is over; returns what it brought. */
  step(now: number): Counts {
    const counts = this.#running
    this.#running = zero()
    this.#seconds.push(counts, now)
    for (const name of countNames) this.#minute[name] += counts[name]
    if (++this.#steps % 60 === 0) {
      this.#minutes.push(this.#minute, now)
      this.#minute = zero()
    }
    return counts
  }

  /** Seconds (`every` 1) or minutes (`every` 60), the oldest first. */
  read(every: 1 | 60): HistoryShape {
    return every === 1 ? this.#seconds.read(1) : this.#minutes.read(60)
  }
}

/** The last steps of each count, in arrays that never grow. */
class Ring {
  readonly #size: number
  readonly #steps: Steps
  #length = 0
  #next = 0
  #until = 0

  constructor(size: number) {
    this.#size = size
    this.#steps = Object.fromEntries(countNames.map(name => [name, new Float64Array(size)])) as Steps
  }

  push(counts: Counts, until: number): void {
    for (const name of countNames) this.#steps[name][this.#next] = counts[name]
    this.#next = (this.#next + 1) % this.#size
    this.#length = Math.min(this.#length + 1, this.#size)
    this.#until = until
  }

  read(every: number): HistoryShape {
    const first = (this.#next - this.#length + this.#size) % this.#size
    const listOf = (steps: Float64Array): readonly number[] =>
      Array.from({ length: this.#length }, (_, i) => steps[(first + i) % this.#size]!)
    const lists = countNames.map(name => [name, listOf(this.#steps[name])] as const)
    const counts: Record<string, readonly number[]> = Object.fromEntries(lists)
    return { every, until: this.#until, counts: counts as HistoryShape['counts'] }
  }
}

function zero(): Record<CountName, number> {
  return Object.fromEntries(countNames.map(name => [name, 0])) as Record<CountName, number>
}
