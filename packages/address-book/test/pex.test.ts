import { describe, expect, it } from 'vitest'
import { peerAddresses, rules } from '@pex/address-book'
import { day, hour, host, minute, pexBook, start } from './world.ts'

/** One tried bucket of two, full of peers that were good long ago, and a third that is good now. */
function contest() {
  const book = pexBook({ rules: { triedBuckets: 1, triedBucketSize: 2, sourceEveryMs: 0 } })
  for (const n of [1, 2, 3]) book.add(host(n), host(9), start)
  book.good(host(1).id, start)
  book.good(host(2).id, start)
  const now = start + 5 * hour
  book.good(host(3).id, now)
  const incumbent = book.feeler(now)!.id
  return { book, now, incumbent, challenger: host(3).id }
}

describe('test before evict', () => {
  it('leaves the incumbent in its place until it was dialled', () => {
    const { book, now, incumbent, challenger } = contest()
    expect([host(1).id, host(2).id]).toContain(incumbent)
    expect(book.get(challenger)?.isTried).toBe(false)
    book.feeler(now + 3 * minute)
    expect(book.get(incumbent)?.isTried).toBe(true)
  })

  it('leaves it there for good when it answers', () => {
    const { book, now, incumbent, challenger } = contest()
    book.good(incumbent, now + 1_000, { isAnchor: false })
    for (let at = now; at < now + 3 * hour; at += 3 * minute) book.feeler(at)
    expect(book.get(incumbent)?.isTried).toBe(true)
    expect(book.get(challenger)?.isTried).toBe(false)
    expect(book.size).toBe(3)
  })

  it('gives its place away a minute after a failed test, and it is new again', () => {
    const { book, now, incumbent, challenger } = contest()
    book.attempt(incumbent, now + 1_000)
    book.feeler(now + 2 * minute + 1_000)
    expect(book.get(challenger)?.isTried).toBe(true)
    expect(book.get(incumbent)?.isTried).toBe(false)
    expect(book.size).toBe(3)
    expect(book.problems()).toEqual([])
  })

  it('decides after 40 minutes though nobody has tested', () => {
    const { book, now, incumbent, challenger } = contest()
    book.feeler(now + 39 * minute)
    expect(book.get(incumbent)?.isTried).toBe(true)
    book.feeler(now + 42 * minute)
    expect(book.get(challenger)?.isTried).toBe(true)
  })

  it('is over when either is gone', () => {
    const one = contest()
    one.book.remove(one.challenger)
    one.book.feeler(one.now + hour)
    expect(one.book.get(one.incumbent)?.isTried).toBe(true)
    const other = contest()
    other.book.remove(other.incumbent)
    other.book.feeler(other.now + hour)
    expect(other.book.get(other.challenger)?.isTried).toBe(true)
    expect(other.book.problems()).toEqual([])
  })

  it('never lets more than ten wait, whoever comes', () => {
    const book = pexBook({
      rules: { triedBuckets: 1, triedBucketSize: 40, sourceEveryMs: 0, newPerHost: 1_000 }
    })
    for (let n = 0; n < 200; n++) book.add(host(n), host(500), start)
    for (let n = 0; n < 40; n++) book.good(host(n).id, start)
    const later = start + 5 * hour
    for (let n = 40; n < 200; n++) book.good(host(n).id, later)
    // Nobody has tested: those who waited win.
    book.feeler(later + hour)
    const winners = book.snapshot().addresses.filter(one => one.isTried && one.lastSuccess === later)
    expect(winners.length).toBeGreaterThan(5)
    expect(winners.length).toBeLessThanOrEqual(10)
    expect(book.counts.tried).toBe(40)
    expect(book.size).toBe(200)
  })
})

describe('feelers', () => {
  it('go every two minutes to somebody new, and also after the clock was set back', () => {
    const book = pexBook()
    for (const n of [1, 2]) {
      book.expect(host(9), 10, start)
      book.add(host(n), host(9), start)
    }
    book.good(host(1).id, start)
    expect(book.feeler(start)).toEqual(host(2))
    expect(book.feeler(start + 2 * minute - 1)).toBeUndefined()
    expect(book.feeler(start + 2 * minute)).toEqual(host(2))
    expect(book.feeler(start - day)).toEqual(host(2))
  })
})

