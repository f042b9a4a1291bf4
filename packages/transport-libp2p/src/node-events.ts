/**
 * Listening to a node: several events at once, and the moment from which the node can be called.
 */
import type { Clock } from '@pex/core'
import type { TypedEventTarget } from '@libp2p/interface'
import { announced, isDirect } from './addresses.ts'
import type { Libp2pTransportComponents } from './transport.ts'

/** Longest wait for the first listener, ms. Guess: a bind takes one, and who cannot be called may still ask. */
const LISTEN_MS = 2_000

type Listeners<Events> = { [Type in keyof Events]?: (event: Events[Type]) => void }

/** Adds a listener for each event named; returns the way to remove them all. */
export function subscribe<Events extends object>(
  target: TypedEventTarget<Events>,
  listeners: Listeners<Events>
): () => void {
  const entries = Object.entries(listeners) as [keyof Events, (event: Events[keyof Events]) => void][]
  for (const [type, listener] of entries) target.addEventListener(type, listener)
  return () => {
    for (const [type, listener] of entries) target.removeEventListener(type, listener)
  }
}

/**
 * Resolves when the node has its first address, or need not wait for one: it listens nowhere, or only where others have to
 * help, as relays do; or its listeners take too long; or the signal aborts.
 */
export async function listening(
  { addressManager, events }: Pick<Libp2pTransportComponents, 'addressManager' | 'events'>,
  clock: Clock,
  signal: AbortSignal
): Promise<void> {
  const ready = (): boolean => announced(addressManager.getAddresses()).length > 0
  if (ready() || signal.aborted || !addressManager.getListenAddrs().some(isDirect)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = clock.after(LISTEN_MS, resolve)
  const done = (): void => resolve()
  const unsubscribe = subscribe(events, { 'transport:listening': done })
  signal.addEventListener('abort', done, { once: true })
  await promise
  cancel()
  unsubscribe()
  signal.removeEventListener('abort', done)
}
