/**
 * What the project asked of `balanced`, and what came of it: the verdicts are arithmetic.
 */
import type { Result } from '@pex/sim'
import { feints, scenarios } from './plan.ts'
import type { ScenarioName } from './plan.ts'
import { deadAt, deadOfLate, settledAt } from './runs.ts'
import type { Runs } from './runs.ts'
import { ours } from './variants.ts'
import { number, percent, table } from './words.ts'

interface Target {
  readonly what: string
  readonly scenario: ScenarioName
  readonly value: (result: Result) => number
  readonly bound: 'most' | 'least'
  readonly limit: number
  /** How it is written; in per cent by default. */
  readonly digits?: number
}

const end = ({ attackerShare }: Result): number => attackerShare
const worst = ({ attackerShareWorst }: Result): number => attackerShareWorst
const eclipsed = ({ eclipsedWorst }: Result): number => eclipsedWorst

function attack(scenario: ScenarioName, what: string, atEnd: number, atWorst: number): Target[] {
  return [
    { what: `${what}: share at the end, %`, scenario, value: end, bound: 'most', limit: atEnd },
    { what: `${what}: worst round, %`, scenario, value: worst, bound: 'most', limit: atWorst },
    {
      what: `${what}: nodes eclipsed, worst round`,
      scenario,
      value: eclipsed,
      bound: 'most',
      limit: 0,
      digits: 0
    }
  ]
}

function trick(scenario: ScenarioName): Target[] {
  const { name } = scenarios[scenario]
  return [
    { what: `\`${name}\`: share at the end, %`, scenario, value: end, bound: 'most', limit: 0.35 },
    {
      what: `\`${name}\`: nodes eclipsed, worst round`,
      scenario,
      value: eclipsed,
      bound: 'most',
      limit: 0,
      digits: 0
    }
  ]
}

const faults = (steady: number): readonly Target[] => [
  {
    what: 'half die: dead links at round 10, %',
    scenario: 'crash',
    value: deadAt(10),
    bound: 'most',
    limit: 0.01
  },
  {
    what: 'half die: dead links at round 15, %',
    scenario: 'crash',
    value: deadAt(15),
    bound: 'most',
    limit: 0
  },
  { what: 'churn 1 %: dead links, %', scenario: 'churn', value: deadOfLate, bound: 'most', limit: 0.035 },
  {
    what: 'churn .1 %: dead links, %',
    scenario: 'littleChurn',
    value: deadOfLate,
    bound: 'most',
    limit: 0.004
  },
  {
    what: 'churn 1 %: longest time outside the largest component, rounds',
    scenario: 'churn',
    value: ({ outsideLongest }) => outsideLongest,
    bound: 'most',
    limit: 3,
    digits: 0
  },
  ...split('partition', 'split of 500 rounds', 0.99),
  ...split('partitionChurn', 'the same under .1 % churn', 0.99),
  ...split('longPartition', 'split of 2 000 rounds', 0.95),
  ...split('longPartitionChurn', 'the same under .1 % churn', 0.95),
  ...uneven('loss', '30 % of all messages lost'),
  ...uneven('duplicates', 'half of all messages twice, up to a quarter of a round late'),
  {
    what: 'half die, 30 % lost: dead links at round 30, %',
    scenario: 'crashLoss',
    value: deadAt(30),
    bound: 'most',
    limit: 0.01
  },
  {
    what: 'half die, messages up to half a round late: dead links at round 15, %',
    scenario: 'crashLatency',
    value: deadAt(15),
    bound: 'most',
    limit: 0.01
  },
  {
    what: 'star: settled at round',
    scenario: 'star',
    value: settledAt(steady),
    bound: 'most',
    limit: 40,
    digits: 0
  }
]