describe('anchors', () => {
  const book = pexBook({ rules: { sourceEveryMs: 0 } })
  for (let n = 0; n < 40; n++) book.add(host(n), host(100), start)
  // The last two good ones are of one group.
  book.add(host(41, 7), host(100), start)
  for (const n of [3, 5, 7, 41]) book.good(host(n).id, start)
  book.good(host(8).id, start, { isAnchor: false })

  it('are the last that were good, of two groups, and are dialled first after a restart', () => {
    expect(book.snapshot().anchors).toEqual([host(41).id, host(5).id])
    const again = pexBook({ snapshot: book.snapshot(), seed: 9, rules: { sourceEveryMs: 0 } })
    for (let i = 0; i < 20; i++) expect(again.boot(start).slice(0, 2)).toEqual([host(41, 7), host(5)])
  })

  it('are passed over when the book has lost them', () => {
    const again = pexBook({ snapshot: book.snapshot() })
    again.remove(host(41).id)
    expect(again.boot(start)[0]).toEqual(host(5))
  })
})

describe('the first dials', () => {
  it('are of eight groups where there are so many, and of all groups before any comes twice', () => {
    const book = pexBook({ rules: { sourceEveryMs: 0 } })
    for (let n = 0; n < 200; n++) book.add(host(n, n < 190 ? 1 : n), host(n, 300 + n), start)
    const { groupOf } = peerAddresses()
    for (let i = 0; i < 50; i++) expect(new Set(book.boot(start).map(groupOf)).size).toBe(8)
    for (let n = 192; n < 200; n++) book.remove(host(n).id)
    for (let i = 0; i < 50; i++) {
      const dials = book.boot(start)
      expect(dials).toHaveLength(8)
      expect(new Set(dials.map(({ id }) => id)).size).toBe(8)
      expect(new Set(dials.slice(0, 3).map(groupOf)).size).toBe(3)
    }
  })

  it('are by turns of the two tables', () => {
    const book = pexBook({ rules: { sourceEveryMs: 0 } })
    for (let n = 0; n < 100; n++) book.add(host(n), host(300), start)
    for (let n = 0; n < 10; n++) book.good(host(n).id, start, { isAnchor: false })
    const isTried = book.boot(start).map(({ id }) => book.get(id)!.isTried)
    expect(isTried).toEqual([true, false, true, false, true, false, true, false])
  })

  it('have the operator’s list in each third place, nobody twice, and nobody who is bad or banned', () => {
    const book = pexBook({ rules: { sourceEveryMs: 0 } })
    for (let n = 0; n < 20; n++) book.add(host(n), host(300), start)
    for (let i = 0; i < 3; i++) for (let n = 0; n < 10; n++) book.attempt(host(n).id, start)
    book.ban('peer-501', day, start)
    const bootstrap = [500, 501, 502].map(n => host(n))
    const dials = book.boot(start + hour, { bootstrap }).map(({ id }) => id)
    expect([dials[2], dials[5]]).toEqual(['peer-500', 'peer-502'])
    expect(new Set(dials).size).toBe(8)
    expect(dials.filter(id => Number(id.slice(5)) < 10)).toEqual([])
    expect(pexBook().boot(start, { bootstrap, dials: 2 })).toEqual(bootstrap.slice(0, 2))
  })
})

describe('what one source may tell', () => {
  it('is one address in ten seconds, a thousand at most, however many ids it has', () => {
    const book = pexBook()
    const told = (count: number, now: number, first: number): number =>
      Array.from({ length: count }, (_, i) => book.add(host(first + i), host(i % 50, 400), now)).filter(
        what => what === 'added'
      ).length
    expect(told(50, start, 0)).toBe(1)
    expect(told(50, start + 9_999, 100)).toBe(0)
    expect(told(50, start + 10_000, 200)).toBe(1)
    expect(told(1_100, start + 365 * day, 300)).toBe(1_000)
    expect(book.add(host(3_000), host(1, 401), start)).toBe('added')
  })

  it('is so much more when it was asked, and another group’s is its own', () => {
    const book = pexBook()
    book.expect(host(1, 400), 20, start)
    const results = Array.from({ length: 25 }, (_, i) => book.add(host(i), host(2, 400), start))
    expect(results.filter(what => what === 'added')).toHaveLength(21)
    expect(results.at(-1)).toBe('too-many')
  })

  it('does not grow when the clock is set back', () => {
    const book = pexBook()
    expect(book.add(host(1), host(9), start)).toBe('added')
    expect(book.add(host(2), host(9), start - day)).toBe('too-many')
  })
})

