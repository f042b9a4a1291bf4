/**
 * The alarm: two counts of the same network that do not fit together. They fail for different reasons. Averaging believes
 * every partner and sees every node; coincidences ask nobody and see whom the view is made of. Whoever lies about averages
 * moves the one; whoever crowds the views, or cuts a node off from most others, makes the other too small.
 *
 * It has inertia, so that two tails that meet by chance are no alarm: it is raised when the counts have been apart for
 * `limits.alarmRounds` rounds in a row, and over when they have been near each other for as many. Between the two it stays
 * as it is.
 */
import { limits } from '../limits.ts'
import type { Estimate } from './estimate.ts'

/** Apart: the distance is so many times what both bars reach together. Bars are two standard errors: this is three. */
const apart = 1.5

export class Disagreement {
  #isRaised = false
  /** Rounds in a row that speak for the other state. */
  #rounds = 0

  /** True while the two methods contradict each other. */
  get isRaised(): boolean {
    return this.#isRaised
  }

  /** What both methods say in this round; where one says nothing, nothing is concluded. Returns true when the alarm has changed. */
  observe(one: Estimate | undefined, other: Estimate | undefined): boolean {
    if (one === undefined || other === undefined) return false
    const distance = distanceOf(one, other)
    const speaksAgainst = this.#isRaised ? distance <= 1 : distance > apart
    this.#rounds = speaksAgainst ? this.#rounds + 1 : 0
    if (this.#rounds < limits.alarmRounds) return false
    this.#isRaised = !this.#isRaised
    this.#rounds = 0
    return true
  }
}

/** How far two counts are from each other, in units of what their bars between them reach. */
function distanceOf(one: Estimate, other: Estimate): number {
  const [less, more] = one.size < other.size ? [one, other] : [other, one]
  const distance = more.size - less.size
  const reach = less.high - less.size + (more.size - more.low)
  return distance === 0 ? 0 : distance / reach
}
