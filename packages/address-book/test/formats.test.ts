import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AddressBook,
  addrbookJson,
  netAddresses,
  nodeInfos,
  parseNodeInfo,
  peersJson,
  rules
} from '@pex/address-book'
import type { KnownAddress, NetAddress } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import { cometBook, day, goBook, hour, json, node, nodeId, start, text } from './world.ts'

describe('addrbook.json', () => {
  it('that CometBFT has written is read without loss', () => {
    const read = addrbookJson.read(text('go-addrbook.json'))!
    expect(read.problems).toEqual([])
    expect(read.snapshot.addresses).toHaveLength(59)
    const book = goBook()
    expect(book.restored).toEqual({ kept: 59, moved: 0, dropped: 0 })
    expect(book.counts).toEqual({ tried: 20, fresh: 39, banned: 0 })
    expect(book.problems()).toEqual([])
  })

  it('that we write, CometBFT reads as we do', () => {
    // What the Go program beside this says of rewritten.json, which is byte for byte what we write today.
    const go = json<{ size: number; good: string[]; new: string[] }>('go-read.json')
    expect(addrbookJson.write(goBook().snapshot())).toBe(text('rewritten.json'))
    const { addresses } = goBook().snapshot()
    const ids = (isTried: boolean): string[] =>
      addresses
        .filter(one => one.isTried === isTried)
        .map(({ address }) => address.id)
        .sort()
    expect(go).toEqual({ size: 59, good: ids(true), new: ids(false) })
  })

  it('has Go’s members, in Go’s order, with Go’s times', () => {
    const book = cometBook({ seed: 3 })
    book.add(node(1), node(2), Date.UTC(2026, 0, 2, 3, 4, 5, 60))
    const written = addrbookJson.write(book.snapshot())
    const [bucket] = book.get(nodeId(1))!.buckets
    expect(written.split('\n').slice(2, 22).join('\n')).toBe(`	"addrs": [
		{
			"addr": {
				"id": "${nodeId(1)}",
				"ip": "${node(1).ip}",
				"port": 26656
			},
			"src": {
				"id": "${nodeId(2)}",
				"ip": "${node(2).ip}",
				"port": 26656
			},
			"buckets": [
				${bucket}
			],
			"attempts": 0,
			"bucket_type": 1,
			"last_attempt": "2026-01-02T03:04:05.06Z",
			"last_success": "0001-01-01T00:00:00Z",
			"last_ban_time": "0001-01-01T00:00:00Z"`)
  })

  it.each([
    ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05.123456789+02:00', Date.UTC(2026, 0, 2, 1, 4, 5, 123)],
    ['0001-01-01T00:00:00Z', 0],
    ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
    ['2026-02-29T00:00:00Z', 0],
    ['2026-02-30T03:04:05Z', 0],
    ['2026-04-31T03:04:05+02:00', 0],
    ['2026-13-01T03:04:05Z', 0],
    ['2026-01-00T03:04:05Z', 0],
    ['2026-01-02T24:00:00Z', 0],
    ['2026-01-02', 0],
    ['2 January 2026', 0],
    ['soon', 0],
    [17, 0]
  ])('holds times of any zone and precision: %s', (time, expected) => {
    const addrs = [
      { addr: node(1), src: node(2), buckets: [1], attempts: 1, bucket_type: 1, last_attempt: time }
    ]
    const { snapshot } = addrbookJson.read(JSON.stringify({ key: 'ab'.repeat(12), addrs }))!
    expect(snapshot.addresses[0]?.lastAttempt).toBe(expected)
  })

  it('keeps bans and anchors over a restart', () => {
    const book = cometBook()
    book.add(node(1), node(1), start)
    book.add(node(2), node(2), start)
    book.good(node(2).id, start)
    book.ban(node(1).id, day, start)
    book.ban(nodeId(77), day, start)
    const { snapshot } = addrbookJson.read(addrbookJson.write(book.snapshot()))!
    const again = cometBook({ snapshot })
    expect(again.isBanned(nodeId(77), start + hour)).toBe(true)
    expect(again.add(node(1), node(1), start + hour)).toBe('banned')
    expect(again.boot(start)[0]).toEqual(node(2))
    expect(again.reinstate(start + day)).toBe(1)
    expect(again.get(node(1).id)?.address).toEqual(node(1))
  })

  it.each([
    '',
    '{',
    '[]',
    'null',
    '17',
    '{}',
    '{"key":"aa"}',
    '{"key":1,"addrs":[]}',
    '{"key":"aa","addrs":{}}'
  ])('is not %s', wrong => {
    expect(addrbookJson.read(wrong)).toBeUndefined()
  })

  it('tells of each unsound entry, and keeps the others', () => {
    const file = JSON.parse(text('go-addrbook.json')) as { key: string; addrs: Record<string, unknown>[] }
    file.key = 'short'
    file.addrs[0]!['addr'] = null
    file.addrs[1]!['addr'] = { id: 'zz', ip: '1.2.3.4', port: 1 }
    file.addrs[2] = file.addrs[3]!
    file.addrs[4]!['buckets'] = []
    file.addrs[5]!['buckets'] = [-1, 1.5, 9_999_999]
    file.addrs[6]!['attempts'] = 2 ** 40
    file.addrs[7]!['src'] = undefined
    const read = addrbookJson.read(JSON.stringify(file))!
    expect(read.problemCount).toBe(5)
    expect(read.snapshot.addresses).toHaveLength(56)
    const book = cometBook({ snapshot: read.snapshot })
    expect(book.restored).toEqual({ kept: 54, moved: 2, dropped: 0 })
    expect(book.problems()).toEqual([])
    expect(book.snapshot().key).toMatch(/^[0-9a-f]{24}$/)
  })

  it('is never fatal: of 600 flipped bits none throws, and no unsound address comes through', () => {
    const good = new TextEncoder().encode(text('go-addrbook.json'))
    const rng = seeded(10)
    let read = 0
    for (let i = 0; i < 600; i++) {
      const bytes = good.slice()
      const at = rng() % bytes.length
      bytes[at]! ^= 1 << (rng() & 7)
      const file = addrbookJson.read(new TextDecoder().decode(bytes))
      if (file === undefined) continue
      read++
      const book = cometBook({ snapshot: file.snapshot })
      expect(book.problems()).toEqual([])
      for (const { address } of book.snapshot().addresses)
        expect(netAddresses().canonical(address)).toEqual(address)
      expect(book.size).toBeGreaterThanOrEqual(57)
    }
    expect(read).toBeGreaterThan(100)
  })

  it.each([0.01, 0.5, 1])('with a share of %d of its entries spoiled gives the others', share => {
    const file = JSON.parse(text('go-addrbook.json')) as { addrs: unknown[] }
    const spoiled = Math.ceil(share * file.addrs.length)
    for (let i = 0; i < spoiled; i++) file.addrs[i] = { addr: i }
    const book = cometBook({ snapshot: addrbookJson.read(JSON.stringify(file))!.snapshot })
    expect(book.size).toBe(59 - spoiled)
    expect(book.add(node(1), node(2), start)).toBe('added')
  })

  it('reads any JSON without a throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (one, addrs) => {
        for (const format of [addrbookJson, peersJson]) {
          format.read(JSON.stringify(one))
          format.read(
            JSON.stringify({
              key: 'aa',
              addrs,
              pex: one,
              Key: one,
              Addresses: addrs,
              NewBuckets: addrs,
              TriedBuckets: []
            })
          )
        }
      })
    )
  })
})

