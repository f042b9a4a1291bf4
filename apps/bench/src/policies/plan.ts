/**
 * Which runs docs/policies.md is made of: policies by scenarios by seeds.
 */
import { compared, ours, variants } from './variants.ts'

export type ScenarioName = keyof typeof scenarios

/** One simulation. */
export interface Job {
  readonly policy: string
  readonly scenario: ScenarioName
  readonly nodes: number
  readonly seed: number
}

export interface Scale {
  /** Nodes where the figure hangs on the size of the network, and where it does not. */
  readonly large: number
  readonly small: number
  readonly seeds: readonly number[]
  readonly sizes: readonly number[]
}

export const full: Scale = { large: 10_000, small: 1_000, seeds: [1, 2, 3], sizes: [100, 300, 1_000, 3_000] }
export const quick: Scale = { large: 500, small: 200, seeds: [1], sizes: [50, 100, 200] }

/** What is run: the simulator's name of the scenario, and rounds after the event. */
export const scenarios = {
  steady: { name: 'steady', rounds: 300, isLarge: true },
  star: { name: 'star', rounds: 100, isLarge: true },
  crash: { name: 'crash:0.5', rounds: 30, isLarge: true },
  churn: { name: 'churn:0.01', rounds: 200, isLarge: false },
  littleChurn: { name: 'churn:0.001', rounds: 200, isLarge: false },
  partition: { name: 'partition:500', rounds: 500, isLarge: false },
  partitionChurn: { name: 'partition:500+churn:0.001', rounds: 500, isLarge: false },
  longPartition: { name: 'partition:2000', rounds: 2_000, isLarge: false },
  longPartitionChurn: { name: 'partition:2000+churn:0.001', rounds: 2_000, isLarge: false },
  loss: { name: 'loss:0.3', rounds: 300, isLarge: false },
  crashLoss: { name: 'crash:0.5+loss:0.3', rounds: 60, isLarge: false },
  crashLatency: { name: 'crash:0.5+latency:0.5', rounds: 60, isLarge: false },
  duplicates: { name: 'duplicate:0.5+latency:0.25', rounds: 300, isLarge: false },
  hub2: { name: 'hub:0.02', rounds: 400, isLarge: true },
  hub5: { name: 'hub:0.05', rounds: 200, isLarge: false },
  hub10: { name: 'hub:0.1', rounds: 200, isLarge: false },
  hub20: { name: 'hub:0.2', rounds: 200, isLarge: false },
  flood10: { name: 'flood:0.1', rounds: 200, isLarge: false },
  flood20: { name: 'flood:0.2', rounds: 200, isLarge: false },
  sybil10: { name: 'sybil:100000:10', rounds: 200, isLarge: false },
  sybil50: { name: 'sybil:100000:50', rounds: 200, isLarge: false },
  eclipse: { name: 'eclipse:0.2', rounds: 200, isLarge: false },
  short20: { name: 'short:0.2', rounds: 200, isLarge: false },
  padded20: { name: 'padded:0.2', rounds: 200, isLarge: false },
  burned20: { name: 'burned:0.2', rounds: 200, isLarge: false },
  paced20: { name: 'paced:0.2', rounds: 200, isLarge: false },
  pin20: { name: 'pin:0.2', rounds: 200, isLarge: false },
  flap20: { name: 'flap:0.2', rounds: 200, isLarge: false }
} as const

const attacks = ['hub5', 'hub10', 'hub20', 'flood10', 'flood20', 'sybil10', 'sybil50', 'eclipse'] as const
/** Attackers that know the rules. */
export const feints = ['short20', 'padded20', 'burned20', 'paced20', 'pin20', 'flap20'] as const
const faults = ['churn', 'littleChurn', 'partition'] as const

/** What the others are not put through. */
const trials = [
  'partitionChurn',
  'longPartition',
  'longPartitionChurn',
  'loss',
  'crashLoss',
  'crashLatency',
  'duplicates'
] as const

export function nodesOf(scenario: ScenarioName, { large, small }: Scale): number {
  return scenarios[scenario].isLarge ? large : small
}

/** All runs, each once: those that show most come first. */
export function plan(scale: Scale): readonly Job[] {
  const jobs = new Map<string, Job>()
  const add = (policy: string, scenario: ScenarioName, nodes: number, seed = 1): void => {
    const job = { policy, scenario, nodes, seed }
    jobs.set(keyOf(job), job)
  }
  for (const policy of compared) {
    const seeds = policy === ours ? scale.seeds : [1]
    for (const scenario of [...attacks, ...faults])
      for (const seed of seeds) add(policy, scenario, scale.small, seed)
  }
  for (const policy of compared)
    for (const scenario of ['steady', 'crash', 'star'] as const) add(policy, scenario, scale.large)
  // A long one: the others stand in docs/PAPERS.md.
  add(ours, 'hub2', scale.large)
  for (const policy of [ours, 'open', 'basalt'])
    for (const scenario of feints) add(policy, scenario, scale.small)
  for (const scenario of trials) add(ours, scenario, scale.small)
  // To see what a rule is for: calm, and what it is against.
  for (const policy of [ours, 'trusted', 'open', 'basalt', ...variants]) {
    const isForHealing = policy === ours || policy.startsWith('pings')
    const isForAttacks = !policy.startsWith('pings')
    add(policy, 'steady', scale.small)
    if (isForHealing) for (const scenario of ['crash', 'churn'] as const) add(policy, scenario, scale.small)
    if (isForAttacks) for (const scenario of ['hub20', 'flood20'] as const) add(policy, scenario, scale.small)
  }
  for (const nodes of scale.sizes)
    for (const scenario of ['steady', 'hub10'] as const) add(ours, scenario, nodes)
  return [...jobs.values()]
}

export function keyOf({ policy, scenario, nodes, seed }: Job): string {
  return [policy, scenarios[scenario].name, scenarios[scenario].rounds, nodes, seed].join(' ')
}
