/** What happens in a switch, told to whoever wants to hear it; and how often which refusal has been. */
import type { Place } from './carrier.ts'
import { refusals } from './errors.ts'
import type { Refusal, SwitchError } from './errors.ts'
import type { Peer } from './peer.ts'

export type SwitchEvent =
  | { readonly kind: 'listening'; readonly place: Place }
  | { readonly kind: 'peer-added'; readonly peer: Peer }
  /** With a reason where that was the peer's fault or the network's. */
  | { readonly kind: 'peer-removed'; readonly peer: Peer; readonly reason: Error | undefined }
  /** Somebody has not become a peer: a dial that has failed, or a caller at the door. */
  | {
      readonly kind: 'refused'
      readonly direction: Peer['direction']
      /** The place that was dialled, or from which somebody called. */
      readonly place: Place
      readonly error: SwitchError
    }
  /** A persistent peer is dialled again after a wait. */
  | { readonly kind: 'reconnecting'; readonly id: string; readonly attempt: number; readonly waitMs: number }
  /** A reactor or a listener has thrown where that ends nobody. */
  | { readonly kind: 'fault'; readonly error: unknown }

export class Journal {
  /** By the closed list of reasons. */
  readonly #refusals: Readonly<Record<Peer['direction'], Map<Refusal, number>>> = {
    inbound: none(),
    outbound: none()
  }
  /** Bounded by what this host's own code adds. */
  readonly #listeners = new Set<(event: SwitchEvent) => void>()

  /** How often who was refused for what, of one direction; every reason has its entry. */
  refusals(direction: Peer['direction']): ReadonlyMap<Refusal, number> {
    return this.#refusals[direction]
  }

  notify(listener: (event: SwitchEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  tell(event: SwitchEvent): void {
    if (event.kind === 'refused') {
      const { refusal } = event.error
      const counts = this.#refusals[event.direction]
      counts.set(refusal, counts.get(refusal)! + 1)
    }
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // Its fault is nobody else's; and what it throws at a fault would go round for ever.
        if (event.kind !== 'fault') this.tell({ kind: 'fault', error })
      }
    }
  }
}

function none(): Map<Refusal, number> {
  return new Map(refusals.map(refusal => [refusal, 0]))
}
