/** Work that has to be over in time. */
import { PexError } from '@pex/core'
import type { Clock } from '@pex/core'
import { untilAborted } from './until.ts'

/** Settles like the work, or rejects with `PEX_TIMEOUT` after so many ms, or with why the controller was aborted. */
export async function withinDeadline<T>(
  clock: Clock,
  ms: number,
  controller: AbortController,
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const { signal } = controller
  const cancel = clock.after(ms, () =>
    controller.abort(new PexError('PEX_TIMEOUT', `no answer within ${ms} ms`))
  )
  try {
    return await untilAborted(work(signal), signal)
  } finally {
    cancel()
  }
}
