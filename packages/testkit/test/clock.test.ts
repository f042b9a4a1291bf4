import { virtualClock } from '@pex/testkit/clock'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

describe('virtual time', () => {
  it('stands still by itself, and passes as told', async () => {
    const clock = virtualClock(1_000)
    expect(clock.now()).toBe(1_000)
    await clock.advance(250)
    expect(clock.now()).toBe(1_250)
    await clock.advance(0.2)
    expect(clock.now(), 'whole milliseconds, rounded up').toBe(1_251)
  })

  it('timers fire when due, ties in the order in which they were armed, and see their own time', async () => {
    const clock = virtualClock()
    const fired: string[] = []
    for (const [name, ms] of Object.entries({ c: 30, a: 10, b1: 20, b2: 20, never: 41, zero: 0, past: -5 })) {
      clock.after(ms, () => fired.push(`${name}@${clock.now()}`))
    }
    await clock.advance(40)
    expect(fired).toEqual(['zero@0', 'past@0', 'a@10', 'b1@20', 'b2@20', 'c@30'])
    expect([clock.now(), clock.pending]).toEqual([40, 1])
  })

  it('any arming and cancelling of timers fires those left, in order', async () => {
    const armed = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 50 }), cancelled: fc.boolean() }))
    await fc.assert(
      fc.asyncProperty(armed, async plans => {
        const clock = virtualClock()
        const fired: number[] = []
        const cancels = plans.map(({ ms }, i) => clock.after(ms, () => fired.push(i)))
        plans.forEach(({ cancelled }, i) => cancelled && cancels[i]!())
        const left = plans.map((plan, i) => ({ ...plan, i })).filter(({ cancelled }) => !cancelled)
        expect(clock.pending).toBe(left.length)
        await clock.advance(50)
        expect(fired).toEqual(left.toSorted((a, b) => a.ms - b.ms || a.i - b.i).map(({ i }) => i))
        clock.after(1, () => {})
        const cancel = clock.after(2, () => {})
        cancel()
        for (const again of [...cancels, cancel]) again()
        expect(clock.pending, 'cancelling what is gone takes nothing else away').toBe(1)
      }),
      { seed: 1, numRuns: 50 }
    )
  })

  it('a timer armed by a timer fires in the same advance when it falls into it', async () => {
    const clock = virtualClock()
    const fired: number[] = []
    const rearm = (): void => {
      fired.push(clock.now())
      clock.after(30, rearm)
    }
    clock.after(30, rearm)
    await clock.advance(100)
    expect([fired, clock.pending]).toEqual([[30, 60, 90], 1])
  })

  it('a promise chain is at its end before the next timer fires, however long', async () => {
    const clock = virtualClock()
    const events: string[] = []
    const chain = async (): Promise<void> => {
      for (let i = 0; i < 1_000; i++) await Promise.resolve()
      events.push(`chain@${clock.now()}`)
    }
    clock.after(10, () => void chain())
    clock.after(10, () => events.push('same instant'))
    clock.after(11, () => events.push('next'))
    await clock.advance(11)
    expect(events).toEqual(['chain@10', 'same instant', 'next'])
  })

  it('needs nothing but what browsers have', async () => {
    vi.stubGlobal('setImmediate', undefined)
    vi.resetModules()
    const browser = await import('@pex/testkit/clock')
    vi.unstubAllGlobals()
    const clock = browser.virtualClock()
    const events: string[] = []
    const chain = async (): Promise<void> => {
      for (let i = 0; i < 100; i++) await Promise.resolve()
      events.push('chain')
    }
    clock.after(1, () => void chain())
    clock.after(2, () => events.push('next'))
    await clock.advance(2)
    expect(events).toEqual(['chain', 'next'])
  })

  it('runUntil stops at the timer that makes it true, and fails when the time is over', async () => {
    const clock = virtualClock(5)
    let count = 0
    const tick = (): void => {
      count++
      clock.after(7, tick)
    }
    clock.after(7, tick)
    expect(await clock.runUntil(() => count === 3, { maxMs: 100 })).toBe(21)
    expect(clock.now()).toBe(26)
    await expect(clock.runUntil(() => count === 100, { maxMs: 10 })).rejects.toThrow(
      'not reached within 10 ms'
    )
    expect(clock.now()).toBe(36)
  })

  it('what a timer throws fails the advance, and the clock can go on', async () => {
    const clock = virtualClock()
    clock.after(1, () => {
      throw new Error('in a timer')
    })
    await expect(clock.advance(5)).rejects.toThrow('in a timer')
    await clock.advance(5)
    expect(clock.now()).toBe(6)
  })

  it('refuses a second advance while one is under way, and times that are none', async () => {
    const clock = virtualClock()
    const first = clock.advance(10)
    await expect(clock.advance(1)).rejects.toThrow('already advancing')
    await first
    expect(() => clock.after(NaN, () => {})).toThrow(RangeError)
    await expect(clock.advance(Infinity)).rejects.toThrow(RangeError)
    expect(() => virtualClock(NaN)).toThrow(RangeError)
  })

  it('timers that set each other off for ever fail instead of hanging', async () => {
    const clock = virtualClock()
    const again = (): void => void clock.after(0, again)
    again()
    await expect(clock.advance(1)).rejects.toThrow('time stands still')
  })
})

