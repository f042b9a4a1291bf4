/**
 * Runs the simulations of a sweep, several at a time, and hands out each result as it comes: what is done stays done,
 * however the rest ends.
 */
import type { Result } from '@pex/sim/report'
import type { Engine } from './engine.ts'
import type { SweepTask } from './sweep-grid.ts'

export interface SweepRun {
  readonly tasks: readonly SweepTask[]
  readonly engine: Engine
  /** How many at a time, each in a thread of its own. */
  readonly workers: number
  /** Keeps a result. What it throws ends the sweep: the next result would have no place either. */
  save(task: SweepTask, result: Result): void
  /** After every round of any of them: how many simulations are done, with fractions, of how many. */
  onProgress(done: number, total: number): void
}

/** A simulation that has no result. */
export interface FailedTask {
  readonly task: SweepTask
  readonly error: unknown
}

/** Resolves with those that failed, once all have ended. */
export async function runSweep({
  tasks,
  engine,
  workers,
  save,
  onProgress
}: SweepRun): Promise<readonly FailedTask[]> {
  const failed: FailedTask[] = []
  // How far each running one is, from 0 to 1, by its number. Bounded by the number of workers.
  const running = new Map<number, number>()
  let next = 0
  let ended = 0
  let isGivenUp = false
  const tell = (): void =>
    onProgress(ended + [...running.values()].reduce((sum, share) => sum + share, 0), tasks.length)
  const runOne = async (index: number): Promise<void> => {
    const task = tasks[index]!
    const { key: _, ...settings } = task.cell
    let result: Result | undefined
    try {
      result = await engine.run({ ...settings, seed: task.seed }, (done, total) => {
        running.set(index, done / total)
        tell()
      })
    } catch (error) {
      failed.push({ task, error })
    }
    running.delete(index)
    ended++
    if (result !== undefined) save(task, result)
    tell()
  }
  const work = async (): Promise<void> => {
    try {
      while (next < tasks.length && !isGivenUp) await runOne(next++)
    } catch (error) {
      isGivenUp = true
      throw error
    }
  }
  await Promise.all(Array.from({ length: Math.min(workers, tasks.length) }, work))
  return failed
}
