/** What `pex sim` is told, checked before anything is computed: a long run must not end with a complaint. */
import { limits } from '@pex/core'
import { Failure, oneLine } from '../failure.ts'
import type { Engine, RunOptions } from './engine.ts'

/** The command's options as commander gives them. */
export interface SimOptions {
  readonly policy: string
  readonly nodes: string
  readonly view: string
  readonly rounds: string
  readonly seed: string
  readonly scenario: string
  readonly out?: string
  readonly json?: boolean
}

const maxNodes = 1_000_000
const maxRounds = 1_000_000
const maxSeed = 0xffff_ffff

/** Settings that can be run. Fails with `PEX_USAGE`. */
export async function readSettings(options: SimOptions, engine: Engine): Promise<RunOptions> {
  return {
    policy: readPolicy(options.policy, engine.policies),
    nodes: readWhole('nodes', options.nodes, 2, maxNodes),
    viewSize: readWhole('view', options.view, 1, limits.maxViewSize),
    rounds: readWhole('rounds', options.rounds, 1, maxRounds),
    seed: readWhole('seed', options.seed, 0, maxSeed),
    scenario: await readScenario(options.scenario, engine)
  }
}

async function readScenario(text: string, engine: Engine): Promise<string> {
  try {
    await engine.check(text)
    return text
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'PEX_INVALID_PARAMETER') throw error
    const next = 'pex sim scenarios, which lists them, or a file of your own (.json, .mjs)'
    throw new Failure('PEX_USAGE', `--scenario: ${oneLine((error as Error).message)}`, next, { cause: error })
  }
}

/** Fails with `PEX_USAGE` for a name that is none of these. */
export function readPolicy(name: string, known: readonly string[]): string {
  if (known.includes(name)) return name
  throw new Failure('PEX_USAGE', `--policy "${oneLine(name)}" is no policy`, known.join(', '))
}

/** A whole number in a range. Fails with `PEX_USAGE`. */
export function readWhole(option: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (/^\d{1,15}$/.test(text) && number >= least && number <= most) return number
  const is = /^-?\d+$/.test(text) ? 'out of range' : 'not a whole number'
  const message = `--${option} "${oneLine(text)}" is ${is}`
  throw new Failure('PEX_USAGE', message, `a whole number from ${least} to ${most}`)
}
