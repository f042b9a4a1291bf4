/**
 * Two nodes that call each other at the same time have two connections, and if each kept the one that was its first, none might
 * be left. CometBFT's nodes do that: each closes whatever comes second. So the other node's choice is waited for a moment, with
 * both connections open; only where it makes none, being one of ours that waits too, both keep the one that the node with the
 * greater id has dialled.
 */
import type { Clock } from '@pex/core'
import type { Link } from './link.ts'
import type { LivePeer } from './live-peer.ts'

/** How long two nodes may take to find that they have called each other at the same time, ms. Derived: one handshake. */
const CROSSED_MS = 6_000
/** How long the other node's choice is waited for, ms. Guess: the way there and back, on a busy day. */
const CHOICE_MS = 1_000

/** Whether the link and the peer's connection are two calls that have crossed. */
export function isCrossing(link: Link, other: LivePeer, clock: Clock): boolean {
  return link.direction !== other.direction && clock.now() - other.connectedAt <= CROSSED_MS
}

/** Which of the two lasts; `link` is the second one. Resolves at once when the signal is aborted. */
export async function lastingOf(
  link: Link,
  other: LivePeer,
  { self, clock, signal }: { readonly self: string; readonly clock: Clock; readonly signal: AbortSignal }
): Promise<'link' | 'other'> {
  const byRule = (link.direction === 'outbound') === self > link.id ? 'link' : 'other'
  return new Promise(resolve => {
    const settle = (which: 'link' | 'other'): void => {
      cancel()
      signal.removeEventListener('abort', stop)
      resolve(which)
    }
    const cancel = clock.after(CHOICE_MS, () => settle(byRule))
    const stop = (): void => settle('other')
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    void link.ended.then(() => settle('other'))
    void other.ended.then(() => settle('link'))
  })
}
