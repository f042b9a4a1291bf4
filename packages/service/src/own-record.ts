/**
 * This host's own record: signed anew with a higher seq whenever its addresses change, and remembered, so that the seq
 * never falls back, not even after a restart.
 */
import { isRejection } from '@pex/core'
import type { Clock, PeerRecord, Signer, Store, Verifier } from '@pex/core'

/** The store's place for what belongs to the host itself: no namespace has an empty name. */
const HOST = ''
const OWN_RECORD = 'own-record'

export interface OwnRecordParts {
  readonly signer: Signer
  readonly verifier: Verifier
  readonly store: Store | undefined
  readonly clock: Clock
  /** The store has failed; the record is good all the same. */
  readonly storeFailed: (cause: unknown) => void
}

export class OwnRecord {
  readonly #parts: OwnRecordParts
  #current: PeerRecord | undefined
  #announced: readonly string[] | undefined
  #work: Promise<unknown> = Promise.resolve()

  constructor(parts: OwnRecordParts) {
    this.#parts = parts
  }

  /** The record as it is now; there is one after the first `refresh`. */
  get current(): PeerRecord | undefined {
    return this.#current
  }

  /** Resolves when no refresh is under way. */
  async settled(): Promise<void> {
    await this.#work
  }

  /** Signs a record for these addresses, unless the last one has the same. Resolves to the record where it is new. */
  refresh(addresses: readonly string[]): Promise<PeerRecord | undefined> {
    const work = this.#work.then(() => this.#refresh(addresses))
    this.#work = work.catch(() => {})
    return work
  }

  async #refresh(addresses: readonly string[]): Promise<PeerRecord | undefined> {
    const last = this.#current ?? (await this.#stored())
    const before = this.#current
    // A record holds only the first of many addresses: compare with what was asked for, where we know it.
    if (last === undefined || !sameSet(this.#announced ?? last.addresses, addresses)) {
      const { signer, clock } = this.#parts
      // The time, so that even a host that has lost its store goes on counting above what it signed before.
      const now = BigInt(Math.max(clock.now(), 0))
      const seq = last !== undefined && last.seq >= now ? last.seq + 1n : now
      this.#current = await signer.sign(addresses, seq)
      await this.#save(this.#current)
    } else this.#current = last
    this.#announced = addresses
    return this.#current === before ? undefined : this.#current
  }

  async #stored(): Promise<PeerRecord | undefined> {
    const { store, verifier, signer } = this.#parts
    try {
      const envelope = (await store?.load(HOST))?.entries.get(OWN_RECORD)
      const record = envelope && (await verifier.verify(envelope))
      return record === undefined || isRejection(record) || record.id !== signer.id ? undefined : record
    } catch (cause) {
      this.#parts.storeFailed(cause)
      return undefined
    }
  }

  async #save({ envelope }: PeerRecord): Promise<void> {
    try {
      await this.#parts.store?.save(HOST, { put: new Map([[OWN_RECORD, envelope]]), remove: new Set() })
    } catch (cause) {
      this.#parts.storeFailed(cause)
    }
  }
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const set = new Set(a)
  return new Set(b).size === set.size && b.every(address => set.has(address))
}
