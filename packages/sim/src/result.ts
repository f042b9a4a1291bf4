/**
 * What a run comes to: the figures of the last round, and the way there.
 */

export interface InDegree {
  readonly mean: number
  /** Population standard deviation. */
  readonly sd: number
  readonly min: number
  readonly max: number
  /** Live honest nodes that nobody holds. */
  readonly zero: number
}

/** The figures of one round; shares are between 0 and 1. */
export interface RoundFigures {
  /** Rounds since the event; negative in the warm-up. */
  readonly round: number
  /** Live honest nodes. */
  readonly live: number
  readonly inDegreeSd: number
  readonly deadLinks: number
  /** Attackers' share of the views of honest nodes. */
  readonly attackerShare: number
  /** Honest nodes whose whole view is hostile. */
  readonly eclipsed: number
  /** Share of links that cross the split, of those of honest nodes. */
  readonly crossLinks: number
  /** Live honest nodes outside the largest weakly connected component; -1 where this round was not looked at. */
  readonly outside: number
  /** Messages sent per live node in this round. */
  readonly messages: number
  /** Exchanges begun per live node in this round, failed tries included. */
  readonly exchanges: number
  /** Pings sent per live node in this round. */
  readonly pings: number
}

export interface Result {
  readonly policy: string
  readonly nodes: number
  readonly view: number
  readonly rounds: number
  readonly seed: number
  readonly scenario: string
  readonly inDegree: InDegree
  /** How many live honest nodes have each in-degree: index is the in-degree. */
  readonly inDegreeHistogram: readonly number[]
  readonly clustering: number
  readonly pathLength: number
  /** Share of live honest nodes in the largest weakly connected component. */
  readonly largestComponent: number
  /** Share of the nodes, in steps of 1 %, that can be taken away at random before a survivor is cut off; 1 where nobody ever is. */
  readonly firstPartition: number
  readonly deadLinks: number
  readonly attackerShare: number
  readonly attackerShareWorst: number
  readonly eclipsed: number
  readonly eclipsedWorst: number
  /** Share of view entries that are still there after ten rounds. */
  readonly kept10: number
  readonly crossLinks: number
  /** Share of nodes with a live contact in the other half, in view or recovery memory, in the last round of the split. */
  readonly crossHolders: number
  /** Rounds after rejoining until the share of cross links is above 0.45; null where it never was, or no split. */
  readonly remixedAfter: number | null
  /** The victim's share of hostile entries, in `eclipse` scenarios: the mean of the last 50 rounds; else null. */
  readonly victimShare: number | null
  readonly messagesPerNodeRound: number
  readonly exchangesPerNodeRound: number
  readonly pingsPerNodeRound: number
  /** Longest time that a live honest node was outside the largest component, rounds, as far as looked at. */
  readonly outsideLongest: number
  /** Equal for equal runs on every machine: a hash of every view at the end. */
  readonly stateHash: string
  /** The random graph of the same size and view, for comparison. */
  readonly reference: {
    readonly inDegreeSd: number
    readonly firstPartition: number
    readonly clustering: number
    readonly pathLength: number
  }
  readonly series: readonly RoundFigures[]
  readonly nodeRoundsPerSecond: number
  readonly bytesPerNode: number
}
