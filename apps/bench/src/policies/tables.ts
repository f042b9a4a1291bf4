/**
 * The tables of docs/policies.md, by the name of their markers.
 */
import { limits } from '@pex/core'
import type { Result } from '@pex/sim'
import { feints, scenarios } from './plan.ts'
import type { ScenarioName } from './plan.ts'
import { deadAt, deadOfLate, settledAt } from './runs.ts'
import type { Runs } from './runs.ts'
import { targets } from './targets.ts'
import { compared, ours, variants } from './variants.ts'
import { missing, number, percent, table, whole } from './words.ts'

export function tables(runs: Runs, versions: string): Readonly<Record<string, string>> {
  const { large, small, seeds } = runs.scale
  return {
    runs: [
      `Networks of ${whole(large)} nodes in \`${scenarioNames(true)}\`, of ${whole(small)} in all others; c = 32.`,
      `\`${ours}\` in the next three tables: the mean of seeds ${seeds.join(', ')} in networks of ${whole(small)}; everything else is seed 1.`,
      `Messages of 16 records for \`balanced\`, \`trusted\` and \`open\`, of ${limits.exchangeSize} for the others, as is their default. ${versions}.`
    ].join('\n'),
    calm: calm(runs),
    faults: faults(runs),
    attacks: attacks(runs),
    feints: tricks(runs),
    rules: rules(runs),
    sizes: sizes(runs),
    targets: targets(runs)
  }
}

function scenarioNames(isLarge: boolean): string {
  return Object.values(scenarios)
    .filter(scenario => scenario.isLarge === isLarge)
    .map(({ name }) => name)
    .join('`, `')
}

function calm(runs: Runs): string {
  const head = [
    '',
    'σ',
    'least–most',
    'in no view',
    'clustering',
    'path length',
    'exchanges',
    'pings',
    'kept10 %'
  ]
  const rows = compared.flatMap(policy => {
    const result = runs.first(policy, 'steady')
    if (result === undefined) return []
    const { inDegree, clustering, pathLength, exchangesPerNodeRound, pingsPerNodeRound, kept10 } = result
    return [
      [
        `\`${policy}\``,
        number(inDegree.sd, 2),
        `${inDegree.min}–${inDegree.max}`,
        String(inDegree.zero),
        number(clustering, 4),
        number(pathLength, 3),
        number(exchangesPerNodeRound, 2),
        number(pingsPerNodeRound, 2),
        percent(kept10)
      ]
    ]
  })
  const { reference } = runs.first(ours, 'steady')!
  const random = ['random graph', number(reference.inDegreeSd, 2), missing, missing]
  rows.push([
    ...random,
    number(reference.clustering, 4),
    number(reference.pathLength, 3),
    missing,
    missing,
    missing
  ])
  return table(head, rows)
}

function faults(runs: Runs): string {
  const head = [
    '',
    'dead, round 10 %',
    'round 15 %',
    'churn 1 %: dead %',
    'outside, rounds',
    'churn .1 %: dead %',
    'split 500: holders %',
    'mixed after',
    'star: settled at'
  ]
  const rows = compared.map(policy => {
    const steady = runs.mean(policy, 'steady', ({ inDegree }) => inDegree.sd)
    const remixed = runs.worst(policy, 'partition', ({ remixedAfter }) => remixedAfter ?? Number.NaN)
    return [
      `\`${policy}\``,
      percent(runs.mean(policy, 'crash', deadAt(10))),
      percent(runs.mean(policy, 'crash', deadAt(15))),
      percent(runs.mean(policy, 'churn', deadOfLate)),
      number(runs.worst(policy, 'churn', ({ outsideLongest }) => outsideLongest)),
      percent(runs.mean(policy, 'littleChurn', deadOfLate)),
      percent(runs.mean(policy, 'partition', ({ crossHolders }) => crossHolders)),
      Number.isFinite(remixed) ? String(remixed) : 'never',
      number(runs.worst(policy, 'star', settledAt(steady)))
    ]
  })
  return table(head, rows)
}

