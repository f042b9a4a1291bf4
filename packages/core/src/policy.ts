/**
 * A policy is what one peer sampling protocol differs in from another (the framework of Jelasity et al. 2007): whom to
 * ask, what to show, what to keep. Peers with different policies interoperate: the messages are the same.
 */
import type { Descriptor, Entry } from './descriptor.ts'
import type { Rng } from './random.ts'
import type { View } from './view.ts'

/** The circumstances of a decision: our round count and the source of chance. */
export interface Turn {
  readonly round: number
  readonly rng: Rng
}

export interface Policy {
  readonly name: string
  /** Partner selection: up to `count` different entries of the view, in the order in which to try them. */
  partners(view: View, turn: Turn, count: number): readonly Entry[]
  /** What to show beside the own record: at most `count` entries of the view. */
  show(view: View, turn: Turn, count: number): readonly Entry[]
  /**
   * View selection. `received` has passed admission: ids are unique, none is the owner, none is older than what we know.
   * `sent` is what we showed in the same exchange; some of it may have left the view since.
   */
  merge(view: View, received: readonly Descriptor[], sent: readonly Entry[], turn: Turn): View
}
