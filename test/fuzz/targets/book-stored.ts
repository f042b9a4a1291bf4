/** A book in a store, any part of which may be anything. */
import { AddressBook, peerAddresses, rules, storedBook } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import { NOW } from '../kit/book-file.ts'
import { must, mustEqual, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { jsonWords } from '../kit/words.ts'

export const target: Target = async () => {
  const kind = peerAddresses()
  const book = new AddressBook({ kind, rules: rules.pex, rng: seeded(1) })
  for (let n = 1; n <= 6; n++) {
    const address = { id: `peer-${n}`, addresses: [`/ip4/2${n}.1.1.1/tcp/1`] }
    book.add(address, address, NOW)
    if (n % 2 === 0) book.good(address.id, NOW)
  }
  book.ban('peer-1', 1_000, NOW)
  const saved = new Map<string, Uint8Array>()
  const nothing = async (): Promise<void> => {}
  const over = (entries: ReadonlyMap<string, Uint8Array>) => ({
    open: nothing,
    close: nothing,
    load: async () => ({ entries, damaged: 0 }),
    save: async (_: string, { put }: { put: ReadonlyMap<string, Uint8Array> }) => {
      for (const [key, value] of put) saved.set(key, value)
    }
  })
  await storedBook(over(new Map()), 'book', kind).save(book.snapshot())
  const keys = [...saved.keys()]
  return {
    seeds: [...saved.values()],
    words: [
      ...jsonWords,
      '"/ip4/1.2.3.4/tcp/1"',
      '"/ip4/169.254.169.254/tcp/80"',
      '"peer-2"',
      `"${'a'.repeat(129)}"`
    ],
    async check(input) {
      // The input stands in one entry's place; which one, its length says.
      const entries = new Map<string, Uint8Array>(saved).set(keys[input.length % keys.length]!, input)
      const read = await storedBook(over(entries), 'book', kind).load()
      must(read !== undefined, 'there is no book')
      const restored = new AddressBook({ kind, rules: rules.pex, rng: seeded(1), snapshot: read.snapshot })
      mustEqual(restored.problems(), [], 'the book is not consistent')
      restored.boot(NOW)
      for (const id of restored.snapshot().addresses.map(({ address }) => address.id)) restored.good(id, NOW)
      mustEqual(restored.problems(), [], 'the book is not consistent later')
      must(restored.size <= 1_024, 'there are more than the input can hold')
      utf8.encode(JSON.stringify(restored.snapshot()))
      return read.problemCount > 0 ? 'problems' : 'sound'
    }
  }
}