/** A cell: the share at the end, in the worst round, and how many nodes were eclipsed at the same time. */
function shares(runs: Runs, policy: string, scenario: ScenarioName): string {
  const end = runs.mean(policy, scenario, ({ attackerShare }) => attackerShare)
  if (Number.isNaN(end)) return missing
  const worst = runs.worst(policy, scenario, ({ attackerShareWorst }) => attackerShareWorst)
  const eclipsed = runs.worst(policy, scenario, ({ eclipsedWorst }) => eclipsedWorst)
  return `${percent(end)} / ${percent(worst)}${eclipsed > 0 ? ` (${eclipsed})` : ''}`
}

function attacks(runs: Runs): string {
  const head = [
    '',
    'hub 5 %',
    'hub 10 %',
    'hub 20 %',
    'flood 10 %',
    'flood 20 %',
    'sybil 10 groups',
    'sybil 50 groups',
    'victim of 20 %'
  ]
  const asked = ['hub5', 'hub10', 'hub20', 'flood10', 'flood20', 'sybil10', 'sybil50'] as const
  const rows = compared.map(policy => [
    `\`${policy}\``,
    ...asked.map(scenario => shares(runs, policy, scenario)),
    percent(runs.mean(policy, 'eclipse', victimOf))
  ])
  return table(head, rows)
}

/** Attackers that know the rules, against those that withstand the plain ones. */
function tricks(runs: Runs): string {
  const rows = [ours, 'open', 'basalt'].map(policy => [
    `\`${policy}\``,
    ...feints.map(scenario => shares(runs, policy, scenario))
  ])
  return table(['', ...feints.map(scenario => `\`${scenarios[scenario].name}\``)], rows)
}

function victimOf({ victimShare }: Result): number {
  return victimShare ?? Number.NaN
}

/** `balanced` with one rule changed, all in small networks with seed 1. */
function rules(runs: Runs): string {
  const head = [
    'changed',
    'σ',
    'clustering',
    'kept10 %',
    'dead, round 10 %',
    'churn 1 %: dead %',
    'hub 20 %',
    'flood 20 %',
    'exchanges in the flood'
  ]
  const { small } = runs.scale
  const one = (name: string, scenario: ScenarioName, value: (result: Result) => number): number => {
    const result = runs.first(name, scenario, small)
    return result === undefined ? Number.NaN : value(result)
  }
  const rows = [ours, ...variants].map(name => [
    name === ours ? 'nothing' : `\`${name}\``,
    number(
      one(name, 'steady', ({ inDegree }) => inDegree.sd),
      2
    ),
    number(
      one(name, 'steady', ({ clustering }) => clustering),
      4
    ),
    percent(one(name, 'steady', ({ kept10 }) => kept10)),
    percent(one(name, 'crash', deadAt(10))),
    percent(one(name, 'churn', deadOfLate)),
    shares(runs, name, 'hub20'),
    shares(runs, name, 'flood20'),
    number(
      one(name, 'flood20', each => each.exchangesPerNodeRound),
      2
    )
  ])
  return table(head, rows)
}

function sizes(runs: Runs): string {
  const head = ['nodes', 'σ', 'σ at random', 'clustering', 'kept10 %', 'hub 10 %']
  const rows = runs.scale.sizes.map(nodes => {
    const calm = runs.first(ours, 'steady', nodes)!
    const pushed = runs.first(ours, 'hub10', nodes)!
    return [
      whole(nodes),
      number(calm.inDegree.sd, 2),
      number(calm.reference.inDegreeSd, 2),
      number(calm.clustering, 4),
      percent(calm.kept10),
      `${percent(pushed.attackerShare)} / ${percent(pushed.attackerShareWorst)}`
    ]
  })
  return table(head, rows)
}
