/**
 * What the suite of stores shares: the place where a store keeps things, a test told as a sequence of openings, and the
 * shorthand of its claims.
 */
import type { Store, StoreDiff } from '@pex/core'
import type { Runner } from './runner.ts'

/** Somewhere that keeps what a store saves: a directory, a database, or the store object itself. */
export interface StorePlace {
  /** A store on this place, not yet opened. Called again only after the store before it has been closed. */
  store(): Store
  /** Spoils what is kept for the key, as a bad disk would; called while no store is open. Left out where nothing can rot. */
  damage?(namespace: string, key: string): Promise<void>
  /** How many entries a namespace holds here, most. */
  readonly maxEntries: number
  /** Gives back what the place took; every store has been closed. */
  teardown(): Promise<void>
}

/** Makes a fresh, empty place. Called once per test. */
export type StoreSetup = () => Promise<StorePlace>

/** One opening of a store: it is open when this begins, and closed after it. */
export type Use = (store: Store, place: StorePlace) => Promise<void>

/** Declares some tests; `using` turns uses, one after another on one fresh place, into a test's body. */
export type Suite = (runner: Runner, using: (...uses: Use[]) => () => Promise<void>) => void

export const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
export const put = (entries: Iterable<[string, Uint8Array]>): StoreDiff => ({
  put: new Map(entries),
  remove: new Set()
})
export const remove = (...keys: string[]): StoreDiff => ({ put: new Map(), remove: new Set(keys) })
export const sorted = (entries: ReadonlyMap<string, Uint8Array>): [string, number[]][] =>
  [...entries]
    .map(([key, value]): [string, number[]] => [key, [...value]])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
