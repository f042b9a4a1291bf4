/**
 * The memory of one namespace on disk: loaded with tolerance, written behind in batches. What is to be written is the
 * difference between what the store holds and what the machine remembers at that moment, so that nothing queues up.
 */
import { isRejection, limits, PexError } from '@pex/core'
import type { Clock, Remembered, Store, Verifier } from '@pex/core'
import { decodeRemembered, encodeRemembered, sameEntry } from './remembered.ts'

/** After failures the store is tried again after 2, 4, 8 … times the usual wait, at most so much. */
const MAX_BACKOFF = 64

export interface PersistenceParts {
  readonly namespace: string
  readonly store: Store
  readonly verifier: Verifier
  readonly clock: Clock
  /** What shall survive. */
  readonly remember: () => readonly Remembered[]
  readonly damaged: (dropped: number, kept: number) => void
  readonly failed: (error: PexError) => void
}

export class Persistence {
  readonly #parts: PersistenceParts
  // What the store holds, as far as it has told us. Bounded by the store's own bound and what the machine remembers.
  #saved = new Map<string, Uint8Array | undefined>()
  #dirty = false
  #failures = 0
  #cancel: (() => void) | undefined
  #writing: Promise<void> | undefined

  constructor(parts: PersistenceParts) {
    this.#parts = parts
  }

  /** What an earlier run left, verified; what does not verify is dropped and counted. */
  async load(): Promise<readonly Remembered[]> {
    const { namespace, store, verifier } = this.#parts
    const loaded = await store.load(namespace)
    const remembered: Remembered[] = []
    for (const [key, value] of loaded.entries) {
      this.#saved.set(key, undefined)
      const stored = decodeRemembered(value)
      const record = stored && (await verifier.verify(stored.envelope))
      if (record === undefined || isRejection(record) || record.id !== key) continue
      const entry = { record, hop: stored!.hop, age: stored!.age, place: stored!.place }
      this.#saved.set(key, value)
      remembered.push(entry)
    }
    const dropped = loaded.damaged + loaded.entries.size - remembered.length
    if (dropped > 0) {
      this.#parts.damaged(dropped, remembered.length)
      this.touch()
    }
    return remembered
  }

  /** Something has changed: it will be written within `limits.writeBehindMs`, the first news at once. */
  touch(): void {
    this.#dirty = true
    if (this.#cancel !== undefined || this.#writing !== undefined) return
    const first = this.#saved.size === 0 && this.#failures === 0
    const wait = first ? 0 : limits.writeBehindMs * Math.min(2 ** this.#failures, MAX_BACKOFF)
    this.#cancel = this.#parts.clock.after(wait, () => {
      this.#cancel = undefined
      this.flush().catch(() => {})
    })
  }

  /**
   * Writes now whatever differs, touched or not: some changes are told of only when the exchange is complete that made them.
   * Fails with `PEX_STORE_…`; what was not written stays to be written.
   */
  async flush(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    while (this.#writing !== undefined) await this.#writing.catch(() => {})
    this.#dirty = false
    this.#writing = this.#write()
    try {
      await this.#writing
      this.#failures = 0
    } catch (cause) {
      this.#failures++
      this.#dirty = true
      const error = storeError(cause)
      this.#parts.failed(error)
      throw error
    } finally {
      this.#writing = undefined
      if (this.#dirty) this.touch()
    }
  }

  /** Writes everything a last time, ages included, and arms no timer any more. */
  async close(): Promise<void> {
    this.#dirty = true
    this.#saved = new Map([...this.#saved.keys()].map(key => [key, undefined]))
    await this.flush().catch(() => {})
    this.#cancel?.()
    this.#cancel = undefined
  }

  async #write(): Promise<void> {
    const { store, namespace, remember } = this.#parts
    const put = new Map<string, Uint8Array>()
    const remove = new Set(this.#saved.keys())
    for (const entry of remember()) {
      const { id } = entry.record
      remove.delete(id)
      const value = encodeRemembered(entry)
      const saved = this.#saved.get(id)
      // Growing older is not worth a write; a change of place or record is.
      if (saved === undefined || !sameEntry(saved, value)) put.set(id, value)
    }
    if (put.size + remove.size === 0) return
    try {
      await store.save(namespace, { put, remove })
    } catch (error) {
      // Some of it may have been written all the same: nobody knows what the store holds under these keys.
      for (const id of [...put.keys(), ...remove]) this.#saved.set(id, undefined)
      throw error
    }
    for (const [id, value] of put) this.#saved.set(id, value)
    for (const id of remove) this.#saved.delete(id)
  }
}

/** What a store threw, as the error that applications know. */
export function storeError(cause: unknown): PexError {
  return cause instanceof PexError ? cause : new PexError('PEX_STORE_FAILED', 'the store failed', { cause })
}
