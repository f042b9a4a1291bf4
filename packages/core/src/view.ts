/**
 * The view: a small set of entries, unique by id, never above its bound, never holding its owner. A value: whatever
 * changes a view makes a new one, and no view that breaks one of the three laws can be made.
 */
import { assert } from './assert.ts'
import type { Entry } from './descriptor.ts'

export class View {
  /** The peer whose view it is. */
  readonly owner: string
  /** The bound c on its size. */
  readonly max: number
  /** The entries; their order means nothing outside the policy that made it. */
  readonly entries: readonly Entry[]
  readonly #byId: ReadonlyMap<string, Entry>

  private constructor(owner: string, max: number, entries: readonly Entry[]) {
    const byId = new Map<string, Entry>()
    for (const entry of entries) byId.set(entry.record.id, entry)
    assert(entries.length <= max, 'a view never grows above its bound')
    assert(byId.size === entries.length, 'a view holds each id once')
    assert(!byId.has(owner), 'a view never holds its owner')
    this.owner = owner
    this.max = max
    this.entries = entries
    this.#byId = byId
  }

  static empty(owner: string, max: number): View {
    return new View(owner, max, [])
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

  /** The view of the same owner and bound that holds these entries. */
  of(entries: readonly Entry[]): View {
    return new View(this.owner, this.max, entries)
  }

  /** The view without some peers. */
  without(ids: ReadonlySet<string>): View {
    return this.of(this.entries.filter(entry => !ids.has(entry.record.id)))
  }
}
