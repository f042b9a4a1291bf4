/** `pex sim sweep`: a grid of simulations, on as many machines as there are. */
import { asFailure, oneLine } from '../failure.ts'
import { untilStopped } from '../lifetime.ts'
import { printJson, printLine, remark } from '../output.ts'
import type { Engine } from '../sim/engine.ts'
import { showProgress, words } from '../sim/progress.ts'
import { placeFor } from '../sim/result-file.ts'
import { hasResult, writePlan, writeTaskResult } from '../sim/sweep-files.ts'
import { fileNameOf, tasksOf } from '../sim/sweep-grid.ts'
import { runSweep } from '../sim/sweep-run.ts'
import type { FailedTask } from '../sim/sweep-run.ts'
import { readSweep } from '../sim/sweep-settings.ts'
import type { SweepOptions } from '../sim/sweep-settings.ts'
import { shardOf } from '../sim/sweep-shard.ts'

/** A sweep that was ended before its end, as shells count SIGINT. What was done is kept all the same. */
const interrupted = 130

export async function sweep(options: SweepOptions, engine?: Engine): Promise<number> {
  const simulator = engine ?? (await import('../sim/engine.ts')).simulator
  const { plan, shard, workers } = await readSweep(options, simulator, process.env)
  const out = placeFor(options.out)
  writePlan(out, plan)
  const mine = shardOf(tasksOf(plan), shard)
  const tasks = mine.filter(task => !hasResult(out, task))
  const isWatched = process.stderr.isTTY && process.env['TERM'] !== 'dumb'
  const progress = showProgress(process.stderr, isWatched, () => performance.now())
  let reached: readonly [done: number, total: number] = [0, tasks.length]
  const stopped = untilStopped()
  const running = runSweep({
    tasks,
    engine: simulator,
    workers,
    save: (task, result) => writeTaskResult(out, task, result),
    onProgress: (done, total) => {
      reached = [done, total]
      progress.update(done, total)
    }
  })
  const outcome = await Promise.race([running, stopped]).finally(() => progress.close())
  if (typeof outcome === 'string') {
    remark(`stopped (${outcome}) with ${words(...reached, 0)}; the same command goes on with what is left`)
    return interrupted
  }
  const failed = outcome.map(told)
  for (const { file, message } of failed) remark(`${file}: ${message}`)
  const kept = mine.length - tasks.length
  const run = tasks.length - failed.length
  if (options.json === true) printJson({ out, shard, planned: mine.length, kept, run, failed })
  else {
    const part = shard.count === 1 ? '' : ` of part ${shard.index} of ${shard.count}`
    const rest = failed.length === 0 ? '' : `, ${failed.length} failed`
    printLine(`${mine.length} simulations${part}: ${run} run, ${kept} were there${rest}`)
    printLine(`wrote ${out}; pex sim merge reads it`)
  }
  return failed.length === 0 ? 0 : 1
}

function told({ task, error }: FailedTask): { readonly file: string; readonly message: string } {
  return { file: fileNameOf(task), message: oneLine(asFailure(error).message) || 'failed' }
}
