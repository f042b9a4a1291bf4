/** What a transport remembers at a moment, in numbers: what tests and operators hold its bounds against. */

/** Everything that the machine remembers, in numbers. */
export interface Census {
  readonly peers: number
  readonly sessions: number
  readonly pending: number
  readonly dials: number
  readonly requests: number
  readonly sources: number
  readonly servings: number
  readonly incompleteBytes: number
  readonly timers: number
}

/** The census of a transport that does not run. */
export const noCensus: Census = {
  peers: 0,
  sessions: 0,
  pending: 0,
  dials: 0,
  requests: 0,
  sources: 0,
  servings: 0,
  incompleteBytes: 0,
  timers: 0
}
