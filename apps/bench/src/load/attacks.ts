/** T4 to T7 in simulations of the shipped core: what share of honest views attackers get, and who sees nobody else. */
import { simulateAll } from '@pex/sim'
import type { Result, ScenarioFile } from '@pex/sim'
import type { Benchmark, Figure, Scale, Target } from '../figure.ts'

interface Size {
  readonly nodes: number
  readonly rounds: number
  readonly seeds: number
  readonly ids: number
  /** Rounds before the attack begins. */
  readonly calm: number
}

const CALM = 200

const sizes: Record<Scale, Size> = {
  full: { nodes: 600, rounds: 200, seeds: 5, ids: 100_000, calm: CALM },
  quick: { nodes: 600, rounds: 200, seeds: 1, ids: 100_000, calm: CALM },
  tiny: { nodes: 60, rounds: 10, seeds: 1, ids: 100, calm: 20 }
}

/** As the attacks were defined for which the marks were set. */
const VIEW = 30

type Condition = NonNullable<ScenarioFile['conditions']>[number]

interface Run {
  readonly policy: string
  readonly attack: Condition
}

/** The means over the seeds. */
interface Outcome {
  readonly share: number
  readonly worst: number
  readonly eclipsed: number
  readonly eclipsedWorst: number
}

async function runAll(runs: readonly Run[], { nodes, rounds, seeds, calm }: Size): Promise<Outcome[]> {
  const common = { nodes, rounds, viewSize: VIEW }
  const jobs = runs.flatMap(run =>
    Array.from({ length: seeds }, (_, seed) => ({
      ...common,
      policy: run.policy,
      scenario: { name: run.attack.kind, warmUp: calm, conditions: [run.attack] },
      seed: seed + 1
    }))
  )
  const results = await simulateAll(jobs)
  return runs.map((_, i) => outcomeOf(results.slice(i * seeds, (i + 1) * seeds)))
}

function outcomeOf(results: readonly Result[]): Outcome {
  const mean = (of: (result: Result) => number): number =>
    results.reduce((sum, result) => sum + of(result), 0) / results.length
  return {
    share: 100 * mean(({ attackerShare }) => attackerShare),
    worst: 100 * mean(({ attackerShareWorst }) => attackerShareWorst),
    eclipsed: mean(({ eclipsed }) => eclipsed),
    eclipsedWorst: Math.max(...results.map(({ eclipsedWorst }) => eclipsedWorst))
  }
}

const atMost = (value: number): Target => ({ of: 'value', bound: 'at most', value })

/** The figures of one attack: at the end, on the way, and the eclipsed. */
function figuresOf(name: string, { share, worst, eclipsed, eclipsedWorst }: Outcome, mark: number): Figure[] {
  return [
    { name: `${name}: share of honest views`, value: share, unit: '%', target: atMost(mark) },
    { name: `${name}: in the worst round`, value: worst, unit: '%' },
    { name: `${name}: eclipsed at the end`, value: eclipsed, unit: 'nodes', target: atMost(0) },
    { name: `${name}: eclipsed in the worst round of all`, value: eclipsedWorst, unit: 'nodes' }
  ]
}

interface Attack {
  readonly name: string
  readonly attack: Condition
  /** Most of the honest views that it may have at the end, %. */
  readonly mark: number
}

/** A benchmark of attacks against the default policy and the one for open networks. */
function of(
  { name, question, what, seeds }: { name: string; question: string; what: string; seeds: number },
  attacks: (size: Size) => readonly Attack[]
): Benchmark {
  const policies = ['balanced', 'open']
  return {
    name,
    question,
    method:
      `@pex/sim, 600 nodes, c = ${VIEW}, ${CALM} calm rounds and 200 rounds of the attack, the mean of ${seeds} seeds, \`balanced\` (the default) and \`open\`. ${what} ` +
      'The mark is for the share at the end and for nobody being eclipsed then; the worst round, which comes soon after an attack begins, has none and is shown.',
    async run({ scale, progress }) {
      const size = { ...sizes[scale], seeds: Math.min(sizes[scale].seeds, seeds) }
      const all = attacks(size)
      const runs = policies.flatMap(policy => all.map(({ attack }) => ({ policy, attack })))
      progress(`${runs.length * size.seeds} simulations`)
      const outcomes = await runAll(runs, size)
      return policies.flatMap((policy, p) =>
        all.flatMap((attack, i) =>
          figuresOf(`${policy}, ${attack.name}`, outcomes[p * all.length + i]!, attack.mark)
        )
      )
    }
  }
}

