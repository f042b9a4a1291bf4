/** One dial of one address, within its time, and only by the right peer. Whatever goes wrong is a value. */
import { abortError, PexError } from '@pex/core'
import type { Clock, Dialer } from '@pex/core'
import { AddressError } from './errors.ts'

export interface Attempt<C> {
  readonly clock: Clock
  readonly dialer: Dialer<C>
  readonly peer: string | undefined
  readonly address: string
  /** How long it may take. */
  readonly ms: number
  readonly signal: AbortSignal
  readonly onAnswer: () => void
}

/** Dials. A connection that comes too late, or to somebody else, is closed. */
export async function attempt<C>({
  clock,
  dialer,
  peer,
  address,
  ms,
  signal,
  onAnswer
}: Attempt<C>): Promise<{ raw: C } | AddressError> {
  const controller = new AbortController()
  const ended = Promise.withResolvers<never>()
  const end = (reason: PexError): void => {
    controller.abort(reason)
    ended.reject(reason)
  }
  const cancel = clock.after(ms, () => end(new PexError('PEX_TIMEOUT', `no connection within ${ms} ms`)))
  const follow = (): void => end(abortError(signal))
  signal.addEventListener('abort', follow, { once: true })
  try {
    if (signal.aborted) follow()
    const dialled = dialer.dial(peer, address, { signal: controller.signal, onAnswer })
    // A carrier need not be quick to notice that nobody waits any more.
    dialled.then(
      raw => controller.signal.aborted && void dialer.close(raw).catch(() => {}),
      () => {}
    )
    const raw = await Promise.race([dialled, ended.promise])
    const found = dialer.reached(raw).peer
    if (peer === undefined || found === peer) return { raw }
    await dialer.close(raw).catch(() => {})
    return new AddressError(address, 'PEX_WRONG_PEER', `${found} is there`)
  } catch (cause) {
    return toAddressError(address, cause)
  } finally {
    cancel()
    signal.removeEventListener('abort', follow)
    ended.promise.catch(() => {})
  }
}

/** What a carrier has thrown, as the error of its address. */
export function toAddressError(address: string, cause: unknown): AddressError {
  const code = cause instanceof PexError ? cause.code : 'PEX_UNREACHABLE'
  return new AddressError(address, code, cause instanceof Error ? cause.message : 'the dial failed', {
    cause
  })
}
