import { describe, expect, it } from 'vitest'
import { AddressBook, formatNodeInfo, nodeInfos, parseNodeInfo, rules } from '@pex/address-book'
import type { NodeInfo } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import { day, minute, node, start } from './world.ts'

const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** A node of libonomy; its key is a number, in base58 behind a fixed first half. */
function info(n: number, inGroup: number = n): NodeInfo {
  let tail = ''
  for (let rest = n; tail.length < 6; rest = Math.floor(rest / 58)) tail = digits[rest % 58]! + tail
  return {
    id: `4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJz${tail.slice(1)}`,
    ip: node(n, inGroup).ip,
    tcpPort: 7_513,
    udpPort: 7_513
  }
}

function libonomyBook(own: readonly NodeInfo[] = []): AddressBook<NodeInfo> {
  return new AddressBook({ kind: nodeInfos(), rules: rules.libonomy, rng: seeded(4), own })
}

describe('libonomy’s book', () => {
  it('picks nothing while it is empty, and then the one that it has', () => {
    const book = libonomyBook()
    expect(book.pick(start)).toBeUndefined()
    book.add(info(1), info(2), start)
    for (let i = 0; i < 100; i++) expect(book.pick(start)).toEqual(info(1))
    book.good(info(1).id, start)
    for (let i = 0; i < 100; i++) expect(book.pick(start)).toEqual(info(1))
  })

  it('counts an attempt, and does not take it for success', () => {
    const book = libonomyBook()
    book.add(info(1), info(2), start)
    book.attempt(info(1).id, start + minute)
    expect(book.get(info(1).id)).toMatchObject({ attempts: 1, lastAttempt: start + minute, isTried: false })
    book.good(info(1).id, start + 2 * minute)
    expect(book.get(info(1).id)).toMatchObject({
      attempts: 0,
      lastSuccess: start + 2 * minute,
      isTried: true
    })
    expect(book.get(info(3).id)).toBeUndefined()
  })

  it('shows less than a quarter of 4 096 good ones, and keeps them all but those without room', () => {
    const book = libonomyBook()
    const all = Array.from({ length: 4_096 }, (_, i) => info(i, i % 64))
    for (const one of all) {
      book.add(one, info(1), start)
      book.good(one.id, start)
    }
    expect(book.size).toBeLessThanOrEqual(4_096)
    expect(book.size).toBeGreaterThan(4_000)
    expect(book.select(start).length).toBeLessThan(book.size / 4)
    expect(book.select(start)).toHaveLength(300)
    expect(book.problems()).toEqual([])
  })

  it('never stores what is its own, by id or by place', () => {
    const book = libonomyBook([info(1)])
    expect(book.add(info(1), info(2), start)).toBe('own')
    expect(book.add({ ...info(3), ip: info(1).ip }, info(2), start)).toBe('own')
    expect(book.add({ ...info(3), ip: info(1).ip, tcpPort: 1 }, info(2), start)).toBe('added')
  })

  it('takes a private place from a private source only', () => {
    const book = libonomyBook()
    const near = { ...info(1), ip: '10.0.0.1' }
    expect(book.add(near, info(2), start)).toBe('unroutable')
    expect(book.add(near, { ...info(2), ip: '10.0.0.2' }, start)).toBe('added')
  })

  it('grows younger by being named, and stays in one bucket', () => {
    const book = libonomyBook()
    book.add(info(1), info(2), start)
    for (let i = 0; i < 30; i++) expect(book.add(info(1), info(3, 200 + i), start + day)).toBe('known')
    expect(book.get(info(1).id)).toMatchObject({ lastSeen: start + day, attempts: 0 })
    expect(book.get(info(1).id)?.buckets).toHaveLength(1)
  })

  it('wants more while few are new', () => {
    const book = libonomyBook()
    for (let i = 0; i < 5; i++) book.add(info(i), info(9), start)
    expect(book.needsMore).toBe(false)
    for (let i = 0; i < 3; i++) book.good(info(i).id, start)
    expect(book.needsMore).toBe(true)
  })

  it('holds 120 in a bucket, not 121, and takes no more out than it must', () => {
    const book = libonomyBook()
    // One source group, one group: one bucket.
    for (let i = 0; i < 130; i++) book.add(info(i, 5), info(1, 7), start + i)
    expect(book.size).toBe(120)
    expect(book.get(info(10, 5).id)).toBeDefined()
    expect(book.get(info(9, 5).id)).toBeUndefined()
  })
})

describe('a node’s URL', () => {
  it.each([
    info(1),
    { ...info(2), udpPort: 1 },
    { ...info(3), ip: '2a01:4f8::1' },
    { ...info(4), id: '1'.repeat(32) }
  ])('comes back: %o', one => {
    expect(parseNodeInfo(formatNodeInfo(one))).toEqual(one)
  })

  it.each([
    'libonomy://abc@1.2.3.4:1',
    `http://${info(1).id}@1.2.3.4:1`,
    `libonomy://${info(1).id}@example.com:1`,
    `libonomy://${info(1).id}@1.2.3.4:0`,
    `libonomy://${info(1).id}@1.2.3.4:65536`,
    `libonomy://${info(1).id}@1.2.3.4:1?disc=0`,
    `libonomy://${info(1).id.replace('u', 'O')}@1.2.3.4:1`,
    `libonomy://${info(1).id}1@1.2.3.4:1`,
    ''
  ])('is refused: %s', url => {
    expect(parseNodeInfo(url)).toBeUndefined()
  })
})
