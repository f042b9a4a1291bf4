/**
 * Test before evict (Heilman et al. 2015; Bitcoin Core's `ResolveCollisions`): when a peer has proved good and its tried
 * bucket is full, whoever would have to leave is dialled first, and leaves only if it does not answer. An attacker who has
 * many good addresses can then fill what is empty, and push out nobody who lives.
 */
import type { Entry } from './entry.ts'
import type { Shelves } from './shelves.ts'

/** All from Bitcoin Core: contests at once; how fresh a success or an attempt counts; how long an answer may take; how long to wait for a test. */
const MOST = 10
const FRESH_MS = 4 * 3_600_000
const ANSWER_MS = 60_000
const WINDOW_MS = 40 * 60_000

interface Contest {
  readonly incumbent: string
  readonly since: number
}

export class Contests<A> {
  readonly #shelves: Shelves<A>
  /** By the challenger's id. Bounded by MOST; who has proved good is a challenger. */
  readonly #contests = new Map<string, Contest>()

  constructor(shelves: Shelves<A>) {
    this.#shelves = shelves
  }

  /** Whether somebody must be tested before anything else is. */
  get size(): number {
    return this.#contests.size
  }

  /** A challenger waits for the test of an incumbent; while too many wait already, it stays where it is. */
  begin(challenger: string, incumbent: string, now: number): void {
    if (this.#contests.size < MOST && !this.#contests.has(challenger))
      this.#contests.set(challenger, { incumbent, since: now })
  }

  /** The incumbent that has waited longest for its test. */
  next(): Entry<A> | undefined {
    const [first] = this.#contests.values()
    return first === undefined ? undefined : this.#shelves.get(first.incumbent)
  }

  /** Decides what can be decided. */
  settle(now: number): void {
    for (const [id, contest] of this.#contests) {
      if (this.#isOver(id, contest, now)) this.#contests.delete(id)
    }
  }

  #isOver(id: string, { incumbent: incumbentId, since }: Contest, now: number): boolean {
    const challenger = this.#shelves.get(id)
    if (challenger === undefined || challenger.isTried) return true
    const incumbent = this.#shelves.get(incumbentId)
    const isThere = incumbent?.isTried && incumbent.buckets[0] === this.#shelves.triedBucketOf(challenger)
    if (incumbent === undefined || isThere !== true) {
      // Its place is free, or somebody else has it, who was tested.
      this.#shelves.promote(challenger)
      return true
    }
    if (now - incumbent.lastSuccess < FRESH_MS) return true
    const sinceAttempt = now - incumbent.lastAttempt
    const hasFailed = sinceAttempt < FRESH_MS && sinceAttempt > ANSWER_MS
    if (!hasFailed && now - since < WINDOW_MS) return false
    this.#shelves.displace(incumbent, challenger)
    return true
  }
}
