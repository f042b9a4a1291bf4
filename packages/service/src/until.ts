/** Waiting that can be called off. */
import { abortError } from '@pex/core'

/** Settles like the promise, or rejects with what the signal's abort means (see `abortError`), whichever comes first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(abortError(signal))
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', fail))
  })
}