describe('a snapshot', () => {
  const known = fc.record({
    address: fc.nat(300).map(n => node(n)),
    source: fc.nat(300).map(n => node(n)),
    attempts: fc.oneof(fc.nat(20), fc.double()),
    lastSeen: fc.oneof(fc.nat(), fc.double()),
    lastAttempt: fc.oneof(fc.nat(), fc.double()),
    lastSuccess: fc.oneof(fc.nat(), fc.double()),
    isTried: fc.boolean(),
    buckets: fc.array(fc.oneof(fc.integer({ min: -2, max: 300 }), fc.double()), { maxLength: 6 })
  }) as fc.Arbitrary<KnownAddress<NetAddress>>

  it('with a bucket of 65, as CometBFT writes it, gives a bucket of 64, and one that is placed anew', () => {
    const one = { attempts: 0, lastSeen: start, lastAttempt: start, lastSuccess: start, buckets: [3] }
    for (const isTried of [true, false]) {
      const addresses = Array.from({ length: 65 }, (_, i) => ({
        ...one,
        isTried,
        address: node(i),
        source: node(i)
      }))
      const book = cometBook({ snapshot: { ...cometBook().snapshot(), addresses } })
      expect(book.restored).toEqual({ kept: 64, moved: 1, dropped: 0 })
      expect(book.problems()).toEqual([])
    }
  })

  it('of any content makes a consistent book', () => {
    fc.assert(
      fc.property(fc.array(known, { maxLength: 100 }), fc.string(), (addresses, key) => {
        const bans = [{ id: node(3).id, until: start }]
        const book = cometBook({ snapshot: { key, addresses, bans, anchors: ['x'], added: -1 } })
        expect(book.problems()).toEqual([])
        expect(book.get(node(3).id)).toBeUndefined()
        const { kept, moved, dropped } = book.restored
        expect(kept + moved).toBe(book.size)
        expect(kept + moved + dropped).toBe(addresses.length)
      })
    )
  })
})

