/**
 * A store in memory: `@pex/core`'s `Store` port for tests, for hosts without a disk, and for a second browser tab. What it
 * holds ends with the process.
 *
 * @packageDocumentation
 */
export { memoryStore } from './store.ts'
export type { MemoryStoreInit } from './store.ts'
