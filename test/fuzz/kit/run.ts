/** Runs a target over a range of inputs, and says what became of them. */
import { inputOf } from './inputs.ts'
import type { Fuzzed } from './target.ts'

export interface RunInit {
  readonly target: string
  readonly seed: number
  /** Index of the first input. */
  readonly from: number
  readonly count: number
  /** Called now and then with the index of the next input; what it takes is waited for. */
  readonly onProgress?: ((index: number) => void | Promise<void>) | undefined
}

export interface Failure {
  readonly index: number
  readonly input: Uint8Array
  readonly error: Error
}

export interface Report {
  readonly target: string
  /** Inputs that were judged, the failing one among them. */
  readonly ran: number
  /** How often each outcome came. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly ms: number
  /** The slowest input, ms. */
  readonly slowestMs: number
  readonly failure: Failure | undefined
}

/** One input may take so long; a slow one is tried again before it counts, for machines have other things to do. */
const MOST_MS = 250
const RETRIES = 5
/** Memory outside the heap that one input may cost. */
const MOST_BYTES = 32 * 2 ** 20
/** One input in so many is weighed. */
const WEIGHED = 32
const PROGRESS_MS = 200

/** Outcomes of one target, most: they are words from a list, not the input's own. */
const MOST_OUTCOMES = 100

/** Runs the inputs in their order, up to the first failure. */
export async function run(fuzzed: Fuzzed, init: RunInit): Promise<Report> {
  const { target, seed, from, count, onProgress } = init
  const outcomes = new Map<string, number>()
  const began = performance.now()
  let [ran, slowestMs, told] = [0, 0, began]
  let failure: Failure | undefined
  for (let index = from; index < from + count && failure === undefined; index++) {
    const input = inputOf(fuzzed, target, seed, index)
    ran++
    try {
      const start = performance.now()
      const outcome = await judge(fuzzed, input, index % WEIGHED === 0)
      const end = performance.now()
      if (end - start > slowestMs) slowestMs = await leastMs(fuzzed, input, end - start, slowestMs)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      if (outcomes.size > MOST_OUTCOMES)
        throw new Error(`too many outcomes: ${[...outcomes.keys()].join(' ')}`)
      if (end - told > PROGRESS_MS) {
        told = end
        await onProgress?.(index + 1)
      }
    } catch (error) {
      failure = { index, input, error: asError(error) }
    }
  }
  const sorted = [...outcomes].toSorted(([, a], [, b]) => b - a)
  return {
    target,
    ran,
    outcomes: Object.fromEntries(sorted),
    ms: performance.now() - began,
    slowestMs,
    failure
  }
}

/** One input on its own; resolves to what is wrong, or to nothing. */
export async function faultOf(fuzzed: Fuzzed, input: Uint8Array): Promise<Error | undefined> {
  try {
    const start = performance.now()
    await judge(fuzzed, input, true)
    await leastMs(fuzzed, input, performance.now() - start, 0)
    return undefined
  } catch (error) {
    return asError(error)
  }
}

async function judge(fuzzed: Fuzzed, input: Uint8Array, isWeighed: boolean): Promise<string> {
  const before = isWeighed ? process.memoryUsage().arrayBuffers : 0
  const result = fuzzed.check(input)
  const outcome = typeof result === 'string' ? result : await result
  if (isWeighed && process.memoryUsage().arrayBuffers - before > MOST_BYTES)
    throw new Error(`one input costs more than ${MOST_BYTES} bytes outside the heap`)
  return outcome
}

/** How long the input really takes: the least of several tries, where the first was slow. Throws where even that is too long. */
async function leastMs(fuzzed: Fuzzed, input: Uint8Array, first: number, slowest: number): Promise<number> {
  let least = first
  for (let i = 0; i < RETRIES && least > Math.max(slowest, 1); i++) {
    const start = performance.now()
    await judge(fuzzed, input, false)
    least = Math.min(least, performance.now() - start)
  }
  if (least > MOST_MS) throw new Error(`the input takes ${least.toFixed(0)} ms, more than ${MOST_MS}`)
  return Math.max(least, slowest)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(`something was thrown that is no error: ${String(error)}`)
}
