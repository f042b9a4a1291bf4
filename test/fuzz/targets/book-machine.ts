/** The address book against any history, consistent after every step. */
import { AddressBook, netAddresses, rules } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import { NOW } from '../kit/book-file.ts'
import { must, mustEqual } from '../kit/oracle.ts'
import { randomBytes } from '../kit/inputs.ts'
import { Tape } from '../kit/tape.ts'
import type { Target } from '../kit/target.ts'

const tiny = {
  newBuckets: 4,
  newBucketSize: 3,
  newBucketsPerGroup: 2,
  triedBuckets: 3,
  triedBucketSize: 2,
  triedBucketsPerGroup: 2,
  maxBans: 8,
  keyBytes: 12
}
const kinds = [rules.cometbft, rules.libonomy, rules.pex].map(rule => ({ ...rule, ...tiny }))
const node = (n: number, at = n): NetAddress => ({
  id: n.toString(16).padStart(40, '0'),
  ip: `2${at % 10}.${at}.1.1`,
  port: 26_656
})
const own = node(0)

function step(tape: Tape, book: AddressBook<NetAddress>, now: number): void {
  const [n, m] = [tape.below(40), tape.below(40)]
  const { id } = node(n)
  switch (tape.below(10)) {
    case 0:
    case 1:
    case 2: {
      const before = book.size
      const added = book.add(node(n, tape.below(4) === 0 ? m : n), node(m), now)
      if (n === 0) must(added === 'own', `our own address was ${added}`)
      if (added !== 'added' && added !== 'again')
        must(book.size === before, 'a refused one has changed the book')
      return
    }
    case 3:
      return book.good(id, now, { isAnchor: tape.flag() })
    case 4:
      return book.attempt(id, now)
    case 5:
      book.ban(id, tape.below(48) * 3_600_000, now)
      must(book.get(id) === undefined, 'a banned one is in the book')
      return
    case 6:
      book.reinstate(now)
      return
    case 7:
      book.moved({ ...node(n), ip: node(m).ip }, now)
      return
    case 8:
      return tape.flag() ? book.remove(id) : book.expect(node(m), tape.byte(), now)
    default: {
      const shown = [
        ...book.select(now),
        ...book.boot(now),
        ...[book.pick(now, tape.below(101)), book.feeler(now)].filter(one => one !== undefined)
      ]
      must(
        shown.every(one => book.get(one.id) !== undefined),
        'somebody is named who is not in the book'
      )
    }
  }
}

export const target: Target = () => ({
  seeds: [Uint8Array.from({ length: 120 }, (_, i) => (i * 41) % 256)],
  make: rng => randomBytes(rng, 30 + (rng() % 400)),
  maxBytes: 600,
  check(input) {
    const tape = new Tape(input)
    const rule = tape.pick(kinds)
    const rng = seeded(tape.byte())
    let book = new AddressBook({ kind: netAddresses(), rules: rule, rng, own: [own] })
    // Clocks may be set back.
    for (let now = NOW; !tape.isOver; now += (tape.below(16) - 1) * 3_000_000) {
      step(tape, book, now)
      mustEqual(book.problems(), [], 'the book is not consistent')
      const { tried, fresh, banned } = book.counts
      must(
        tried + fresh === book.size && banned <= 8,
        `${tried} and ${fresh} are not ${book.size}, or ${banned} banned`
      )
      must(tried <= 6 && fresh <= 12, `${tried} tried, ${fresh} new`)
      if (tape.below(32) > 0) continue
      const snapshot = book.snapshot()
      book = new AddressBook({ kind: netAddresses(), rules: rule, rng, own: [own], snapshot })
      mustEqual(book.restored, { kept: snapshot.addresses.length, moved: 0, dropped: 0 }, 'after a restart')
    }
    return book.counts.tried > 0 ? 'tried' : book.size > 0 ? 'new' : 'empty'
  }
})
