/**
 * Which of two entries of one id wins: the one that has proved good; of two such, or none, the one that answered last; then the
 * one that was tried or seen last; then the one with fewer failures; then the one that came first.
 */
import type { KnownAddress } from '@pex/address-book'
import type { Address, Left, ReadBook, ReadEntry } from './types.ts'

/** Whether the second one wins. */
export function isBetter(one: KnownAddress<Address>, other: KnownAddress<Address>): boolean {
  const [a, b] = [worthOf(one), worthOf(other)]
  const i = a.findIndex((value, at) => value !== b[at])
  return i >= 0 && b[i]! > a[i]!
}

function worthOf(known: KnownAddress<Address>): readonly number[] {
  const { isTried, lastSuccess, lastAttempt, lastSeen, attempts } = known
  return [Number(isTried), lastSuccess, Math.max(lastAttempt, lastSeen), -attempts]
}

/**
 * Several books of one type as one: the key, and with it the placement, is that of the first; entries that come from the others
 * are placed anew. A ban holds as long as the longest one of that id.
 */
export function merged(books: readonly ReadBook[]): ReadBook {
  const [first] = books as readonly [ReadBook, ...ReadBook[]]
  const { kind } = first.type
  /** Bounded by the files. */
  const entries = new Map<string, { readonly book: ReadBook; readonly entry: ReadEntry }>()
  const left: Left[] = books.flatMap(book => book.left)
  for (const book of books) {
    for (const entry of book.entries) {
      const id = kind.idOf(entry.known.address)
      const before = entries.get(id)
      const wins = before === undefined || isBetter(before.entry.known, entry.known)
      const loser = wins ? before : { book, entry }
      if (loser !== undefined) left.push(leftOf(loser.entry, 'duplicate-id'))
      if (wins) entries.set(id, { book, entry })
    }
  }
  const bans = new Map<string, ReadBook['rest']['bans'][number]>()
  for (const ban of books.flatMap(book => book.rest.bans)) {
    if ((bans.get(ban.id)?.until ?? 0) < ban.until) bans.set(ban.id, ban)
  }
  return {
    ...first,
    entries: [...entries.values()].map(({ book, entry }) => (book === first ? entry : homeless(entry))),
    count: books.reduce((sum, book) => sum + book.count, 0),
    left,
    rest: { ...first.rest, bans: [...bans.values()] }
  }
}

/** The entry without buckets: those of another key mean nothing. */
export function homeless(entry: ReadEntry): ReadEntry {
  return { ...entry, known: { ...entry.known, buckets: [] } }
}

export function leftOf({ file, line, where }: ReadEntry, why: string): Left {
  return { file, line, where, why }
}
