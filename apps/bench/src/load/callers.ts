/** Honest callers in turn, for as long as a load lasts: how long each call took, and how many failed. */
import type { Caller } from './honest.ts'

export interface Calls {
  /** Of those that worked, ms. */
  readonly times: readonly number[]
  readonly failed: number
  /** Why, each once. */
  readonly reasons: readonly string[]
}

/** A call that takes longer has failed, ms. */
const PATIENCE_MS = 10_000

/** One call each `everyMs`, whether the one before is over or not. Resolves when the time is over and all calls are. */
export async function callInTurn(callers: readonly Caller[], everyMs: number, ms: number): Promise<Calls> {
  const times: number[] = []
  let failed = 0
  const reasons = new Set<string>()
  const calls: Promise<void>[] = []
  const busy = new Set<Caller>()
  const one = async (caller: Caller): Promise<void> => {
    busy.add(caller)
    const start = performance.now()
    try {
      await caller.call(AbortSignal.timeout(PATIENCE_MS))
      times.push(performance.now() - start)
    } catch (error) {
      failed++
      reasons.add(String(error))
    }
    busy.delete(caller)
  }
  const begun = performance.now()
  for (let nth = 0; performance.now() - begun < ms; nth++) {
    const free = callers.find((_, i) => !busy.has(callers[(nth + i) % callers.length]!))
    const caller = callers[(nth + (free === undefined ? 0 : callers.indexOf(free))) % callers.length]!
    if (!busy.has(caller)) calls.push(one(caller))
    await passed(begun + (nth + 1) * everyMs - performance.now())
  }
  await Promise.all(calls)
  return { times, failed, reasons: [...reasons] }
}

export function passed(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, Math.max(ms, 0)))
}
