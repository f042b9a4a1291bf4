/**
 * The `Store` port on lru-cache: everything that it holds is bounded. Contract: `@pex/testkit/store`.
 */
import { PexError, limits } from '@pex/core'
import type { Loaded, Store, StoreDiff } from '@pex/core'
import { LRUCache } from 'lru-cache'

export interface MemoryStoreInit {
  /**
   * Entries that one namespace holds, most. A save that would go over it pushes out those written longest ago.
   *
   * @default 2048: twice `limits.maxKnown`, so that all a host may know of a namespace fits.
   */
  maxEntries?: number
  /**
   * Namespaces, most. A save to a further one pushes out the one saved to longest ago.
   *
   * @default 128: twice `limits.maxNamespaces`, so that namespaces just left are still there when joined again.
   */
  maxNamespaces?: number
}

type Entries = LRUCache<string, Uint8Array>

class MemoryStore implements Store {
  // Bounded by maxNamespaces, each by maxEntries; this host alone chooses namespaces and keys.
  readonly #namespaces: LRUCache<string, Entries>
  readonly #maxEntries: number
  #isOpen = false

  constructor(maxEntries: number, maxNamespaces: number) {
    this.#maxEntries = maxEntries
    this.#namespaces = bounded(maxNamespaces)
  }

  async open(): Promise<void> {
    this.#isOpen = true
  }

  async load(namespace: string): Promise<Loaded> {
    this.#mustBeOpen()
    // lru-cache tells from the most recent to the oldest; the port's order is that of writing.
    const held = [...(this.#namespaces.peek(namespace)?.entries() ?? [])].toReversed()
    return { entries: new Map(held.map(([key, value]) => [key, copy(value)])), damaged: 0 }
  }

  async save(namespace: string, diff: StoreDiff): Promise<void> {
    this.#mustBeOpen()
    let entries = this.#namespaces.get(namespace)
    if (entries === undefined) {
      entries = bounded(this.#maxEntries)
      this.#namespaces.set(namespace, entries)
    }
    for (const key of diff.remove) entries.delete(key)
    for (const [key, value] of diff.put) entries.set(key, copy(value))
  }

  async close(): Promise<void> {
    this.#isOpen = false
  }

  #mustBeOpen(): void {
    if (!this.#isOpen) throw new PexError('PEX_STORE_CLOSED', 'the store is not open')
  }
}

/** Bounded by size rather than by `max`, for which lru-cache would set aside the room for a full cache at once. */
function bounded<V extends object>(most: number): LRUCache<string, V> {
  return new LRUCache<string, V>({ maxSize: most, sizeCalculation: () => 1 })
}

/** Not `slice`: on Node's Buffer it would share the memory. */
function copy(value: Uint8Array): Uint8Array {
  return new Uint8Array(value)
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new PexError('PEX_INVALID_PARAMETER', `${name} is ${value}: it must be a whole number above 0`)
}

/**
 * Makes a store in memory. Closed and opened again, the same store still holds what it held: a host that stops and starts
 * within one process finds its peers again.
 *
 * Fails with `PEX_INVALID_PARAMETER` when a bound is not a whole number above 0.
 */
export function memoryStore(init: MemoryStoreInit = {}): Store {
  return new MemoryStore(
    positive('maxEntries', init.maxEntries ?? 2 * limits.maxKnown),
    positive('maxNamespaces', init.maxNamespaces ?? 2 * limits.maxNamespaces)
  )
}