describe('peers.json', () => {
  const url = (n: number): string =>
    `libonomy://4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJz${'123456789'[n]}1111@${node(n).ip}:7513`
  const entry = (n: number) => ({
    Addr: url(n),
    Src: url(1),
    Attempts: n,
    LastSeen: 1_770_000_000,
    LastAttempt: 0,
    LastSuccess: 0
  })
  const buckets = (count: number, filled: Record<number, string[]>): string[][] =>
    Array.from({ length: count }, (_, i) => filled[i] ?? [])
  const file = (over: object = {}) => ({
    Key: Array.from({ length: 32 }, (_, i) => i),
    Addresses: [entry(1), entry(2), entry(3)],
    NewBuckets: buckets(1_024, { 5: [url(1)], 900: [url(2)] }),
    TriedBuckets: buckets(64, { 7: [url(3)] }),
    ...over
  })
  const load = (over: object = {}) => peersJson.read(JSON.stringify(file(over)))!
  const bookOf = (over: object = {}) =>
    new AddressBook({
      kind: nodeInfos(),
      rules: rules.libonomy,
      rng: seeded(1),
      snapshot: load(over).snapshot
    })

  it('gives back when entries were seen and that they were tried', () => {
    expect(load().problems).toEqual([])
    const book = bookOf()
    expect(book.restored).toEqual({ kept: 3, moved: 0, dropped: 0 })
    expect(book.get(parseNodeInfo(url(3))!.id)).toMatchObject({
      isTried: true,
      lastSeen: start,
      attempts: 3,
      buckets: [7]
    })
    expect(book.isBad(parseNodeInfo(url(2))!.id, start)).toBe(false)
    expect(book.problems()).toEqual([])
  })

  it('is written as it was read', () => {
    const { pex: _, ...written } = JSON.parse(peersJson.write(bookOf().snapshot())) as ReturnType<
      typeof file
    > & { pex: unknown }
    expect(written).toEqual(file())
  })

  it('keeps bans over a restart', () => {
    const book = bookOf()
    book.ban(parseNodeInfo(url(2))!.id, day, start)
    const { snapshot } = peersJson.read(peersJson.write(book.snapshot()))!
    const again = new AddressBook({ kind: nodeInfos(), rules: rules.libonomy, rng: seeded(1), snapshot })
    expect(again.isBanned(parseNodeInfo(url(2))!.id, start)).toBe(true)
    expect(again.size).toBe(2)
  })

  it.each([
    [
      'a bucket holds what is not among the addresses',
      { NewBuckets: buckets(1_024, { 5: [url(1), url(4)], 900: [url(2)] }) },
      1,
      3
    ],
    ['an entry is in no bucket', { NewBuckets: buckets(1_024, { 5: [url(1)] }) }, 1, 3],
    ['an entry is new and tried', { TriedBuckets: buckets(64, { 7: [url(3), url(2)] }) }, 1, 3],
    ['an address is none', { Addresses: [entry(1), entry(2), { ...entry(3), Addr: 'x' }] }, 2, 2],
    ['an id is there twice', { Addresses: [entry(1), entry(2), entry(3), entry(3)] }, 1, 3],
    ['the key is none', { Key: [1, 2, 256] }, 1, 3],
    ['there are more buckets', { NewBuckets: buckets(2_000, { 5: [url(1)], 1_500: [url(2)] }) }, 0, 3]
  ])('says so where %s, and keeps the others', (_, over, problems, size) => {
    expect(load(over).problemCount).toBe(problems)
    const book = bookOf(over)
    expect(book.size).toBe(size)
    expect(book.problems()).toEqual([])
  })
})
