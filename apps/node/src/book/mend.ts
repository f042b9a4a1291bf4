/**
 * Makes a sound book of what a file held: what is in a wrong bucket, or in one that is too full, is placed anew by the book's
 * own engine; what cannot be kept is named.
 */
import { AddressBook } from '@pex/address-book'
import type { BookSnapshot } from '@pex/address-book'
import { systemRng } from '../system.ts'
import type { WarningProblem } from './finding.ts'
import { homeless, leftOf } from './merge.ts'
import type { Address, Left, ReadBook } from './types.ts'

export interface Mended {
  readonly snapshot: BookSnapshot<Address>
  /** Entries in the result. */
  readonly kept: number
  /** Of those, how many are in another bucket than before. */
  readonly moved: number
  /** Entries that are not in the result; with those that are, they are all. */
  readonly left: readonly Left[]
}

/** The book as it was read, without the entries of which one of the `drop` is said, and nobody in a bucket that is not right. */
export function weeded(book: ReadBook, drop: ReadonlySet<WarningProblem>): ReadBook {
  /** Bounded by the file. */
  const said = new Map<string, string[]>()
  for (const { where, problem } of book.findings) said.set(where, [...(said.get(where) ?? []), problem])
  // With a new key nobody is where it would look.
  const isKeyLost = book.findings.some(({ problem }) => problem === 'bad-key')
  const left = [...book.left]
  const entries = book.entries.flatMap(entry => {
    const problems = said.get(entry.where) ?? []
    const why = problems.find(problem => drop.has(problem as WarningProblem))
    if (why !== undefined) {
      left.push(leftOf(entry, why))
      return []
    }
    const isMisplaced = problems.includes('wrong-bucket') || problems.includes('bad-bucket')
    return isKeyLost || isMisplaced ? homeless(entry) : entry
  })
  return { ...book, entries, left }
}

/** The book with everybody in a bucket that has room. */
export function placed(book: ReadBook): Mended {
  const { kind, rules } = book.type
  const addresses = book.entries.map(({ known }) => known)
  const snapshot = { key: book.key, addresses, ...book.rest }
  const engine = new AddressBook({ kind, rules, rng: systemRng, snapshot })
  const banned = new Set(book.rest.bans.map(({ id }) => id))
  const lost = book.entries.filter(({ known }) => engine.get(kind.idOf(known.address)) === undefined)
  const left = lost.map(entry =>
    leftOf(entry, banned.has(kind.idOf(entry.known.address)) ? 'banned' : 'no-room')
  )
  const anchors = book.rest.anchors.filter(id => engine.get(id) !== undefined)
  return {
    snapshot: { ...engine.snapshot(), anchors },
    kept: engine.size,
    moved: engine.restored.moved,
    left: [...book.left, ...left]
  }
}
