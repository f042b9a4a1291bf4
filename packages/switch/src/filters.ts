/** Where an operator may say no: by place before anything is said, and by peer once it is known who that is. */
import { PexError } from '@pex/core'
import type { Clock } from '@pex/core'
import type { Place } from './carrier.ts'
import { SwitchError } from './errors.ts'
import type { NodeInfo } from './node-info.ts'
import type { Peer } from './peer.ts'

/** Somebody who would be a peer. */
export interface Candidate {
  readonly id: string
  readonly nodeInfo: NodeInfo
  readonly socket: Place
  readonly direction: Peer['direction']
}

/** Each answers true to go on; false, a failure, and an answer that takes more than five seconds refuse. */
export interface Filter {
  /** Before the handshake: the other end of the socket, or the place to be dialled. */
  place?(
    place: Place,
    options: { readonly direction: Peer['direction']; readonly signal: AbortSignal }
  ): boolean | Promise<boolean>
  /** After the handshake, before the node is a peer. */
  peer?(candidate: Candidate, options: { readonly signal: AbortSignal }): boolean | Promise<boolean>
}

/** All answers together, ms; from CometBFT. */
const FILTER_MS = 5_000

/** Asks all at once. Fails with a `SwitchError` where one of them does not want it, or none has the time to say. */
export async function ask(
  filters: readonly Filter[],
  clock: Clock,
  signal: AbortSignal,
  question: (
    filter: Filter,
    options: { readonly signal: AbortSignal }
  ) => boolean | Promise<boolean> | undefined
): Promise<void> {
  if (filters.length === 0) return
  const controller = new AbortController()
  const ended = Promise.withResolvers<never>()
  ended.promise.catch(() => {})
  const end = (error: PexError): void => {
    controller.abort(error)
    ended.reject(error)
  }
  const cancel = clock.after(FILTER_MS, () => end(refused(`no filter's answer within ${FILTER_MS} ms`)))
  const stop = (): void => end(new SwitchError('PEX_ABORTED', 'stopped', 'the switch has been stopped'))
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    const answers = filters.map(
      async filter => (await question(filter, { signal: controller.signal })) ?? true
    )
    const all = await Promise.race([Promise.all(answers), ended.promise])
    if (!all.every(answer => answer)) throw refused('a filter does not want it')
  } catch (cause) {
    if (cause instanceof SwitchError) throw cause
    throw refused('a filter has failed', cause)
  } finally {
    cancel()
    signal.removeEventListener('abort', stop)
    controller.abort(new PexError('PEX_ABORTED', 'the question has been settled'))
  }
}

function refused(message: string, cause?: unknown): SwitchError {
  return new SwitchError('PEX_GATED', 'filtered', message, { cause })
}
