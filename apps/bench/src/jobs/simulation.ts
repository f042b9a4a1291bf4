/**
 * One simulation, in a process of its own: what others have run before would change what the compiler makes of the same
 * lines, and what lies in memory.
 */
import { healerSwapper } from '@pex/core'
import { simulate } from '@pex/sim'
import type { SimulationOptions } from '@pex/sim'
import { processor } from '../measure.ts'

export interface SimulationJob {
  /** A name from core's `policies`, or a healer of Jelasity's family with random partners: its H. */
  readonly policy: string | { readonly healer: number }
  readonly nodes: number
  readonly viewSize: number
  /** @default what suits the policy */
  readonly exchangeSize?: number
  readonly rounds: number
}

export interface SimulationResult {
  /** In a second of processor time, all threads taken together; looking at the network not counted. */
  readonly nodeRoundsPerSecond: number
  readonly bytesPerNode: number
  /** Seconds from the first line to the last, building, rounds and figures together. */
  readonly seconds: number
}

/** Random views, then nothing but rounds. */
export async function measureSimulation(job: SimulationJob): Promise<SimulationResult> {
  const { policy, nodes, viewSize, exchangeSize, rounds } = job
  const options: SimulationOptions = {
    policy: typeof policy === 'string' ? policy : healerSwapper({ ...policy, swapper: 0, partner: 'rand' }),
    nodes,
    viewSize,
    rounds,
    seed: 1,
    scenario: 'steady',
    ...(exchangeSize === undefined ? {} : { exchangeSize })
  }
  const began = { at: performance.now(), used: processor() }
  const { nodeRoundsPerSecond, bytesPerNode } = simulate(options)
  const ms = performance.now() - began.at
  // The rounds get as much of a core as the whole: neighbours on the machine slow both down alike.
  const share = (processor() - began.used) / ms
  return { nodeRoundsPerSecond: nodeRoundsPerSecond / share, bytesPerNode, seconds: ms / 1_000 }
}
