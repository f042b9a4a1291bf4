import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../src/duration.ts'

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['1s', 1_000],
    ['2.5s', 2_500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['0s', 0],
    [' 1s ', 1_000]
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each([
    '',
    '5',
    '0',
    's',
    '-1s',
    '1 s',
    '1S',
    '1e3ms',
    '1.2345s',
    'Infinity',
    '1s1s',
    '9999999999s',
    '١s'
  ])('"%s" is none', text => expect(parseDuration(text)).toBeUndefined())

  it('every whole number of every unit is read exactly', () => {
    fc.assert(
      fc.property(
        fc.nat(999_999_999),
        fc.constantFrom(['ms', 1] as const, ['s', 1_000] as const, ['m', 60_000] as const),
        (n, [unit, ms]) => {
          expect(parseDuration(`${n}${unit}`)).toBe(n * ms)
        }
      )
    )
  })

  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [59_949, '59.9 s'],
    [59_990, '1 min 0 s'],
    [3_600_000, '1 h 0 min']
  ])('%d ms is shown as %s', (ms, text) => expect(formatDuration(ms)).toBe(text))
})
