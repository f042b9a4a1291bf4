/** What the adaptive reactor tells of, and its sums. */
import type { PexFault } from '../pex-messages.ts'

/** What a peer is blamed for, from a closed list. */
export type AdaptiveFault =
  /** It asks too often. */
  | 'too-soon'
  /** It answers, and nobody has asked. */
  | 'unsolicited'
  /** It names more addresses than an answer may have. */
  | 'too-many'

export type AdaptivePexEvent =
  | { readonly kind: 'asked'; readonly id: string }
  /** It named so many addresses, of which so many are news; the next request is so far away. */
  | {
      readonly kind: 'answered'
      readonly id: string
      readonly count: number
      readonly added: number
      readonly intervalMs: number
    }
  /** Its answer came when its time was up. */
  | { readonly kind: 'late'; readonly id: string; readonly count: number; readonly added: number }
  | { readonly kind: 'expired'; readonly id: string }
  | { readonly kind: 'served'; readonly id: string; readonly count: number }
  /** It reads too slowly for the message, which is lost. */
  | { readonly kind: 'unsent'; readonly id: string }
  /** It said what this dialect does not know. */
  | { readonly kind: 'misunderstood'; readonly id: string; readonly fault: PexFault }
  | { readonly kind: 'blamed'; readonly id: string; readonly fault: AdaptiveFault }
  /** There is nobody to ask, so many times in a row. */
  | { readonly kind: 'no-peers'; readonly times: number; readonly waitMs: number }

export interface AdaptivePexStats {
  /** How often each kind of event has happened. */
  readonly events: Readonly<Record<AdaptivePexEvent['kind'], number>>
  /** Wait between requests, ms, as the last answer has made it. */
  readonly intervalMs: number
  /** Addresses that answers have brought. */
  readonly total: number
  /** Peers that can be asked, and those whose answer is awaited. */
  readonly available: number
  readonly asked: number
}

/** Counts events, and passes them on. */
export class AdaptiveTally {
  readonly events: Record<AdaptivePexEvent['kind'], number> = {
    asked: 0,
    answered: 0,
    late: 0,
    expired: 0,
    served: 0,
    unsent: 0,
    misunderstood: 0,
    blamed: 0,
    'no-peers': 0
  }
  readonly #onEvent: ((event: AdaptivePexEvent) => void) | undefined

  constructor(onEvent: ((event: AdaptivePexEvent) => void) | undefined) {
    this.#onEvent = onEvent
  }

  tell(event: AdaptivePexEvent): void {
    this.events[event.kind]++
    this.#onEvent?.(event)
  }
}