describe('our own hosts', () => {
  it('are at most eight new ones at one host, whatever their ids and ports', () => {
    const book = pexBook({ rules: { sourceEveryMs: 0 } })
    const victims = Array.from({ length: 30 }, (_, i) => ({
      id: `id-${i}`,
      addresses: [`/ip4/99.1.2.3/tcp/${i + 1}`]
    }))
    const results = victims.map((one, i) => book.add(one, host(i), start))
    expect(results.filter(what => what === 'added')).toHaveLength(rules.pex.newPerHost)
    expect(results.at(-1)).toBe('crowded-host')
    book.good('id-0', start)
    expect(book.add(victims[20]!, host(1), start)).toBe('added')
    expect(book.problems()).toEqual([])
  })

  it.each([
    ['the group of the first public address', ['/ip4/10.0.0.1/tcp/1', '/ip4/99.1.2.3/tcp/1'], 'ip4/99.1'],
    ['one group for all behind relays', ['/dns4/relay.example.com/tcp/1/p2p/x/p2p-circuit'], 'relay'],
    ['one group for all on some site', ['/ip4/192.168.0.1/tcp/1'], 'local']
  ])('have %s', (_, addresses, group) => {
    expect(peerAddresses().groupOf({ id: 'p', addresses })).toBe(group)
  })

  it.each([
    { id: '', addresses: ['/ip4/1.2.3.4/tcp/1'] },
    { id: 'with space', addresses: ['/ip4/1.2.3.4/tcp/1'] },
    { id: 'p'.repeat(129), addresses: ['/ip4/1.2.3.4/tcp/1'] },
    { id: 'p', addresses: [] },
    { id: 'p', addresses: ['/ip4/0.0.0.0/tcp/1'] },
    { id: 'p', addresses: ['/ip4/169.254.169.254/tcp/80'] },
    { id: 'p', addresses: ['1.2.3.4'] },
    { id: 'p', addresses: [`/dns4/${'a'.repeat(600)}/tcp/1`] },
    { id: 'p', addresses: Array.from({ length: 17 }, (_, i) => `/ip4/1.2.3.4/tcp/${i + 1}`) },
    'p',
    undefined
  ])('are refused: %o', one => {
    expect(pexBook().add(one as never, host(1), start)).toBe('malformed')
  })

  it('tell of places on their site only among themselves', () => {
    const near = { id: 'near', addresses: ['/ip4/192.168.0.1/tcp/1'] }
    expect(pexBook().add(near, host(1), start)).toBe('unroutable')
    expect(pexBook().add(near, { id: 'q', addresses: ['/ip4/192.168.0.2/tcp/1'] }, start)).toBe('added')
  })

  it('named __proto__ and constructor are peers like any other', () => {
    const book = pexBook({ rules: { sourceEveryMs: 0 } })
    for (const [i, id] of ['__proto__', 'constructor', 'toString'].entries()) {
      expect(book.add({ ...host(i), id }, host(9), start)).toBe('added')
      book.ban(id, hour, start)
      expect(book.isBanned(id, start)).toBe(true)
    }
    expect(book.reinstate(start + hour)).toBe(3)
    expect(({} as { addresses?: unknown }).addresses).toBeUndefined()
  })

  it('are not shown when they are bad', () => {
    const book = pexBook({ rules: { sourceEveryMs: 0 } })
    for (let n = 0; n < 10; n++) book.add(host(n), host(100), start)
    for (let i = 0; i < 3; i++) book.attempt(host(4).id, start)
    const shown = book.select(start + hour)
    expect(shown).toHaveLength(9)
    expect(shown).not.toContainEqual(host(4))
  })
})

describe('peers at one relay', () => {
  it('are different ones, though all are reached at one address', () => {
    const relayed = '/ip4/93.184.216.34/tcp/4001/p2p/12D3KooWRelay/p2p-circuit'
    const [own, other] = [
      { id: 'own', addresses: [relayed] },
      { id: 'other', addresses: [relayed] }
    ]
    expect(peerAddresses().isSame(own, other)).toBe(false)
    const direct = '/ip4/93.184.216.34/tcp/4001'
    expect(
      peerAddresses().isSame({ id: 'own', addresses: [direct] }, { id: 'other', addresses: [direct] })
    ).toBe(true)
  })
})
