/**
 * One round of one node: whom to try, one after the other, until one exchange works. First partners that we hold, then,
 * if none of them answers, contacts from discovery.
 */
import { limits } from './limits.ts'
import type { Contact } from './ports.ts'
import type { PeerRecord } from './record.ts'

/** Somebody to try: a peer that we hold, or a contact that we only know of. */
export interface Candidate {
  readonly contact: Contact
  readonly record: PeerRecord | undefined
}

/** What a round needs next: an exchange, news from discovery (`asking` once it has been asked), or nothing any more. */
export type Next = Candidate | 'ask' | 'asking' | 'over'

export class Round {
  readonly #self: string
  // Bounded by limits.triesPerRound.
  readonly #partners: PeerRecord[]
  // Bounded by the room; chosen by discovery or by the application.
  readonly #contacts: Contact[] = []
  #room: number
  #discovery: 'unasked' | 'asking' | 'ended' = 'unasked'
  // Bounded by the number of tries in a round.
  readonly #tried = new Set<string>()

  /** `room`: how many contacts it may try, by default as many as discovery may bring. */
  constructor(self: string, partners: readonly PeerRecord[], room: number = limits.contactsPerRound) {
    this.#self = self
    this.#room = room
    this.#partners = [...partners]
  }

  /** What to do next. Each candidate is named once. */
  next(): Next {
    const record = this.#partners.shift()
    if (record !== undefined) {
      const { id, addresses } = record
      this.#tried.add(id)
      return { contact: { id, addresses }, record }
    }
    const contact = this.#contacts.shift()
    if (contact !== undefined) return { contact, record: undefined }
    if (this.#room === 0 || this.#discovery === 'ended') return 'over'
    if (this.#discovery === 'asking') return 'asking'
    this.#discovery = 'asking'
    return 'ask'
  }

  /** Discovery has found somebody. */
  found(contact: Contact): void {
    if (this.#room === 0 || contact.id === this.#self) return
    const key = contact.id ?? contact.addresses.join(' ')
    if (this.#tried.has(key)) return
    this.#tried.add(key)
    this.#contacts.push(contact)
    this.#room--
  }

  /** Discovery has nobody more to offer, or is not to be asked. */
  endDiscovery(): void {
    this.#discovery = 'ended'
  }
}
