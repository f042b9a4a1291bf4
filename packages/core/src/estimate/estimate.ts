/**
 * What both methods of counting say: a number of nodes, and between which numbers the truth should lie.
 */

/** How many nodes there are, the own one included. `low` ≤ `size` ≤ `high`; the three need not be integers. */
export interface Estimate {
  readonly size: number
  readonly low: number
  readonly high: number
}
