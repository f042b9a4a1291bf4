/**
 * Several simulations side by side, each in one worker thread: the same results as one after the other.
 */
import { PexError } from '@pex/core'
import type { PexErrorCode } from '@pex/core'
import type { Worker } from 'node:worker_threads'
import { simulate } from './engine/simulate.ts'
import type { SimulationHooks, SimulationOptions } from './engine/simulate.ts'
import { parallelism, startWorker } from './platform.ts'
import type { Result } from './result.ts'
import { isScenarioPath, loadScenario } from './scenario/load.ts'
import type { ScenarioFile } from './scenario/scenario.ts'

/** What a worker thread can be given: nothing but data. */
export interface Task extends SimulationOptions {
  readonly policy: string
  /** A scenario's name, the path of its file, or what a file without functions holds. */
  readonly scenario: string | ScenarioFile
}

/** What a worker says. */
export type Answer =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'result'; readonly result: Result }
  | { readonly type: 'failure'; readonly message: string; readonly code: PexErrorCode | undefined }

export interface SimulationsOptions {
  /** Worker threads at the same time. @default as many as the machine can run */
  readonly workers?: number
  /** After each round of one of them: which one, rounds that are over and all there will be. */
  onProgress?(index: number, done: number, total: number): void
  /** Ends the threads; what has not come by then never comes. */
  readonly signal?: AbortSignal
}

/** Runs one simulation in this thread; the scenario may be a file. */
export async function runTask(
  task: SimulationOptions,
  onProgress?: SimulationHooks['onProgress']
): Promise<Result> {
  const { scenario } = task
  const isFile = typeof scenario === 'string' && isScenarioPath(scenario)
  return simulate(
    isFile ? { ...task, scenario: await loadScenario(scenario) } : task,
    onProgress === undefined ? {} : { onProgress }
  )
}

/**
 * Runs simulations in worker threads; resolves with their results, in the same order. Rejects with the first error, and with
 * the signal's reason when it is aborted; no thread outlives either.
 */
export async function simulateAll(
  tasks: readonly Task[],
  { workers, onProgress, signal }: SimulationsOptions = {}
): Promise<Result[]> {
  signal?.throwIfAborted()
  const results = Array<Result>(tasks.length)
  const count = Math.min(tasks.length, workers ?? (await parallelism()))
  const threads = await Promise.all(Array.from({ length: count }, startWorker))
  let next = 0
  const work = async (thread: Worker): Promise<void> => {
    while (next < tasks.length) {
      const index = next++
      results[index] = await runIn(thread, tasks[index]!, (done, total) => onProgress?.(index, done, total))
    }
  }
  try {
    await untilAborted(Promise.all(threads.map(work)), signal)
  } finally {
    await Promise.all(threads.map(thread => thread.terminate()))
  }
  return results
}

function runIn(
  thread: Worker,
  task: Task,
  onProgress: (done: number, total: number) => void
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const hear = (answer: Answer): void => {
      if (answer.type === 'progress') return onProgress(answer.done, answer.total)
      thread.off('message', hear).off('error', reject).off('exit', end)
      if (answer.type === 'result') resolve(answer.result)
      else reject(revive(answer))
    }
    const end = (code: number): void => reject(new Error(`a worker thread ended with ${code}`))
    thread.on('message', hear).on('error', reject).on('exit', end)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    thread.postMessage(task)
  })
}

/** An error loses its class and its code on the way between threads, unless they are told. */
function revive({ message, code }: Extract<Answer, { type: 'failure' }>): Error {
  return code === undefined ? new Error(message) : new PexError(code, message)
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
