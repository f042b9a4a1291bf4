/**
 * What an aborted signal means, said in one place for every transport and for the service: a deadline that has passed is
 * `PEX_TIMEOUT`, everything else is the caller's own wish, `PEX_ABORTED`.
 */
import { PexError } from './errors.ts'

/**
 * The failure for a signal that has been aborted. The platform names the reason of `AbortSignal.timeout` "TimeoutError";
 * a reason that is a `PexError` already is handed on as it is, any other becomes the `cause`.
 */
export function abortError(signal: AbortSignal): PexError {
  const reason: unknown = signal.reason
  if (reason instanceof PexError) return reason
  if (reason instanceof Object && 'name' in reason && reason.name === 'TimeoutError') {
    return new PexError('PEX_TIMEOUT', 'the peer did not answer before the deadline', { cause: reason })
  }
  return new PexError('PEX_ABORTED', 'the caller aborted', { cause: reason })
}
