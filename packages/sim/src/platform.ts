/**
 * Where the simulator meets the platform: a clock to tell its own speed, memory, files and worker threads. The simulation
 * itself needs none of them; all but the clock are asked for only when used, so that the rest runs in browsers too.
 */
import type { Worker } from 'node:worker_threads'

/** Milliseconds since some moment. */
export function now(): number {
  return performance.now()
}

/** Bytes in array buffers of this thread; 0 where the platform does not tell. */
export function bufferBytes(): number {
  return typeof process === 'undefined' ? 0 : process.memoryUsage().arrayBuffers
}

export async function readText(path: string): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  return readFile(path, 'utf8')
}

/** The URL to import the file at a path from. */
export async function urlOf(path: string): Promise<string> {
  const { pathToFileURL } = await import('node:url')
  return pathToFileURL(path).href
}

/** A thread that runs worker.ts. */
export async function startWorker(): Promise<Worker> {
  const { Worker } = await import('node:worker_threads')
  // The compiled worker stands beside the compiled module, the source beside the source.
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
  return new Worker(new URL(file, import.meta.url))
}

/** How many worker threads can run at the same time. */
export async function parallelism(): Promise<number> {
  const { availableParallelism } = await import('node:os')
  return availableParallelism()
}
