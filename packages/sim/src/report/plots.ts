/** The curves of the report: what is drawn, and in which order. */
import type { Result, RoundFigures } from '../result.ts'
import type { Html } from './html.ts'
import { pointsOf, seriesPlot } from './series-plot.ts'
import type { SeriesInit, SeriesLine } from './series-plot.ts'

interface Plan extends Pick<SeriesInit, 'id' | 'title' | 'subtitle' | 'kind'> {
  readonly value: (round: RoundFigures) => number
  /** What the random graph has in every round. */
  readonly random?: (result: Result) => number
}

const plans: readonly Plan[] = [
  {
    id: 'dead-links',
    title: 'Dead links',
    subtitle: 'share of the entries of live views that are dead',
    kind: 'share',
    value: ({ deadLinks }) => deadLinks
  },
  {
    id: 'outside',
    title: 'Outside the largest component',
    subtitle: 'live nodes that the others do not reach',
    kind: 'count',
    value: ({ outside }) => outside
  },
  {
    id: 'attackers',
    title: "Attackers' share",
    subtitle: 'share of the entries of honest views that are hostile',
    kind: 'share',
    value: ({ attackerShare }) => attackerShare
  },
  {
    id: 'eclipsed',
    title: 'Eclipsed',
    subtitle: 'honest nodes whose whole view is hostile',
    kind: 'count',
    value: ({ eclipsed }) => eclipsed
  },
  {
    id: 'cross-links',
    title: 'Cross links',
    subtitle: 'share of the links that lead to the other half',
    kind: 'share',
    value: ({ crossLinks }) => crossLinks
  },
  {
    id: 'in-degree-sd',
    title: 'Spread of the in-degree',
    subtitle: 'standard deviation over the live nodes',
    kind: 'figure',
    value: ({ inDegreeSd }) => inDegreeSd,
    random: ({ reference }) => reference.inDegreeSd
  }
]

/** Every curve; two runs stand in the same plot. */
export function plotsOf(results: readonly Result[], names: readonly string[]): readonly Html[] {
  const shown = plans.filter(
    ({ id, value }) => id !== 'eclipsed' || results.some(({ series }) => series.some(each => value(each) > 0))
  )
  return [
    ...shown.map(plan => seriesPlot({ ...plan, lines: linesOf(plan, results, names) })),
    ...traffic(results, names)
  ]
}

const kinds = ['a', 'b'] as const

function linesOf(
  { value, random }: Plan,
  results: readonly Result[],
  names: readonly string[]
): SeriesLine[] {
  const lines: SeriesLine[] = results.map((result, i) => ({
    kind: kinds[i]!,
    name: names[i]!,
    points: pointsOf(result, value)
  }))
  const [first] = results
  const isSame = results.every(({ nodes, view }) => nodes === first!.nodes && view === first!.view)
  if (random === undefined || first === undefined || !isSame) return lines
  const longest = lines.reduce((best, line) => (line.points.length > best.points.length ? line : best))
  const points = longest.points.map(([round]) => [round, random(first)] as const)
  return [...lines, { kind: 'random', name: 'random graph', points }]
}

const sent = {
  messages: {
    name: 'messages',
    subtitle: 'per live node: requests, answers, failed tries',
    value: (round: RoundFigures) => round.messages
  },
  exchanges: {
    name: 'exchanges begun',
    subtitle: 'per live node, failed tries included',
    value: (round: RoundFigures) => round.exchanges
  },
  pings: {
    name: 'pings',
    subtitle: 'per live node',
    value: (round: RoundFigures) => round.pings
  }
} as const

/** What a node sends in a round: of one run all in one plot, of two runs each kind in its own. */
function traffic(results: readonly Result[], names: readonly string[]): readonly Html[] {
  const [only] = results
  if (only !== undefined && results.length === 1) {
    const lines = [sent.messages, sent.exchanges, sent.pings].map(({ name, value }, i) => ({
      kind: ['a', 'c', 'd'][i]!,
      name,
      points: pointsOf(only, value)
    }))
    const subtitle = 'sent per live node in one round'
    return [seriesPlot({ id: 'traffic', title: 'Traffic', subtitle, kind: 'figure', lines })]
  }
  return Object.entries(sent).map(([id, { name, subtitle, value }]) =>
    seriesPlot({
      id,
      title: `Traffic: ${name}`,
      subtitle,
      kind: 'figure',
      lines: results.map((result, i) => ({
        kind: kinds[i]!,
        name: names[i]!,
        points: pointsOf(result, value)
      }))
    })
  )
}
