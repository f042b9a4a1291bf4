/** `pex book`: everything that can be wrong is told, nothing is lost silently, and what is written is sound. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addrbookJson, AddressBook, netAddresses, peersJson, rules } from '@pex/address-book'
import { nodeIdOf } from '@pex/mconnection'
import { seeded } from '@pex/testkit'
import { converted, idOf } from '../src/book/convert.ts'
import { merged } from '../src/book/merge.ts'
import { placed, weeded } from '../src/book/mend.ts'
import { bookOf } from '../src/book/read.ts'
import { elementsOf } from '../src/book/scan.ts'
import { addrbook, peers } from '../src/book/types.ts'
import { day, goBook, info, keyText, net, now, peersText, textOf } from './book-world.ts'
import type { GoBook } from './book-world.ts'

const none = new Set<never>()

/** What a check says of a book: `problem line`. */
function said(book: GoBook | string, at: number = now): string[] {
  const text = typeof book === 'string' ? book : textOf(book)
  return bookOf('book', text, at).findings.map(({ problem, where }) => `${problem} ${where}`.trim())
}

/** The book that a repair leaves, which must be sound, and as large as it says. */
function repaired(book: GoBook | string): { kept: number; moved: number; left: string[]; text: string } {
  const read = bookOf('book', typeof book === 'string' ? book : textOf(book), now)
  const mended = placed(weeded(read, none))
  const text = read.type.format.write(mended.snapshot)
  expect(mended.kept + mended.left.length).toBe(read.count)
  const again = bookOf('book', text, now)
  expect(again.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(again.entries).toHaveLength(mended.kept)
  return { ...mended, left: mended.left.map(({ why, where }) => `${why} ${where}`), text }
}

describe('a check', () => {
  it('finds nothing in a sound book of either format, and none is changed by a repair', () => {
    expect(said(goBook(40))).toEqual([])
    expect(said(peersText(40))).toEqual([])
    expect(repaired(goBook(40))).toMatchObject({ kept: 40, moved: 0, left: [] })
    expect(repaired(peersText(40))).toMatchObject({ kept: 40, moved: 0, left: [] })
    expect(repaired(peersText(40)).text).toBe(peersText(40))
  })

  it.each<[string, (book: GoBook) => void, string[], string[]]>([
    ['bad-id', book => (book.addrs[3]!.addr.id = 'zz'), ['bad-id addrs[3]'], ['bad-id addrs[3]']],
    ['bad-ip', book => (book.addrs[3]!.addr.ip = 'seed.example'), ['bad-ip addrs[3]'], ['bad-ip addrs[3]']],
    ['bad-ip', book => (book.addrs[3]!.addr.ip = '0.0.0.0'), ['bad-ip addrs[3]'], ['bad-ip addrs[3]']],
    ['bad-port', book => (book.addrs[3]!.addr.port = 70_000), ['bad-port addrs[3]'], ['bad-port addrs[3]']],
    ['bad-entry', book => (book.addrs[3] = null as never), ['bad-entry addrs[3]'], ['bad-entry addrs[3]']],
    ['bad-source', book => (book.addrs[3]!.src = {}), ['bad-source addrs[3]'], []],
    ['bad-count', book => (book.addrs[3]!.attempts = -1), ['bad-count addrs[3]'], []],
    ['bad-time', book => (book.addrs[3]!.last_success = 'soon'), ['bad-time addrs[3]'], []],
    [
      'duplicate-id',
      book => (book.addrs[3] = book.addrs[1]!),
      ['duplicate-id addrs[3]'],
      ['duplicate-id addrs[3]']
    ],
    ['no-bucket', book => (book.addrs[3]!.buckets = []), ['no-bucket addrs[3]'], []],
    ['bad-bucket', book => (book.addrs[3]!.buckets = [256]), ['bad-bucket addrs[3]'], []],
    ['bad-bucket', book => (book.addrs[3]!.bucket_type = 3), ['bad-bucket addrs[3]'], []],
    ['bad-bucket', book => (book.addrs[1]!.buckets = [1, 2, 3, 4, 5]), ['bad-bucket addrs[1]'], []],
    ['bad-key', book => (book.key = 'short'), ['bad-key'], []],
    ['bad-ban', book => (book.pex = { bans: [17] }), ['bad-ban'], []],
    ['unroutable', book => (book.addrs[3]!.addr.ip = '10.0.0.7'), ['unroutable addrs[3]'], []],
    ['port-0', book => (book.addrs[3]!.addr.port = 0), ['port-0 addrs[3]'], []],
    ['same-place', book => (book.addrs[3]!.addr.ip = book.addrs[1]!.addr.ip), ['same-place addrs[3]'], []],
    [
      'from-the-future',
      book => (book.addrs[3]!.last_attempt = new Date(now + day).toISOString()),
      ['from-the-future addrs[3]'],
      []
    ]
  ])('tells of %s, and a repair mends it', (_, spoil, findings, left) => {
    const book = goBook(12)
    // A new one, so that the rules of tried ones are not in the way.
    book.addrs.sort((one, other) => Number(one.bucket_type) - Number(other.bucket_type))
    spoil(book)
    expect(said(book)).toEqual(findings)
    expect(repaired(book)).toMatchObject({ kept: 12 - left.length, left })
  })

  it('tells of entries that are worth less than a newcomer', () => {
    const book = goBook(8)
    const fresh = book.addrs.findIndex(({ bucket_type: type }) => type === 1)
    book.addrs[fresh]!.last_attempt = new Date(now - 8 * day).toISOString()
    expect(said(book)).toEqual([`stale addrs[${fresh}]`])
  })

  it('tells of a bucket of 65, as CometBFT writes it, once, and a repair places that one anew', () => {
    const book = goBook(100)
    const fresh = book.addrs.filter(({ bucket_type: type }) => type === 1).slice(0, 65)
    for (const entry of fresh) entry.buckets = [3]
    const findings = bookOf('book', textOf({ ...book, addrs: fresh }), now).findings
    expect(findings).toMatchObject([
      {
        problem: 'overfull-bucket',
        where: 'addrs[64]',
        message: 'new bucket 3 holds 65 entries, of at most 64'
      }
    ])
    expect(repaired({ ...book, addrs: fresh })).toMatchObject({ kept: 65, moved: 1, left: [] })
  })

  it('names the line of each', () => {
    const book = goBook(12)
    book.addrs[7]!.addr.port = 'x'
    const text = textOf(book)
    const [found] = bookOf('book', text, now).findings
    const lines = text.split('\n')
    expect(lines.slice(found!.line - 1, found!.line + 4).join('')).toContain(String(book.addrs[7]!.addr.id))
    expect(lines[found!.line - 1]!.trim()).toBe('{')
  })

  it.each<[string, (file: Record<string, unknown[]>) => void, string[], string[]]>([
    [
      'an id that is no key',
      file => (file['Addresses']![3] = { Addr: 'libonomy://short@1.2.3.4:7' }),
      ['bad-id Addresses[3]'],
      ['bad-id Addresses[3]']
    ],
    [
      'no literal address',
      file => (file['Addresses']![3] = { Addr: `libonomy://${keyText(9)}@example.org:7` }),
      ['bad-ip Addresses[3]'],
      ['bad-ip Addresses[3]']
    ],
    [
      'a port of 70000',
      file => (file['Addresses']![3] = { Addr: `libonomy://${keyText(9)}@1.2.3.4:70000` }),
      ['bad-port Addresses[3]'],
      ['bad-port Addresses[3]']
    ],
    [
      'no node',
      file => (file['Addresses']![3] = { Addr: 'http://example.org' }),
      ['bad-entry Addresses[3]'],
      ['bad-entry Addresses[3]']
    ],
    ['a key of 31 bytes', file => file['Key']!.pop(), ['bad-key'], []]
  ])('of a peers.json tells of %s', (_, spoil, findings, left) => {
    const file = JSON.parse(peersText(12)) as Record<string, unknown[]>
    spoil(file)
    const text = JSON.stringify(file)
    expect(said(text)).toEqual(findings)
    expect(repaired(text)).toMatchObject({ kept: 12 - left.length, left })
  })

  it('of a peers.json tells of a bucket that is not the one by its key', () => {
    const file = JSON.parse(peersText(12)) as { NewBuckets: string[][]; Addresses: { Addr: string }[] }
    const from = file.NewBuckets.findIndex(bucket => bucket.length > 0)
    const url = file.NewBuckets[from]!.pop()!
    file.NewBuckets[(from + 1) % file.NewBuckets.length]!.push(url)
    const i = file.Addresses.findIndex(({ Addr }) => Addr === url)
    const text = JSON.stringify(file)
    expect(said(text)).toEqual([`wrong-bucket Addresses[${i}]`])
    const mended = repaired(text)
    expect(mended).toMatchObject({ kept: 12, moved: 1 })
    expect((JSON.parse(mended.text) as typeof file).NewBuckets[from]).toContain(url)
  })
})

describe('a file that was cut off', () => {
  it('gives all entries before the cut, wherever that is', () => {
    const text = textOf(goBook(12))
    const { entries } = bookOf('book', text, now)
    const ends = elementsOf(text, 'addrs')!.map(element => text.indexOf(element.text) + element.text.length)
    const steps = Array.from({ length: 200 }, (_, i) => text.indexOf('[') + 1 + i * 37)
    for (const cut of [...ends, ...steps].filter(each => each < text.length - 1)) {
      const whole = ends.filter(end => end <= cut).length
      const read = bookOf('book', text.slice(0, cut), now)
      expect(read.findings.map(({ problem }) => problem)).toContain('not-whole')
      expect(read.entries).toHaveLength(whole)
      expect(read.entries.map(({ known }) => known)).toEqual(
        entries.slice(0, whole).map(({ known }) => known)
      )
      expect(read.key).toBe(goBook(12).key)
    }
  })

  it('of libonomy, too: in new places, with the same key', () => {
    const text = peersText(12)
    const cut = text.slice(0, text.indexOf('"NewBuckets"') - 40)
    const read = bookOf('book', cut, now)
    expect(read.entries.length).toBeGreaterThan(8)
    expect(placed(weeded(read, none)).kept).toBe(read.entries.length)
    expect(read.key).toBe(peersJson.read(text)!.snapshot.key)
  })

  it.each(['', '{', '[]', 'null', '17', '{}', 'pex', '{"key":"aa"}', '{"peers":{}}'])('is none: %s', text => {
    expect(() => bookOf('book', text, now)).toThrow(/book is no address book/)
  })

  it('of go-p2p, without ids, is said to be one', () => {
    expect(() => bookOf('book', '{"Key":"aa","Addrs":[{"Addr":{"IP":"1.2.3.4","Port":1}}]}', now)).toThrow(
      /carried ids/
    )
  })

  it('of Go without entries is an empty book', () => {
    expect(bookOf('book', `{"key":"${'ab'.repeat(12)}","addrs":null}`, now)).toMatchObject({
      count: 0,
      findings: []
    })
  })

  it('with whatever in it is read to its end, and loses no element silently', () => {
    const goText = textOf(goBook(4))
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 6 }), fc.nat(goText.length), (values, at) => {
        const { addrs, key } = goBook(3)
        const text = JSON.stringify({ key, addrs: [...values, ...addrs] })
        const read = bookOf('book', text, now)
        expect(read.count).toBe(values.length + 3)
        const mended = placed(weeded(read, none))
        expect(mended.kept + mended.left.length).toBe(read.count)
        // Any character gone, or a text within the text.
        const damaged = goText.slice(0, at) + goText.slice(at + 1)
        try {
          bookOf('book', damaged, now)
        } catch (error) {
          expect(error).toMatchObject({ code: 'PEX_BOOK' })
        }
      }),
      { numRuns: 60 }
    )
  })
})

