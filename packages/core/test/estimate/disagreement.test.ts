import { describe, expect, it } from 'vitest'
import { Disagreement } from '../../src/estimate/disagreement.ts'
import type { Estimate } from '../../src/estimate/estimate.ts'
import { limits } from '../../src/limits.ts'

const exact: Estimate = { size: 1_000, low: 990, high: 1_010 }
const near: Estimate = { size: 1_100, low: 900, high: 1_400 }
/** The bars do not meet, but only just. */
const beside: Estimate = { size: 1_260, low: 1_050, high: 1_500 }
const far: Estimate = { size: 300, low: 250, high: 380 }

function observe(alarm: Disagreement, other: Estimate | undefined, rounds: number): boolean[] {
  return Array.from({ length: rounds }, () => alarm.observe(exact, other))
}

describe('the alarm of two counts', () => {
  it('is raised when the counts have been apart for some rounds in a row, and says so once', () => {
    const alarm = new Disagreement()
    expect(observe(alarm, far, limits.alarmRounds - 1)).not.toContain(true)
    expect([alarm.isRaised, alarm.observe(far, exact), alarm.isRaised]).toEqual([false, true, true])
    expect(observe(alarm, far, 100)).not.toContain(true)
  })

  it('is not raised by counts that are apart only now and then', () => {
    const alarm = new Disagreement()
    for (let i = 0; i < 20; i++) {
      observe(alarm, far, limits.alarmRounds - 1)
      observe(alarm, near, 1)
    }
    expect(alarm.isRaised).toBe(false)
  })

  it('is neither raised nor ended by counts that just miss each other', () => {
    const calm = new Disagreement()
    observe(calm, beside, 100)
    expect(calm.isRaised).toBe(false)
    const alarm = new Disagreement()
    observe(alarm, far, 100)
    observe(alarm, beside, 100)
    expect(alarm.isRaised).toBe(true)
  })

  it('is over when the counts have been near each other for some rounds in a row', () => {
    const alarm = new Disagreement()
    observe(alarm, far, 100)
    expect(observe(alarm, near, limits.alarmRounds).filter(Boolean)).toEqual([true])
    expect(alarm.isRaised).toBe(false)
  })

  it('concludes nothing where one count is missing, nor from two equal ones without bars', () => {
    const alarm = new Disagreement()
    observe(alarm, undefined, 100)
    const bare: Estimate = { size: 3, low: 3, high: 3 }
    for (let round = 0; round < 100; round++) alarm.observe(bare, bare)
    expect(alarm.isRaised).toBe(false)
    for (let round = 0; round < 100; round++) alarm.observe(bare, { size: 4, low: 4, high: 4 })
    expect(alarm.isRaised).toBe(true)
  })
})
