/**
 * Signals that follow others, and work that ends with them. What is followed is let go of when the work is over: a signal
 * that lives as long as the node must not remember every exchange of its life.
 */
import { abortError } from '@pex/core'
import type { Clock } from '@pex/core'
import type { Stream } from '@libp2p/interface'

/** Runs work with a signal that is aborted with the first of the given ones, or when the ms are over. */
export async function within<T>(
  { signals, clock, ms }: { signals: readonly AbortSignal[]; clock?: Clock; ms?: number },
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const controller = new AbortController()
  const { signal } = controller
  const follow = (): void => controller.abort(signals.find(({ aborted }) => aborted)?.reason)
  const pass = (): void => controller.abort(new DOMException('the deadline has passed', 'TimeoutError'))
  for (const followed of signals) followed.addEventListener('abort', follow, { once: true })
  const cancel = ms === undefined ? undefined : clock?.after(ms, pass)
  if (signals.some(({ aborted }) => aborted)) follow()
  const aborted = Promise.withResolvers<never>()
  const fail = (): void => aborted.reject(abortError(signal))
  signal.addEventListener('abort', fail, { once: true })
  try {
    if (signal.aborted) throw abortError(signal)
    return await Promise.race([work(signal), aborted.promise])
  } finally {
    cancel?.()
    signal.removeEventListener('abort', fail)
    for (const followed of signals) followed.removeEventListener('abort', follow)
  }
}

/** Runs work on a stream that is aborted with the signal, and with the work's failure: no path leaves it open. */
export async function onStream<T>(stream: Stream, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const end = (): void => stream.abort(abortError(signal))
  signal.addEventListener('abort', end, { once: true })
  try {
    // It may have been opened a moment too late.
    if (signal.aborted) throw abortError(signal)
    return await work()
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error('the stream has closed', { cause: error }))
    throw error
  } finally {
    signal.removeEventListener('abort', end)
  }
}
