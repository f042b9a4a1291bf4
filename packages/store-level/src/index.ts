/**
 * A store that survives: `@pex/core`'s `Store` port on LevelDB in Node and on IndexedDB in browsers, with checksums of its
 * own and a way back from every damage.
 *
 * @packageDocumentation
 */
export type { Recovery } from './recovery.ts'
export { levelStore } from './store.ts'
export type { LevelStoreInit } from './store.ts'