describe('a merge', () => {
  const one = (changed: object): string => {
    const book = goBook(1)
    Object.assign(book.addrs[0]!, { bucket_type: 1, buckets: [1] }, changed)
    return textOf(book)
  }
  const at = (ms: number): string => new Date(now - ms).toISOString()

  it.each<[string, object, object]>([
    ['has proved good', { bucket_type: 2 }, { last_success: at(1) }],
    ['answered last', { last_success: at(1) }, { last_success: at(day), last_attempt: at(0) }],
    [
      'was tried last',
      { last_success: at(day), last_attempt: at(1) },
      { last_success: at(day), last_attempt: at(day) }
    ],
    [
      'failed less often',
      { last_success: at(day), last_attempt: at(1), attempts: 1 },
      { last_success: at(day), last_attempt: at(1), attempts: 2 }
    ]
  ])('keeps the entry that %s, whichever comes first', (_, better, worse) => {
    const books = [bookOf('a', one(better), now), bookOf('b', one(worse), now)]
    for (const [i, order] of [books, books.toReversed()].entries()) {
      const both = merged(order)
      expect(both.entries).toMatchObject([{ file: 'a' }])
      expect(both.left).toMatchObject([{ file: 'b', why: 'duplicate-id' }])
      expect(i).toBeLessThan(2)
    }
  })

  it('of equal entries keeps the first', () => {
    const both = merged([bookOf('a', one({}), now), bookOf('b', one({}), now)])
    expect(both.entries).toMatchObject([{ file: 'a' }])
  })

  it('loses nobody but doubles, keeps the key and the places of the first, and places the others by it', () => {
    const books = [bookOf('a', textOf(goBook(60, 1, 1)), now), bookOf('b', textOf(goBook(60, 31, 9)), now)]
    const both = merged(books)
    const mended = placed(both)
    const fromSecond = both.entries.filter(({ file }) => file === 'b')
    expect(fromSecond.length).toBeGreaterThan(30)
    expect(mended).toMatchObject({ kept: 90, moved: fromSecond.length })
    expect(mended.left).toHaveLength(30)
    expect(mended.snapshot.key).toBe(books[0]!.key)
    const again = new AddressBook({
      kind: netAddresses('any'),
      rules: rules.cometbft,
      rng: seeded(1),
      snapshot: addrbookJson.read(addrbookJson.write(mended.snapshot as never))!.snapshot
    })
    expect(again.restored).toEqual({ kept: 90, moved: 0, dropped: 0 })
    expect(again.problems()).toEqual([])
  })

  it('holds the bans of all, the longest of each, and says that who is banned is left out', () => {
    const ban = (until: number): object => ({ bans: [{ id: net(2).id, until }] })
    const a = { ...goBook(4), pex: ban(now + day) }
    const b = { ...goBook(4), pex: ban(now + 2 * day) }
    const books = [bookOf('a', textOf(a), now), bookOf('b', textOf(b), now)]
    const mended = placed(merged(books))
    for (const { snapshot } of [mended, placed(merged(books.toReversed()))])
      expect(snapshot.bans).toMatchObject([{ id: net(2).id, until: now + 2 * day }])
    expect(mended.left.map(({ why }) => why).toSorted()).toEqual([
      'banned',
      'duplicate-id',
      'duplicate-id',
      'duplicate-id',
      'duplicate-id'
    ])
  })
})

