import { PexError } from '@pex/core'
import type { Loaded, Store, StoreDiff } from '@pex/core'

export interface MapStore extends Store {
  /** What it holds, by namespace and key; a value of `undefined` is one that has rotted. */
  readonly held: Map<string, Map<string, Uint8Array | undefined>>
}

/** The least that passes the contract of a store, for tests that break it. */
export function mapStore(maxEntries: number = 50): MapStore {
  const held: MapStore['held'] = new Map()
  let isOpen = false
  const mustBeOpen = (): void => {
    if (!isOpen) throw new PexError('PEX_STORE_CLOSED', 'not open')
  }
  return {
    held,
    async open(): Promise<void> {
      isOpen = true
    },
    async load(namespace: string): Promise<Loaded> {
      mustBeOpen()
      const space = held.get(namespace) ?? new Map<string, Uint8Array | undefined>()
      const entries = new Map<string, Uint8Array>()
      let damaged = 0
      for (const [key, value] of space) {
        if (value !== undefined) entries.set(key, new Uint8Array(value))
        else if (space.delete(key)) damaged++
      }
      return { entries, damaged }
    },
    async save(namespace: string, { put, remove }: StoreDiff): Promise<void> {
      mustBeOpen()
      const space = held.get(namespace) ?? new Map<string, Uint8Array | undefined>()
      held.set(namespace, space)
      for (const key of remove) space.delete(key)
      for (const [key, value] of put) {
        space.delete(key)
        space.set(key, new Uint8Array(value))
      }
      for (const key of space.keys()) if (space.size > maxEntries) space.delete(key)
    },
    async close(): Promise<void> {
      isOpen = false
    }
  }
}
