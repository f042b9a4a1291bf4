/**
 * A map that never holds more than `max` keys: a new key over the bound pushes out the one written longest ago.
 * The only growing container that a long-lived object of the core may hold.
 */
export class BoundedMap<K, V> {
  readonly max: number
  readonly #map = new Map<K, V>()

  constructor(max: number) {
    this.max = max
  }

  get size(): number {
    return this.#map.size
  }

  get(key: K): V | undefined {
    return this.#map.get(key)
  }

  set(key: K, value: V): void {
    this.#map.delete(key)
    if (this.#map.size >= this.max) this.#map.delete(this.#map.keys().next().value as K)
    this.#map.set(key, value)
  }

  delete(key: K): boolean {
    return this.#map.delete(key)
  }

  clear(): void {
    this.#map.clear()
  }

  /** What it holds, the key written longest ago first. */
  entries(): IterableIterator<[K, V]> {
    return this.#map.entries()
  }

  values(): IterableIterator<V> {
    return this.#map.values()
  }
}
