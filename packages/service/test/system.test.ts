import { systemClock } from '@pex/service'
import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => void vi.restoreAllMocks())

describe('the clock of the system', () => {
  it('is the time of day, follows it on, and goes on at its own pace where it is set back', () => {
    let [day, steady] = [Date.now(), performance.now()]
    vi.spyOn(Date, 'now').mockImplementation(() => day)
    vi.spyOn(performance, 'now').mockImplementation(() => steady)
    const pass = (ms: number): void => void ((day += ms), (steady += ms))

    const start = systemClock.now()
    expect(Math.abs(start - day)).toBeLessThanOrEqual(1)
    pass(1_000)
    expect(systemClock.now() - start).toBe(1_000)
    day += 3_600_000
    expect(systemClock.now() - start).toBe(3_601_000)
    day -= 86_400_000
    expect(systemClock.now() - start).toBe(3_601_000)
    pass(5_000)
    expect(systemClock.now() - start).toBe(3_606_000)
    expect(Number.isSafeInteger(systemClock.now())).toBe(true)
  })
})
