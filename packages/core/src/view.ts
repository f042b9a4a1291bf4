/**
 * What a node's view holds at one moment, to look at. The view itself is packed (sampling/views.ts) and changes; this does
 * not.
 */
import type { Entry } from './descriptor.ts'

export class View {
  /** The bound c on its size. */
  readonly max: number
  /** The entries, in no order that means anything. */
  readonly entries: readonly Entry[]
  readonly #byId: ReadonlyMap<string, Entry>

  constructor(max: number, entries: readonly Entry[]) {
    this.max = max
    this.entries = entries
    this.#byId = new Map(entries.map(entry => [entry.record.id, entry]))
  }

  get size(): number {
    return this.entries.length
  }

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  get(id: string): Entry | undefined {
    return this.#byId.get(id)
  }
}
