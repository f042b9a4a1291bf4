/**
 * A book in a file, for Node: `addrbook.json`, `peers.json`, or any other format.
 *
 * @packageDocumentation
 */
export { bookFile, replaceFile } from './book-file.ts'
export type { BookFile, BookFileInit, LoadedBook } from './book-file.ts'
