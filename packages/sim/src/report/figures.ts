/** The figures of a run, in the order in which people read them: one list for the terminal and for the report. */
import type { Result } from '../result.ts'
import { figure, percent, whole } from './numbers.ts'

export interface Figure {
  readonly name: string
  /** What it means, for the report. */
  readonly meaning: string
  readonly of: (result: Result) => string
  /** What the random graph of the same size has, where that is a fair question. */
  readonly random?: (result: Result) => string
  /** Whether it says anything about a run; by default it does. */
  readonly applies?: (result: Result) => boolean
}

/** Also told by what happened: a scenario from a file has any name. */
const hasSplit = ({ scenario, remixedAfter }: Result): boolean =>
  remixedAfter !== null || /\bpartition\b/.test(scenario)
const hasAttackers = ({ attackerShareWorst }: Result): boolean => attackerShareWorst > 0

const shape: readonly Figure[] = [
  {
    name: 'in-degree, mean',
    meaning: 'How many live honest views hold a live honest node.',
    of: ({ inDegree }) => figure(inDegree.mean),
    random: ({ view }) => figure(view)
  },
  {
    name: 'in-degree, sd',
    meaning: 'Population standard deviation: how uneven the load is.',
    of: ({ inDegree }) => figure(inDegree.sd),
    random: ({ reference }) => figure(reference.inDegreeSd)
  },
  {
    name: 'in-degree, least to most',
    meaning: 'The node that is held least and the one that is held most.',
    of: ({ inDegree }) => `${whole(inDegree.min)} to ${whole(inDegree.max)}`
  },
  {
    name: 'held by nobody',
    meaning: 'Live honest nodes with in-degree 0.',
    of: ({ inDegree }) => whole(inDegree.zero)
  },
  {
    name: 'clustering',
    meaning: 'Share of the possible links among the neighbours of a node that there are.',
    of: ({ clustering }) => figure(clustering),
    random: ({ reference }) => figure(reference.clustering)
  },
  {
    name: 'path length',
    meaning: 'Mean number of links between two nodes.',
    of: ({ pathLength }) => figure(pathLength),
    random: ({ reference }) => figure(reference.pathLength)
  },
  {
    name: 'kept for ten rounds',
    meaning: 'Share of the entries of a view that are still there ten rounds later.',
    of: ({ kept10 }) => percent(kept10)
  }
]

const faults: readonly Figure[] = [
  {
    name: 'first partition',
    meaning: 'Share of the nodes that can be taken away at random before a survivor is cut off.',
    of: ({ firstPartition }) => percent(firstPartition),
    random: ({ reference }) => percent(reference.firstPartition)
  },
  {
    name: 'largest component',
    meaning: 'Share of the live honest nodes in the largest weakly connected component.',
    of: ({ largestComponent }) => percent(largestComponent)
  },
  {
    name: 'longest outside it, rounds',
    meaning: 'Longest time that a live honest node was outside the largest component.',
    of: ({ outsideLongest }) => whole(outsideLongest)
  },
  {
    name: 'dead links',
    meaning: 'Share of the entries of live honest views that are dead.',
    of: ({ deadLinks }) => percent(deadLinks)
  },
  {
    name: "attackers' share",
    meaning: 'Share of the entries of honest views that are hostile, in the last round.',
    of: ({ attackerShare }) => percent(attackerShare),
    applies: hasAttackers
  },
  {
    name: "attackers' share, worst round",
    meaning: 'The same in the worst round.',
    of: ({ attackerShareWorst }) => percent(attackerShareWorst),
    applies: hasAttackers
  },
  {
    name: 'eclipsed',
    meaning: 'Honest nodes whose whole view is hostile, in the last round.',
    of: ({ eclipsed }) => whole(eclipsed),
    applies: hasAttackers
  },
  {
    name: 'eclipsed, worst round',
    meaning: 'The same in the worst round.',
    of: ({ eclipsedWorst }) => whole(eclipsedWorst),
    applies: hasAttackers
  },
  {
    name: "victim's hostile share",
    meaning: 'Share of the entries of the one victim that are hostile, mean of the last 50 rounds.',
    of: ({ victimShare }) => percent(victimShare),
    applies: ({ victimShare }) => victimShare !== null
  },
  {
    name: 'contact across the split',
    meaning:
      'Share of the nodes with a live contact in the other half, in view or recovery memory, at the end of the split.',
    of: ({ crossHolders }) => percent(crossHolders),
    applies: hasSplit
  },
  {
    name: 'links across the split',
    meaning:
      'Share of the links that lead to the other half, in the last round; half of them in a mixed network.',
    of: ({ crossLinks }) => percent(crossLinks),
    applies: hasSplit
  },
  {
    name: 'mixed again after, rounds',
    meaning: 'Rounds from rejoining until more than 45 % of the links lead to the other half.',
    of: ({ remixedAfter }) => (remixedAfter === null ? 'never' : whole(remixedAfter)),
    applies: hasSplit
  }
]

const cost: readonly Figure[] = [
  {
    name: 'messages per node and round',
    meaning: 'Requests, answers and failed tries alike.',
    of: ({ messagesPerNodeRound }) => figure(messagesPerNodeRound)
  },
  {
    name: 'exchanges per node and round',
    meaning: 'Exchanges begun, failed tries included.',
    of: ({ exchangesPerNodeRound }) => figure(exchangesPerNodeRound)
  },
  {
    name: 'pings per node and round',
    meaning: 'Pings sent.',
    of: ({ pingsPerNodeRound }) => figure(pingsPerNodeRound)
  }
]

/** The figures that say something about at least one of these runs. */
export function figuresOf(results: readonly Result[]): readonly Figure[] {
  return [...shape, ...faults, ...cost].filter(({ applies }) => results.some(applies ?? (() => true)))
}

/** What was run, in one line. */
export function settingsOf({ nodes, view, rounds, seed }: Result): string {
  return `${whole(nodes)} nodes, views of ${view}, ${whole(rounds)} rounds, seed ${seed}`
}

/** How many nodes the random graph has that a run is compared with: those that live in its last round. */
export function liveAtEnd({ nodes, series }: Result): number {
  return series.at(-1)?.live ?? nodes
}

/** Names for two runs, as short as they can be: what they differ in. */
export function labelsOf(a: Result, b: Result): readonly [string, string] {
  const parts = (['policy', 'scenario', 'nodes', 'view', 'rounds', 'seed'] as const).filter(
    key => a[key] !== b[key]
  )
  if (parts.length === 0) return ['first', 'second']
  const name = (result: Result): string =>
    parts
      .map(key => (key === 'policy' || key === 'scenario' ? result[key] : `${key} ${whole(result[key])}`))
      .join(', ')
  return [name(a), name(b)]
}

/** The command that runs it again. */
export function commandOf({ policy, nodes, view, rounds, seed, scenario }: Result): string {
  const [which, how] = [policy, scenario].map(quoted)
  return `pex sim --policy ${which} --nodes ${nodes} --view ${view} --rounds ${rounds} --seed ${seed} --scenario ${how}`
}

/** Text as one word of a shell. */
function quoted(text: string): string {
  return /^[\w:+.,/@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
