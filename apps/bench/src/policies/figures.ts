/**
 * The curves of docs/policies.md, by the name of their file.
 */
import type { Result, RoundFigures } from '@pex/sim'
import type { Runs } from './runs.ts'
import { svg } from '../charts/lines.ts'
import type { Axis, Line } from '../charts/lines.ts'
import { compared, ours } from './variants.ts'
import { whole } from './words.ts'

const perCent = (share: number): string => `${Math.round(share * 100)} %`
const shares: Axis = { name: 'share of views', ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], write: perCent }

export function figures(runs: Runs): Readonly<Record<string, string>> {
  return {
    'healing.svg': healing(runs),
    'hub.svg': hub(runs),
    'frontier.svg': frontier(runs),
    'sizes.svg': sizes(runs)
  }
}

/** One curve for each policy: the first run's figure after each round since the event. */
function curves(
  runs: Runs,
  scenario: 'crash' | 'hub10',
  value: (round: RoundFigures) => number
): readonly Line[] {
  return compared.flatMap(policy => {
    const result = runs.first(policy, scenario)
    return result === undefined ? [] : [{ name: policy, points: pointsOf(result, value) }]
  })
}

function pointsOf({ series }: Result, value: (round: RoundFigures) => number): Line['points'] {
  const after = series.filter(({ round }) => round > 0)
  return after.map(each => [each.round, value(each)] as const)
}

function healing(runs: Runs): string {
  return svg({
    title: `Half of ${whole(runs.scale.large)} nodes die: what the survivors still hold of them`,
    x: { name: 'rounds after', ticks: [0, 5, 10, 15, 20, 25, 30] },
    y: { ...shares, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5] },
    lines: curves(runs, 'crash', ({ deadLinks }) => deadLinks)
  })
}

function hub(runs: Runs): string {
  return svg({
    title: `10 % of ${whole(runs.scale.small)} nodes begin to push each other: their share of honest views`,
    x: { name: 'rounds after', ticks: [0, 50, 100, 150, 200] },
    y: shares,
    lines: curves(runs, 'hub10', ({ attackerShare }) => attackerShare)
  })
}

/** How fast views turn over in calm, against the worst that 20 % attackers come to: hub (filled) and flood (hollow). */
function frontier(runs: Runs): string {
  const { small } = runs.scale
  const shown = [ours, 'trusted', 'open', 'swap 1', 'swap 3', 'swap 8', 'slots 0', 'basalt']
  const lines = shown.flatMap((name): Line[] => {
    const calm = runs.first(name, 'steady', small)
    const pushed = runs.first(name, 'hub20')
    const flooded = runs.first(name, 'flood20')
    if (calm === undefined || pushed === undefined || flooded === undefined) return []
    const points = [pushed, flooded].map(
      ({ attackerShareWorst }) => [calm.kept10, attackerShareWorst] as const
    )
    return [{ name, points }]
  })
  return svg({
    title: '20 % attackers at their worst against turnover (filled: hub; hollow: flood)',
    x: {
      name: 'entries of a view still there after 10 rounds, in calm',
      ticks: [0, 0.2, 0.4, 0.6, 0.8],
      write: perCent
    },
    y: { ...shares, name: 'attackers’ share, worst round' },
    lines,
    isScatter: true
  })
}

function sizes(runs: Runs): string {
  const { sizes } = runs.scale
  const line = (name: string, value: (result: Result) => number): Line => ({
    name,
    points: sizes.map(nodes => [nodes, value(runs.first(ours, 'hub10', nodes)!)])
  })
  return svg({
    title: `${ours}, 10 % attackers in networks of any size`,
    x: { name: 'nodes', ticks: sizes, write: whole, isLogarithmic: true },
    y: { ...shares, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5] },
    lines: [
      line('worst round', ({ attackerShareWorst }) => attackerShareWorst),
      line('round 200', ({ attackerShare }) => attackerShare)
    ]
  })
}
