/**
 * The host's long memory: everybody it has met goes into an address book, and when nobody of the view answers, the book is
 * one more source of first contact. The view follows the network; the book remembers who was good for weeks.
 */
import { AddressBook, peerAddresses, rules, storedBook } from '@pex/address-book'
import type { PeerAddress, StoredBook } from '@pex/address-book'
import type { Clock, Contact, Discovery, Found, PeerRecord, Rng, Store } from '@pex/core'

export interface PeerBookParts {
  readonly store: Store
  /** Which network: each has a book of its own. */
  readonly network: string
  /** This host's id: it is not in its own book. */
  readonly self: string
  readonly clock: Clock
  /** Chance that nobody can foresee: the key of the book is made of it. */
  readonly rng: Rng
  readonly log: (message: string, error?: unknown) => void
}

/** Time between two savings, ms. */
const SAVE_MS = 600_000
/** The first saving comes sooner: a host that dies young remembers its first peers. */
const FIRST_SAVE_MS = 30_000

/** The store's namespaces for books: apart from those of views, whose names have no such character. */
const BOOK = '\u0000book/'

/** A book in a store. */
export function peerBook(parts: PeerBookParts): PeerBook {
  return new PeerBook(parts)
}

export class PeerBook implements Discovery {
  readonly #parts: PeerBookParts
  readonly #stored: StoredBook<PeerAddress>
  #book: AddressBook<PeerAddress> | undefined
  #cancel: (() => void) | undefined
  #lastGood = 0
  #saving: Promise<void> = Promise.resolve()

  constructor(parts: PeerBookParts) {
    this.#parts = parts
    this.#stored = storedBook(parts.store, BOOK + parts.network, peerAddresses())
  }

  /** Peers in it, and how many of them were reached. */
  get counts(): { readonly tried: number; readonly fresh: number; readonly banned: number } {
    return this.#book?.counts ?? { tried: 0, fresh: 0, banned: 0 }
  }

  /** Opens the store, and reads the book. A book that cannot be read is no reason not to start. */
  async open(): Promise<void> {
    const { rng, log, store } = this.#parts
    await store.open()
    const read = await this.#stored.load().catch((error: unknown) => {
      log('the address book cannot be read, and begins anew', error)
      return undefined
    })
    this.#book = new AddressBook({ kind: peerAddresses(), rules: rules.pex, rng, snapshot: read?.snapshot })
    this.#schedule(FIRST_SAVE_MS)
  }

  /** Writes what is unwritten. */
  async close(): Promise<void> {
    this.#cancel?.()
    const saved = this.save()
    // At once: a saving under way that ends meanwhile must not set the timer again.
    this.#book = undefined
    await saved
  }

  save(): Promise<void> {
    const book = this.#book
    if (book !== undefined)
      this.#saving = this.#saving
        .then(() => this.#stored.save(book.snapshot()))
        .catch((error: unknown) => this.#parts.log('the address book cannot be written', error))
    return this.#saving
  }

  /** Somebody's own signed record has come: only it can say where it is, so it is its own source. */
  met({ id, addresses }: PeerRecord): void {
    const [book, now] = [this.#book, this.#parts.clock.now()]
    if (book === undefined || id === this.#parts.self || addresses.length === 0) return
    const address = { id, addresses }
    if (book.add(address, address, now) === 'known') book.moved(address, now)
  }

  /** Where somebody was last known to be. */
  find(id: string): Contact | undefined {
    return this.#book?.get(id)?.address
  }

  /** It has answered. */
  good(id: string): void {
    this.#lastGood = this.#parts.clock.now()
    this.#book?.good(id, this.#lastGood)
  }

  /** It has not. That counts once for each time that somebody has: where nobody answers, it is this host that is cut off. */
  failed(id: string): void {
    const known = this.#book?.get(id)
    if (known !== undefined && known.lastAttempt < this.#lastGood)
      this.#book?.attempt(id, this.#parts.clock.now())
  }

  async *findPeers(_namespace: string, { signal }: { signal: AbortSignal }): AsyncIterable<Found> {
    for (const contact of this.#boot()) {
      if (signal.aborted) return
      yield contact
    }
  }

  #boot(): readonly Contact[] {
    return this.#book?.boot(this.#parts.clock.now()) ?? []
  }

  #schedule(ms: number): void {
    this.#cancel = this.#parts.clock.after(ms, () => {
      void this.save().then(() => {
        if (this.#book !== undefined) this.#schedule(SAVE_MS)
      })
    })
  }
}
