import { describe, expect, it } from 'vitest'
import { chanceOf, isBad } from '../src/entry.ts'
import type { KnownAddress } from '@pex/address-book'
import { rules } from '@pex/address-book'
import { day, minute, start as now } from './world.ts'

const calm: KnownAddress<unknown> = {
  address: undefined,
  source: undefined,
  attempts: 0,
  lastSeen: now,
  lastAttempt: 0,
  lastSuccess: 0,
  isTried: false,
  buckets: []
}
const tenMinutesAgo = now - 10 * minute

describe('an entry of libonomy and of ours', () => {
  it.each([
    ['just heard of', {}, false],
    [
      'tried half a minute ago, whatever else',
      { attempts: 10, lastAttempt: now - 30_000, lastSeen: now - 40 * day },
      false
    ],
    ['seen in the future', { lastSeen: now + 11 * minute }, true],
    ['seen nine minutes in the future', { lastSeen: now + 9 * minute }, false],
    ['seen 29 days ago', { lastSeen: now - 29 * day }, false],
    ['seen 31 days ago', { lastSeen: now - 31 * day }, true],
    ['failed twice and never good', { attempts: 2, lastAttempt: tenMinutesAgo }, false],
    ['failed three times and never good', { attempts: 3, lastAttempt: tenMinutesAgo }, true],
    [
      'failed nine times, good eight days ago',
      { attempts: 9, lastAttempt: tenMinutesAgo, lastSuccess: now - 8 * day },
      false
    ],
    [
      'failed ten times, good eight days ago',
      { attempts: 10, lastAttempt: tenMinutesAgo, lastSuccess: now - 8 * day },
      true
    ],
    [
      'failed ten times, good six days ago',
      { attempts: 10, lastAttempt: tenMinutesAgo, lastSuccess: now - 6 * day },
      false
    ]
  ] as const)('%s is bad: %#', (_, change, expected) => {
    for (const name of ['libonomy', 'pex'] as const)
      expect(isBad({ ...calm, ...change }, rules[name], now)).toBe(expected)
  })
})

describe('an entry of CometBFT', () => {
  it.each([
    ['just added', { lastAttempt: now }, false],
    ['six days without an attempt', { lastAttempt: now - 6 * day }, false],
    ['eight days without an attempt', { lastAttempt: now - 8 * day }, true],
    ['the same, and old', { lastAttempt: now - 8 * day, isTried: true }, false],
    ['failed twice and never good', { attempts: 2, lastAttempt: now - 2 * minute }, false],
    ['failed three times and never good', { attempts: 3, lastAttempt: now - 2 * minute }, true],
    ['failed three times, the last within a minute', { attempts: 3, lastAttempt: now - 30_000 }, false],
    [
      'failed ten times, good eight days ago',
      { attempts: 10, lastAttempt: now - 2 * minute, lastSuccess: now - 8 * day },
      true
    ],
    ['attempted an hour from now', { lastAttempt: now + 60 * minute }, true]
  ] as const)('%s is bad: %#', (_, change, expected) => {
    expect(isBad({ ...calm, ...change }, rules.cometbft, now)).toBe(expected)
  })
})

describe('the chance of an entry that was drawn', () => {
  it.each([
    ['never tried', {}, 1],
    ['tried just now', { lastAttempt: now }, 0.01],
    ['tried, by its clock, in the future', { lastAttempt: now + minute }, 0.01],
    ['failed once, long ago', { attempts: 1, lastAttempt: now - day }, 0.66],
    ['failed twice, just now', { attempts: 2, lastAttempt: now - minute }, 0.01 * 0.66 ** 2],
    ['failed very often', { attempts: 100, lastAttempt: now - day }, 0.66 ** 8]
  ] as const)('%s: %#', (_, change, expected) => {
    expect(chanceOf({ ...calm, ...change }, now)).toBeCloseTo(expected, 12)
  })
})

describe('what is shown', () => {
  it.each([
    [0, 0],
    [1, 1],
    [31, 31],
    [32, 32],
    [140, 32],
    [1_086, 249],
    [1_087, 250],
    [5_000, 250]
  ])('of %d is %d', (size, shown) => {
    expect(rules.cometbft.shown(size)).toBe(shown)
    expect(rules.pex.shown(size)).toBe(shown)
  })

  it.each([
    [0, 0],
    [4, 4],
    [5, 1],
    [100, 23],
    [1_305, 300],
    [9_999, 300]
  ])('of %d is %d in libonomy', (size, shown) => {
    expect(rules.libonomy.shown(size)).toBe(shown)
  })
})