const attacks: readonly Target[] = [
  ...attack('hub2', 'hub 2 %', 0.05, 0.15),
  ...attack('hub5', 'hub 5 %', 0.06, 0.12),
  ...attack('hub10', 'hub 10 %', 0.12, 0.25),
  ...attack('hub20', 'hub 20 %', 0.22, 0.45),
  ...attack('flood10', 'flood 10 %', 0.1, 0.35),
  ...attack('flood20', 'flood 20 %', 0.2, 0.55),
  {
    what: 'sybil, 10 groups: share at the end, %',
    scenario: 'sybil10',
    value: end,
    bound: 'most',
    limit: 0.03
  },
  {
    what: 'sybil, 50 groups: share at the end, %',
    scenario: 'sybil50',
    value: end,
    bound: 'most',
    limit: 0.1
  },
  ...feints.flatMap(scenario => trick(scenario)),
  {
    what: 'silent eclipse by 20 %: victim’s share, %',
    scenario: 'eclipse',
    value: ({ victimShare }) => victimShare ?? Number.NaN,
    bound: 'most',
    limit: 0.4
  }
]

const calm: readonly Target[] = [
  {
    what: 'in-degree: σ after 300 rounds',
    scenario: 'steady',
    value: ({ inDegree }) => inDegree.sd,
    bound: 'most',
    limit: 4,
    digits: 2
  },
  {
    what: 'nodes in no view',
    scenario: 'steady',
    value: ({ inDegree }) => inDegree.zero,
    bound: 'most',
    limit: 0,
    digits: 0
  },
  {
    what: 'clustering',
    scenario: 'steady',
    value: ({ clustering }) => clustering,
    bound: 'most',
    limit: 0.008,
    digits: 4
  },
  {
    what: 'exchanges per node and round',
    scenario: 'steady',
    value: each => each.exchangesPerNodeRound,
    bound: 'most',
    limit: 1.2,
    digits: 2
  },
  {
    what: 'pings per node and round',
    scenario: 'steady',
    value: each => each.pingsPerNodeRound,
    bound: 'most',
    limit: 3,
    digits: 2
  },
  {
    what: 'first partition when nodes go at random, %',
    scenario: 'steady',
    value: each => each.firstPartition,
    bound: 'least',
    limit: 0.78
  },
  {
    what: 'turnover: entries still there after 10 rounds, %',
    scenario: 'steady',
    value: ({ kept10 }) => kept10,
    bound: 'most',
    limit: 0.3
  }
]

function uneven(scenario: ScenarioName, what: string): Target[] {
  return [
    {
      what: `${what}: in-degree, σ`,
      scenario,
      value: ({ inDegree }) => inDegree.sd,
      bound: 'most',
      limit: 6,
      digits: 2
    },
    {
      what: `${what}: nodes in the largest component, %`,
      scenario,
      value: ({ largestComponent }) => largestComponent,
      bound: 'least',
      limit: 1
    }
  ]
}

function split(scenario: ScenarioName, what: string, holders: number): Target[] {
  return [
    {
      what: `${what}: nodes with a contact across, %`,
      scenario,
      value: ({ crossHolders }) => crossHolders,
      bound: 'least',
      limit: holders
    },
    {
      what: `${what}: mixed again after, rounds`,
      scenario,
      value: ({ remixedAfter }) => remixedAfter ?? Infinity,
      bound: 'most',
      limit: 8,
      digits: 0
    }
  ]
}

/** A table: what, measured (the worst of the seeds), asked, verdict. */
export function targets(runs: Runs): string {
  const steady = runs.mean(ours, 'steady', ({ inDegree }) => inDegree.sd)
  const rows = [...calm, ...faults(steady), ...attacks].map(
    ({ what, scenario, value, bound, limit, digits }) => {
      const values = runs.all(ours, scenario).map(value)
      const measured = bound === 'most' ? Math.max(...values) : Math.min(...values)
      const write = (figure: number): string =>
        digits === undefined ? percent(figure) : number(figure, digits)
      const isMet = bound === 'most' ? measured <= limit : measured >= limit
      const sign = bound === 'most' ? '≤' : '≥'
      return [what, write(measured), `${sign} ${write(limit)}`, isMet ? 'met' : '**missed**']
    }
  )
  return table(['', 'measured', 'asked', ''], rows)
}