export const hubs: Benchmark = of(
  {
    name: 'load T4',
    question: 'What do attackers get who call as often as anybody and show each other only?',
    what: 'Shares of 5, 10 and 20 % of the nodes.',
    seeds: 5
  },
  () => [
    { name: '5 %', attack: { kind: 'hub', share: 0.05 }, mark: 12 },
    { name: '10 %', attack: { kind: 'hub', share: 0.1 }, mark: 25 },
    { name: '20 %', attack: { kind: 'hub', share: 0.2 }, mark: 45 }
  ]
)

export const floods: Benchmark = of(
  {
    name: 'load T5',
    question: 'And who call ten times as often?',
    what: 'Shares of 10 and 20 % of the nodes; for 20 % no mark was set that any rule was known to hold, so it is that of T4.',
    seeds: 5
  },
  () => [
    { name: '10 %', attack: { kind: 'flood', share: 0.1 }, mark: 40 },
    { name: '20 %', attack: { kind: 'flood', share: 0.2 }, mark: 45 }
  ]
)

export const minted: Benchmark = of(
  {
    name: 'load T6',
    question: 'What do a hundred thousand ids get that are minted in a few network groups?',
    what: 'Honest nodes are in 700 groups; the ids are minted over the 200 rounds in 1, 10 or 50 of them.',
    seeds: 2
  },
  ({ ids }) =>
    [
      [1, 1],
      [10, 3],
      [50, 10]
    ].map(([groups, mark]) => ({
      name: `${groups} ${groups === 1 ? 'group' : 'groups'}`,
      attack: { kind: 'sybil', ids, groups: groups! },
      mark: mark!
    }))
)

/** Hops that an attacker may claim; above the limit a record is dropped. */
const hops = [1, 30, 1_023, 65_535]

export const pins: Benchmark = {
  name: 'load T7',
  question: 'Does it pay to lie about the hop?',
  method:
    `@pex/sim, 600 nodes, c = ${VIEW}, \`balanced\`, a hub of 5, 10 and 20 % that claims a hop of ${hops.join(', ')} for everybody: the largest share of honest views that any claim gets at the end, ` +
    'one seed, beside the hub that claims nothing. The mark is 3 points more than that.',
  async run({ scale, progress }) {
    const size = { ...sizes[scale], seeds: 1 }
    const shares = [0.05, 0.1, 0.2]
    const runs = shares.flatMap(share => [
      { policy: 'balanced', attack: { kind: 'hub', share } as const },
      ...hops.map(hop => ({ policy: 'balanced', attack: { kind: 'pin', share, hop } as const }))
    ])
    progress(`${runs.length * size.seeds} simulations`)
    const outcomes = await runAll(runs, size)
    return shares.flatMap((share, i) => {
      const [hub, ...pinned] = outcomes.slice(i * (hops.length + 1), (i + 1) * (hops.length + 1))
      const most = Math.max(...pinned.map(outcome => outcome.share))
      const name = `${100 * share} %`
      return [
        { name: `${name}: share, no claim`, value: hub!.share, unit: '%' },
        { name: `${name}: share, the best claim`, value: most, unit: '%', target: atMost(hub!.share + 3) },
        {
          name: `${name}: eclipsed at the end, the best claim`,
          value: Math.max(...pinned.map(({ eclipsed }) => eclipsed)),
          unit: 'nodes',
          target: atMost(0)
        }
      ]
    })
  }
}