describe('work that leaves the thread', () => {
  const digest = async (bytes: number): Promise<ArrayBuffer> =>
    crypto.subtle.digest('SHA-256', new Uint8Array(bytes))

  it('holds the time while it is tracked', async () => {
    const clock = virtualClock()
    const finished: number[] = []
    const work = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) await clock.track(digest(1_000_000))
      finished.push(clock.now())
    }
    clock.after(10, () => void work())
    await clock.advance(1_000)
    expect(finished).toEqual([10])
  })

  it('comes out in the order in which it was begun, each chain at its end before the next', async () => {
    const clock = virtualClock()
    const events: string[] = []
    const sizes = [4_000_000, 10, 2_000_000, 10, 500_000, 10]
    const chain = async (size: number, i: number): Promise<void> => {
      await clock.track(digest(size))
      for (let step = 0; step < 3; step++) {
        events.push(`${i}.${step}`)
        await Promise.resolve()
      }
    }
    sizes.forEach((size, i) => clock.after(1, () => void chain(size, i)))
    // All are begun at one instant, outside of the clock's timers as well.
    const direct = sizes.map((size, i) => clock.track(digest(size)).then(() => events.push(`direct ${i}`)))
    await clock.advance(1)
    await Promise.all(direct)
    expect(events).toEqual([
      ...sizes.map((_, i) => `direct ${i}`),
      ...sizes.flatMap((_, i) => [`${i}.0`, `${i}.1`, `${i}.2`])
    ])
  })

  it('work begun together comes out in order, whatever ends first', async () => {
    const clock = virtualClock()
    const ends: ((value: string) => void)[] = []
    const work = [0, 1, 2].map(i => new Promise<string>(resolve => (ends[i] = resolve)))
    const seen: string[] = []
    for (const one of work) void clock.track(one).then(value => seen.push(value))
    ends[2]!('third')
    ends[1]!('second')
    await new Promise(resolve => setImmediate(resolve))
    expect(seen).toEqual([])
    ends[0]!('first')
    await clock.settle()
    expect(seen).toEqual(['first', 'second', 'third'])
  })

  it('lets what one result sets off come to its end before the next result', async () => {
    const clock = virtualClock()
    const events: string[] = []
    const chain = async (name: string, work: Promise<void>): Promise<void> => {
      await clock.track(work)
      for (let step = 0; step < 20; step++) await Promise.resolve()
      events.push(`${name} ends`)
    }
    const begins = (name: string) => (): Promise<void> => Promise.resolve(void events.push(`${name} begins`))
    void chain('a', begins('a')())
    const second = clock.track(Promise.resolve()).then(begins('b'))
    await clock.settle()
    await second
    expect(events).toEqual(['a begins', 'a ends', 'b begins'])
  })

  it('may fail before its turn comes, and is no unhandled rejection then', async () => {
    const clock = virtualClock()
    const unhandled: unknown[] = []
    const note = (reason: unknown): number => unhandled.push(reason)
    process.on('unhandledRejection', note)
    let end = (): void => {}
    const first = clock.track(new Promise<void>(resolve => (end = resolve)))
    const failed = clock.track(Promise.reject(new Error('early')))
    const caught = failed.catch((error: unknown) => error)
    await new Promise(resolve => setImmediate(resolve))
    end()
    await first
    expect(await caught).toMatchObject({ message: 'early' })
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('that fails, fails its caller only', async () => {
    const clock = virtualClock()
    const failed = clock.track(Promise.reject(new Error('no')))
    const next = clock.track(Promise.resolve('yes'))
    await expect(failed).rejects.toThrow('no')
    expect(await next).toBe('yes')
    await clock.settle()
  })

  it('a tracked port behaves like the port itself, even a frozen one with private state', async () => {
    class Counter {
      #count = 0
      readonly id = 'counter'
      async next(by: number): Promise<number> {
        this.#count += by
        await digest(1_000_000)
        return this.#count
      }
      peek(): number {
        return this.#count
      }
    }
    const clock = virtualClock()
    const literal = clock.tracked(Object.freeze({ sign: async () => 'signed' }))
    expect(await literal.sign()).toBe('signed')
    const port = clock.tracked(Object.freeze(new Counter()))
    const seen: unknown[] = []
    clock.after(1, () => void port.next(2).then(count => seen.push(count, clock.now())))
    await clock.advance(100)
    expect([seen, port.peek(), port.id]).toEqual([[2, 1], 2, 'counter'])
  })
})
