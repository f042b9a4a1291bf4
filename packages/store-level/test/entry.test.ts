import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  tallyKey,
  crc32c,
  entryKey,
  entryRange,
  fromNumbers,
  isOurs,
  keyOf,
  markerKey,
  namespaceOf,
  numbersIn,
  seal,
  unseal
} from '../src/entry.ts'

// Any sequence of UTF-16 code units: lone surrogates are strings too.
const anyString = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map(unit => String.fromCharCode(unit)),
  maxLength: 12
})
const utf8 = new TextEncoder()

describe('crc32c', () => {
  // The check value of the catalogue, and the vectors of RFC 3720, appendix B.4.
  it.each([
    ['the digits 1 to 9', utf8.encode('123456789'), 0xe306_9283],
    ['nothing', new Uint8Array(), 0],
    ['32 zeros', new Uint8Array(32), 0x8a91_36aa],
    ['32 ones', new Uint8Array(32).fill(255), 0x62a8_ab43],
    ['32 ascending', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd_794e],
    ['32 descending', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113f_db5c]
  ])('of %s is the published value', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })

  it('goes on where it stopped', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (one, two) => {
        expect(crc32c(two, crc32c(one))).toBe(crc32c(Uint8Array.from([...one, ...two])))
      })
    )
  })
})

describe('a sealed value', () => {
  it('opens under its key, in memory of its own', () => {
    fc.assert(
      fc.property(anyString, anyString, fc.uint8Array(), (namespace, key, payload) => {
        const stored = entryKey(namespace, key)
        const sealed = Buffer.from(seal(stored, payload))
        const opened = unseal(stored, sealed)!
        sealed.fill(0)
        expect([...opened]).toEqual([...payload])
      })
    )
  })

  it('does not open with any one bit flipped, with its end cut off, or under another key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(), anyString, (payload, at, other) => {
        const stored = entryKey('/a', 'key')
        const flipped = seal(stored, payload)
        const bit = at % (flipped.length * 8)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        expect(unseal(stored, flipped)).toBe(undefined)
        const sealed = seal(stored, payload)
        expect(unseal(stored, sealed.subarray(0, at % sealed.length))).toBe(undefined)
        if (other !== 'key') expect(unseal(entryKey('/a', other), sealed)).toBe(undefined)
      })
    )
  })

  it('holds numbers, all that were asked for or none', () => {
    const sealed = seal('k', fromNumbers(0, 1, 0xffff_ffff))
    expect(numbersIn('k', sealed, 3)).toEqual([0, 1, 0xffff_ffff])
    expect(numbersIn('other', sealed, 3)).toEqual([])
    expect(numbersIn('k', sealed, 2)).toEqual([])
    expect(numbersIn('k', seal('k', new Uint8Array(5)), 1)).toEqual([])
    expect(numbersIn('k', undefined, 1)).toEqual([])
  })
})

describe('a stored key', () => {
  it('survives UTF-8 and gives back the key', () => {
    fc.assert(
      fc.property(anyString, anyString, (namespace, key) => {
        const stored = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
          utf8.encode(entryKey(namespace, key))
        )
        expect(keyOf(namespace, stored)).toBe(key)
        expect(isOurs(stored)).toBe(true)
      })
    )
  })

  it('stands in the range of its own namespace and of no other', () => {
    fc.assert(
      fc.property(anyString, anyString, anyString, (namespace, other, key) => {
        const stored = utf8.encode(entryKey(namespace, key))
        for (const name of [namespace, other]) {
          const { gte, lt } = entryRange(name)
          const isIn = Buffer.compare(stored, gte) >= 0 && Buffer.compare(stored, lt) < 0
          expect(isIn).toBe(name === namespace)
        }
      })
    )
  })

  it('that is not exactly of its namespace has no key', () => {
    for (const stored of [
      '',
      'e',
      'e[',
      'e["/a"]',
      'e["/a",1]',
      'e["/b","key"]',
      'e["/a", "key"]',
      'e["/a","key"] ',
      'x["/a","key"]',
      'enull'
    ]) {
      expect(keyOf('/a', stored), stored).toBe(undefined)
    }
  })

  it('of a tally gives back the namespace, and no other key does', () => {
    fc.assert(
      fc.property(anyString, namespace => {
        expect(namespaceOf(tallyKey(namespace))).toBe(namespace)
      })
    )
    for (const stored of ['', 'n', 'n[', 'n["/a", 1]', 'n[1]', 'n["/a" ]', 'e["/a"]', markerKey]) {
      expect(namespaceOf(stored), stored).toBe(undefined)
    }
  })

  it('of ours is told from those of others', () => {
    expect([markerKey, tallyKey('/a'), entryKey('', '')].every(isOurs)).toBe(true)
    expect(['', 'e', 'n', 'exotic', 'name', '!settings!', 'pex'].some(isOurs)).toBe(false)
  })
})
