/**
 * What a book's file format is: text to snapshot and back. Reading is total: what is unsound is left out and told.
 */
import type { BookSnapshot, Read } from './snapshot.ts'

export interface BookFormat<A> {
  readonly name: string
  /** Reads a file's text; nothing where it is no such file at all. */
  read(text: string): Read<A> | undefined
  write(snapshot: BookSnapshot<A>): string
}

/** The value of a JSON text, or nothing. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
