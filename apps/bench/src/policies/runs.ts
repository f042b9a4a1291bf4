/**
 * Runs the plan: what is known by name in worker threads, what is not in this one. All of it is seeded, so whoever runs it
 * gets the same figures.
 */
import { simulate, simulateAll } from '@pex/sim'
import type { Result } from '@pex/sim'
import { keyOf, nodesOf, scenarios } from './plan.ts'
import type { Job, Scale, ScenarioName } from './plan.ts'
import { isVariant, policyOf } from './variants.ts'

/** Results by `keyOf`. */
export type Known = Record<string, Result>

export interface RunOptions {
  readonly workers: number
  say(message: string): void
  /** Some more are known. */
  save(known: Known): Promise<void>
}

/** Named runs that are handed to the threads at once; after them, what is known is saved. */
const batch = 16

/** Runs what is not yet known of the jobs, and adds it. */
export async function runAll(jobs: readonly Job[], known: Known, options: RunOptions): Promise<void> {
  const open = jobs.filter(job => !Object.hasOwn(known, keyOf(job)))
  const named = open.filter(({ policy }) => !isVariant(policy))
  const changed = open.filter(({ policy }) => isVariant(policy))
  for (let first = 0; first < named.length; first += batch) {
    const some = named.slice(first, first + batch)
    options.say(`${first} of ${open.length} runs are done`)
    const results = await simulateAll(
      some.map(job => ({ ...taskOf(job), policy: job.policy })),
      { workers: options.workers }
    )
    for (const [i, result] of results.entries()) known[keyOf(some[i]!)] = result
    await options.save(known)
  }
  for (const [i, job] of changed.entries()) {
    if (i % batch === 0) options.say(`${named.length + i} of ${open.length} runs are done`)
    known[keyOf(job)] = simulate({ ...taskOf(job), policy: policyOf(job.policy) })
  }
  await options.save(known)
}

function taskOf({ scenario, nodes, seed }: Job): {
  scenario: string
  rounds: number
  nodes: number
  seed: number
} {
  const { name, rounds } = scenarios[scenario]
  return { scenario: name, rounds, nodes, seed }
}

/** What the tables and figures ask. */
export class Runs {
  readonly scale: Scale
  readonly #known: Known

  constructor(known: Known, scale: Scale) {
    this.#known = known
    this.scale = scale
  }

  /** The runs of a policy in a scenario, one for each seed; none where that was not run. */
  all(policy: string, scenario: ScenarioName, nodes: number = nodesOf(scenario, this.scale)): Result[] {
    return this.scale.seeds.flatMap(seed => this.#known[keyOf({ policy, scenario, nodes, seed })] ?? [])
  }

  first(policy: string, scenario: ScenarioName, nodes?: number): Result | undefined {
    return this.all(policy, scenario, nodes)[0]
  }

  /** The mean over the seeds; NaN where nothing was run. */
  mean(policy: string, scenario: ScenarioName, value: (result: Result) => number, nodes?: number): number {
    const results = this.all(policy, scenario, nodes)
    return results.reduce((sum, result) => sum + value(result), 0) / results.length
  }

  /** The largest of the seeds; -Infinity where nothing was run. */
  worst(policy: string, scenario: ScenarioName, value: (result: Result) => number, nodes?: number): number {
    return Math.max(...this.all(policy, scenario, nodes).map(value))
  }
}

/** The share of dead links so many rounds after the event. */
export function deadAt(round: number): (result: Result) => number {
  return ({ series }) => series.find(each => each.round === round)?.deadLinks ?? Number.NaN
}

/** The mean share of dead links over the last 50 rounds. */
export function deadOfLate({ series }: Result): number {
  const last = series.slice(-50)
  return last.reduce((sum, { deadLinks }) => sum + deadLinks, 0) / last.length
}

/** The first round from which on the in-degree spreads at most a tenth more than `steady`; NaN if it never does. */
export function settledAt(steady: number): (result: Result) => number {
  return ({ series }) => {
    const last = series.findLastIndex(({ inDegreeSd }) => inDegreeSd > 1.1 * steady)
    return series[last + 1]?.round ?? Number.NaN
  }
}
