/** The figures of a run that are compared over seeds, in the order in which people read them. */
import { figure, percent } from '@pex/sim/report'
import type { Result } from '@pex/sim/report'

export interface MergedFigure {
  /** As programs name it. */
  readonly key: string
  /** As people do. */
  readonly name: string
  readonly meaning: string
  /** How its values are written. */
  readonly kind: 'share' | 'number'
  /** Null where the run says nothing about it. */
  readonly of: (result: Result) => number | null
  /** What the random graph of the same size has, where that is a fair question. */
  readonly random?: (result: Result) => number
  /** What must have happened in one of the runs for the figure to be worth a look. */
  readonly needs?: 'attack' | 'split'
  /** Also stands in the table for the terminal. */
  readonly isFirst?: true
}

const shape: readonly MergedFigure[] = [
  {
    key: 'inDegreeSd',
    name: 'in-degree, sd',
    meaning: 'how uneven the load is: population standard deviation',
    kind: 'number',
    of: ({ inDegree }) => inDegree.sd,
    random: ({ reference }) => reference.inDegreeSd,
    isFirst: true
  },
  {
    key: 'clustering',
    name: 'clustering',
    meaning: 'share of the possible links among the neighbours of a node that there are',
    kind: 'number',
    of: ({ clustering }) => clustering,
    random: ({ reference }) => reference.clustering,
    isFirst: true
  },
  {
    key: 'pathLength',
    name: 'path length',
    meaning: 'mean number of links between two nodes',
    kind: 'number',
    of: ({ pathLength }) => pathLength,
    random: ({ reference }) => reference.pathLength
  },
  {
    key: 'kept10',
    name: 'kept for ten rounds',
    meaning: 'share of the entries of a view that are still there ten rounds later',
    kind: 'share',
    of: ({ kept10 }) => kept10
  }
]

const faults: readonly MergedFigure[] = [
  {
    key: 'firstPartition',
    name: 'first partition',
    meaning: 'share of the nodes that can be taken away at random before a survivor is cut off',
    kind: 'share',
    of: ({ firstPartition }) => firstPartition,
    random: ({ reference }) => reference.firstPartition
  },
  {
    key: 'largestComponent',
    name: 'largest component',
    meaning: 'share of the live honest nodes in the largest weakly connected component',
    kind: 'share',
    of: ({ largestComponent }) => largestComponent,
    isFirst: true
  },
  {
    key: 'outsideLongest',
    name: 'longest outside it, rounds',
    meaning: 'longest time that a live honest node was outside the largest component',
    kind: 'number',
    of: ({ outsideLongest }) => outsideLongest
  },
  {
    key: 'deadLinks',
    name: 'dead links',
    meaning: 'share of the entries of live honest views that are dead',
    kind: 'share',
    of: ({ deadLinks }) => deadLinks,
    isFirst: true
  }
]

const attacks: readonly MergedFigure[] = [
  {
    key: 'attackerShare',
    name: "attackers' share",
    meaning: 'share of the entries of honest views that are hostile, in the last round',
    kind: 'share',
    of: ({ attackerShare }) => attackerShare,
    needs: 'attack',
    isFirst: true
  },
  {
    key: 'attackerShareWorst',
    name: "attackers' share, worst round",
    meaning: 'the same in the worst round',
    kind: 'share',
    of: ({ attackerShareWorst }) => attackerShareWorst,
    needs: 'attack'
  },
  {
    key: 'eclipsed',
    name: 'eclipsed',
    meaning: 'honest nodes whose whole view is hostile, in the last round',
    kind: 'number',
    of: ({ eclipsed }) => eclipsed,
    needs: 'attack'
  },
  {
    key: 'eclipsedWorst',
    name: 'eclipsed, worst round',
    meaning: 'the same in the worst round',
    kind: 'number',
    of: ({ eclipsedWorst }) => eclipsedWorst,
    needs: 'attack'
  },
  {
    key: 'victimShare',
    name: "victim's hostile share",
    meaning: 'share of the entries of the one victim that are hostile, mean of the last 50 rounds',
    kind: 'share',
    of: ({ victimShare }) => victimShare
  }
]

const splits: readonly MergedFigure[] = [
  {
    key: 'crossHolders',
    name: 'contact across the split',
    meaning: 'share of the nodes with a live contact in the other half, at the end of the split',
    kind: 'share',
    of: ({ crossHolders }) => crossHolders,
    needs: 'split'
  },
  {
    key: 'crossLinks',
    name: 'links across the split',
    meaning: 'share of the links that lead to the other half, in the last round',
    kind: 'share',
    of: ({ crossLinks }) => crossLinks,
    needs: 'split'
  },
  {
    key: 'remixedAfter',
    name: 'mixed again after, rounds',
    meaning:
      'rounds from rejoining until more than 45 % of the links lead across; of the runs that got there',
    kind: 'number',
    of: ({ remixedAfter }) => remixedAfter,
    needs: 'split'
  }
]

const cost: readonly MergedFigure[] = [
  {
    key: 'messagesPerNodeRound',
    name: 'messages per node and round',
    meaning: 'requests, answers and failed tries alike',
    kind: 'number',
    of: ({ messagesPerNodeRound }) => messagesPerNodeRound,
    isFirst: true
  },
  {
    key: 'exchangesPerNodeRound',
    name: 'exchanges per node and round',
    meaning: 'exchanges begun, failed tries included',
    kind: 'number',
    of: ({ exchangesPerNodeRound }) => exchangesPerNodeRound
  },
  {
    key: 'pingsPerNodeRound',
    name: 'pings per node and round',
    meaning: 'pings sent',
    kind: 'number',
    of: ({ pingsPerNodeRound }) => pingsPerNodeRound
  }
]

export const figures: readonly MergedFigure[] = [...shape, ...faults, ...attacks, ...splits, ...cost]

/** A value as people read it. */
export function valueText({ kind }: MergedFigure, value: number | null): string {
  return kind === 'share' ? percent(value) : figure(value)
}

/** What happened in a run that makes some figures worth a look. */
export function happenings({ scenario, attackerShareWorst, remixedAfter }: Result): readonly string[] {
  return [
    ...(attackerShareWorst > 0 ? ['attack'] : []),
    // Also told by what happened: a scenario from a file has any name.
    ...(remixedAfter !== null || /\bpartition\b/.test(scenario) ? ['split'] : [])
  ]
}
