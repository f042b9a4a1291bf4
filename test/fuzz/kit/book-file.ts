/** What the formats of book files are held to: any text is read or is no such file, and what was read is a book. */
import { AddressBook } from '@pex/address-book'
import type { AddressKind, BookFormat, BookRules } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import { must, mustEqual, textOf } from './oracle.ts'
import type { Fuzzed } from './target.ts'
import { jsonWords } from './words.ts'

interface Init<A> {
  readonly format: BookFormat<A>
  readonly kind: AddressKind<A>
  readonly rules: BookRules
  readonly seeds: readonly Uint8Array[]
  readonly words: readonly string[]
}

/** Some time in 2026. */
export const NOW = 1_770_000_000_000

/** A format as a target. */
export function fuzzBook<A>({ format, kind, rules, seeds, words }: Init<A>): Fuzzed {
  return {
    seeds,
    words: [...jsonWords, ...words],
    maxBytes: 6_000,
    check(input) {
      const read = format.read(textOf(input))
      if (read === undefined) return 'none'
      must(
        read.problems.length <= 100 && read.problemCount >= read.problems.length,
        'problems are not counted'
      )
      const { snapshot } = read
      const book = new AddressBook({ kind, rules, rng: seeded(1), snapshot })
      const { kept, moved, dropped } = book.restored
      must(kept + moved + dropped === snapshot.addresses.length, 'an entry is lost uncounted')
      mustEqual(book.problems(), [], 'the book is not consistent')
      book.boot(NOW)
      book.select(NOW)
      book.reinstate(NOW)
      for (const { address } of snapshot.addresses.slice(0, 4)) book.good(kind.idOf(address), NOW)
      mustEqual(book.problems(), [], 'the book is not consistent later')
      const written = format.write(book.snapshot())
      const again = format.read(written)
      must(again !== undefined, 'what was written cannot be read')
      mustEqual(again.problems, [], 'what was written has problems')
      mustEqual(format.write(again.snapshot), written, 'written, read and written')
      return read.problemCount > 0 ? 'problems' : snapshot.addresses.length > 0 ? 'addresses' : 'empty'
    }
  }
}
