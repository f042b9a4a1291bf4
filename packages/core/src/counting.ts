/**
 * How many nodes there are: counted by two methods that fail for different reasons (estimate/averaging.ts,
 * estimate/collisions.ts), and an alarm while they contradict each other (estimate/disagreement.ts).
 */
import { Averaging } from './estimate/averaging.ts'
import { Collisions } from './estimate/collisions.ts'
import { Disagreement } from './estimate/disagreement.ts'
import type { Estimate } from './estimate/estimate.ts'
import type { Rng } from './random.ts'
import { Stream } from './stream.ts'

/**
 * The size of the network, the own node included: by averaging, and by coincidences before averaging has come to anything.
 * While the alarm is on, `low` and `high` reach over both.
 */
export interface SizeEstimate extends Estimate {
  readonly averaging: Estimate | undefined
  readonly collisions: Estimate | undefined
  /** True while the two contradict each other: somebody lies about averages, or crowds our view. */
  readonly alarm: boolean
}

export class Counting {
  readonly averaging: Averaging
  readonly #rng: Rng
  /** Every peer for each of its stays in the view. */
  readonly #stream: Stream
  readonly #collisions = new Collisions()
  readonly #disagreement = new Disagreement()
  #estimate: SizeEstimate | undefined

  /** For a view of at most `viewSize` peers. */
  constructor(viewSize: number, rng: Rng) {
    this.averaging = new Averaging(rng)
    this.#rng = rng
    this.#stream = new Stream(viewSize)
  }

  /** What is known at present; undefined before either method has come to anything. */
  get estimate(): SizeEstimate | undefined {
    return this.#estimate
  }

  /** A round begins, with the first `size` places of the view as it is; `hashes` are those of the peers. Returns what is new. */
  begin(view: Uint32Array, size: number, hashes: Uint32Array): { estimate: boolean; alarm: boolean } {
    this.averaging.begin()
    this.#stream.begin()
    this.#stream.observe(view, size)
    for (let peer = this.#stream.next(this.#rng); peer !== undefined; peer = this.#stream.next(this.#rng))
      this.#collisions.drawn(hashes[peer]!)
    const averaging = this.averaging.estimate()
    const collisions = this.#collisions.estimate()
    const alarm = this.#disagreement.observe(averaging, collisions)
    const before = this.#estimate
    this.#estimate = merge(averaging, collisions, this.#disagreement.isRaised)
    return { estimate: alarm || !isSame(before, this.#estimate), alarm }
  }
}

function merge(
  averaging: Estimate | undefined,
  collisions: Estimate | undefined,
  alarm: boolean
): SizeEstimate | undefined {
  const best = averaging ?? collisions
  if (best === undefined) return undefined
  if (!alarm || averaging === undefined || collisions === undefined)
    return { ...best, averaging, collisions, alarm }
  const low = Math.min(averaging.low, collisions.low)
  const high = Math.max(averaging.high, collisions.high)
  return { size: best.size, low, high, averaging, collisions, alarm }
}

function isSame(one: Estimate | undefined, other: Estimate | undefined): boolean {
  return one?.size === other?.size && one?.low === other?.low && one?.high === other?.high
}
