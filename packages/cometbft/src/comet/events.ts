/** What a reactor tells of: each event as it happens, and the sums of all of them. */
import type { NetAddress } from '@pex/address-book'
import type { Refusal } from '@pex/switch'
import type { PexFault } from '../pex-messages.ts'

/** What a peer is punished for, from a closed list. */
export type Offence =
  /** It asks too often. */
  | 'too-often'
  /** It names addresses that nobody has asked it for. */
  | 'unsolicited'
  /** Its list is none: an address that is none, or too many. */
  | 'bad-list'

/** Why a peer is kept out of the book for a time. */
export type BanReason =
  | Offence
  /** It could not be reached, again and again. */
  | 'unreachable'
  /** It is what it is said to be, and of another chain or version. */
  | 'incompatible'

export type PexEvent =
  /** A peer was asked for addresses. */
  | { readonly kind: 'asked'; readonly id: string }
  /** It has named so many, of which so many are news. */
  | { readonly kind: 'answered'; readonly id: string; readonly count: number; readonly added: number }
  /** It has not answered in time. */
  | { readonly kind: 'expired'; readonly id: string }
  /** It has asked, and was shown so many. */
  | { readonly kind: 'served'; readonly id: string; readonly count: number }
  /** It was reached, by a dial of this reactor. */
  | { readonly kind: 'reached'; readonly address: NetAddress }
  /** It was not. */
  | { readonly kind: 'missed'; readonly address: NetAddress; readonly refusal: Refusal }
  /** Its message was not understood; it was disconnected, or the message dropped. */
  | { readonly kind: 'misunderstood'; readonly id: string; readonly fault: PexFault }
  /** It is kept out for a time. */
  | { readonly kind: 'banned'; readonly id: string; readonly reason: BanReason }
  /** An offender called again while it was banned, and was turned away. */
  | { readonly kind: 'turned-away'; readonly id: string }
  /** So many are back in the book, since their bans are over. */
  | { readonly kind: 'reinstated'; readonly count: number }
  /** None of the seeds could be reached. */
  | { readonly kind: 'no-seed' }
  /** It was hung up on without blame: a feeler, or by a seed that has visited, answered or held it. */
  | { readonly kind: 'let-go'; readonly id: string }
  /** What must not happen: a call on the switch has failed. */
  | { readonly kind: 'failed'; readonly cause: unknown }

export interface PexStats {
  /** How often each kind of event has happened. */
  readonly events: Readonly<Record<PexEvent['kind'], number>>
  readonly bans: Readonly<Record<BanReason, number>>
  /** Addresses that came in answers, those of them that were news, and those that were shown to others. */
  readonly addresses: { readonly heard: number; readonly added: number; readonly shown: number }
  readonly book: { readonly fresh: number; readonly tried: number; readonly banned: number }
  /** Requests that wait for an answer. */
  readonly waiting: number
  /** Places that have failed and are waited with. */
  readonly waits: number
  /** Of a seed's crawl: peers visited within a day, and those that are to be visited in this round. */
  readonly crawl: { readonly visited: number; readonly queued: number }
}

/** Counts events, and passes them on. */
export class Tally {
  readonly #onEvent: (event: PexEvent) => void
  readonly #events: Record<PexEvent['kind'], number> = {
    asked: 0,
    answered: 0,
    expired: 0,
    served: 0,
    reached: 0,
    missed: 0,
    misunderstood: 0,
    banned: 0,
    'turned-away': 0,
    reinstated: 0,
    'no-seed': 0,
    'let-go': 0,
    failed: 0
  }
  readonly #bans: Record<BanReason, number> = {
    'too-often': 0,
    unsolicited: 0,
    'bad-list': 0,
    unreachable: 0,
    incompatible: 0
  }
  readonly #addresses = { heard: 0, added: 0, shown: 0 }

  constructor(onEvent: (event: PexEvent) => void) {
    this.#onEvent = onEvent
  }

  tell(event: PexEvent): void {
    this.#events[event.kind]++
    if (event.kind === 'banned') this.#bans[event.reason]++
    if (event.kind === 'served') this.#addresses.shown += event.count
    if (event.kind === 'answered') {
      this.#addresses.heard += event.count
      this.#addresses.added += event.added
    }
    this.#onEvent(event)
  }

  stats(): Pick<PexStats, 'events' | 'bans' | 'addresses'> {
    return { events: { ...this.#events }, bans: { ...this.#bans }, addresses: { ...this.#addresses } }
  }
}