describe('a conversion', () => {
  it('of keys gives the ids that CometBFT makes of them', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 128 : i === 31 ? 7 : 0))
    expect(idOf(keyText(7))).toBe(nodeIdOf(bytes))
    expect(idOf('1'.repeat(32))).toBe(nodeIdOf(new Uint8Array(32)))
    for (const wrong of ['', '0', 'z'.repeat(44), 'a'.repeat(45)]) expect(idOf(wrong)).toBeUndefined()
  })

  it('of a peers.json keeps who is tried, and the times', () => {
    const read = bookOf('peers', peersText(12), now)
    const { kept, moved, snapshot, left } = placed(converted(read, addrbook))
    expect({ kept, moved, left }).toEqual({ kept: 12, moved: 12, left: [] })
    const back = bookOf('addrbook', addrbookJson.write(snapshot as never), now)
    expect(back.findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(back.entries.filter(({ known }) => known.isTried)).toHaveLength(3)
    const first = back.entries.find(({ known }) => known.address.id === idOf(info(1).id))!
    expect(first.known).toMatchObject({ isTried: true, lastSuccess: now - day })
    expect(first.known.address).toMatchObject({ ip: info(1).ip, port: 7_513 })
  })

  it('to keys is refused, with what to do', () => {
    expect(() => converted(bookOf('a.json', textOf(goBook(3)), now), peers)).toThrow(
      /a.json cannot .* hash of the key/
    )
  })
})
