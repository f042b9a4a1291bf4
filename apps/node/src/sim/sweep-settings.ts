/** What `pex sim sweep` is told, checked before anything is computed. */
import { availableParallelism } from 'node:os'
import { Failure } from '../failure.ts'
import type { Engine } from './engine.ts'
import { readWhole } from './settings.ts'
import { readGrid } from './sweep-grid.ts'
import type { GridOptions, Plan } from './sweep-grid.ts'
import { readShard } from './sweep-shard.ts'
import type { Shard } from './sweep-shard.ts'

/** The command's options as commander gives them. */
export interface SweepOptions extends GridOptions {
  readonly out: string
  readonly shard?: string
  readonly workers?: string
}

export interface SweepSettings {
  readonly plan: Plan
  readonly shard: Shard
  readonly workers: number
}

const maxWorkers = 1_024

/** Fails with `PEX_USAGE`. */
export async function readSweep(
  options: SweepOptions,
  engine: Engine,
  env: NodeJS.ProcessEnv
): Promise<SweepSettings> {
  const shard = readShard(options.shard, env)
  const workers =
    options.workers === undefined
      ? availableParallelism()
      : readWhole('workers', options.workers, 1, maxWorkers)
  return { plan: await readGrid(options, engine), shard, workers }
}

/** An option of `pex sim` that a subcommand of it takes no notice of is a mistake. Fails with `PEX_USAGE`. */
export function refuseUnused(given: readonly string[], unused: readonly string[], next: string): void {
  const found = given.find(name => unused.includes(name))
  if (found !== undefined) throw new Failure('PEX_USAGE', `--${found} has no meaning here`, next)
}
