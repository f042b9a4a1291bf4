/**
 * The measuring itself. Short work is called in runs long enough for the clock, after a warm-up that also finds out how many
 * calls such a run takes; the median over the runs counts. Its clock is the processor time of the process, all threads taken
 * together: collecting garbage and checking signatures beside the main thread count, a neighbour on the machine does not.
 * Work that waits for others is timed by the wall clock, call by call.
 */
import type { Scale } from './figure.ts'

interface Effort {
  readonly runs: number
  readonly runMs: number
}

const efforts: Record<Scale, Effort> = {
  full: { runs: 15, runMs: 100 },
  quick: { runs: 7, runMs: 40 },
  tiny: { runs: 2, runMs: 1 }
}

/** Median processor time of one call, µs. The work does `calls` of them at a time. */
export function microsPerCall(scale: Scale, calls: number, work: () => void): number {
  const { runs, runMs } = efforts[scale]
  const timed = (times: number): number => {
    const began = processor()
    for (let i = 0; i < times; i++) work()
    return processor() - began
  }
  let times = 1
  while (timed(times) < runMs) times *= 2
  return quantile(
    Array.from({ length: runs }, () => (timed(times) * 1_000) / (times * calls)),
    0.5
  )
}

/** As `microsPerCall`, for work that has to be waited for. */
export async function microsPerWait(scale: Scale, calls: number, work: () => Promise<void>): Promise<number> {
  const { runs, runMs } = efforts[scale]
  const timed = async (times: number): Promise<number> => {
    const began = processor()
    for (let i = 0; i < times; i++) await work()
    return processor() - began
  }
  let times = 1
  while ((await timed(times)) < runMs) times *= 2
  const each: number[] = []
  for (let run = 0; run < runs; run++) each.push(((await timed(times)) * 1_000) / (times * calls))
  return quantile(each, 0.5)
}

/** Processor time that this process has used so far, ms. */
export function processor(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** How long the work takes by the wall clock, ms. */
export async function duration(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** The value below which the share `q` of the samples lies (nearest rank). */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(Math.ceil(q * sorted.length) - 1, 0)] ?? NaN
}

export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length
}

/** By how much y grows with each x: the slope of the line with the least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const x = mean(points.map(point => point[0]))
  const y = mean(points.map(point => point[1]))
  const covariance = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return covariance / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}
