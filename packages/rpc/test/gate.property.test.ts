import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Gate } from '../src/gate.ts'

const forever = new AbortController().signal

describe('a gate', () => {
  it('never lets in more than it may, keeps nobody out while there is room, and forgets who has left', async () => {
    const step = fc.record({
      key: fc.integer({ min: 0, max: 3 }),
      act: fc.constantFrom('enter', 'leave', 'abort')
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
        const gate = new Gate({ perKey: 2, all: 5, waitingPerKey: 3, waiting: 6 })
        const inside = new Map<number, (() => void)[]>([0, 1, 2, 3].map(key => [key, []]))
        const waiting = new Map<number, AbortController[]>([0, 1, 2, 3].map(key => [key, []]))
        const count = (of: Map<number, unknown[]>): number =>
          [...of.values()].reduce((sum, { length }) => sum + length, 0)
        for (const { key, act } of steps) {
          if (act === 'leave') inside.get(key)!.shift()?.()
          else if (act === 'abort') waiting.get(key)!.shift()?.abort()
          else {
            const controller = new AbortController()
            const before = count(waiting)
            waiting.get(key)!.push(controller)
            const settle = (): void => {
              const list = waiting.get(key)!
              if (list.includes(controller)) list.splice(list.indexOf(controller), 1)
            }
            gate.enter(String(key), controller.signal).then(
              leave => {
                settle()
                if (leave !== undefined) inside.get(key)!.push(leave)
                else expect(before, 'sent away only from a full room').toBeGreaterThanOrEqual(3)
              },
              () => settle()
            )
          }
          for (let i = 0; i < 8; i++) await Promise.resolve()
          expect(gate.inside).toBe(count(inside))
          expect(gate.waiting).toBe(count(waiting))
          expect(gate.inside).toBeLessThanOrEqual(5)
          expect(gate.waiting).toBeLessThanOrEqual(6)
          for (const [key, { length }] of inside) {
            expect(length).toBeLessThanOrEqual(2)
            if (gate.inside < 5 && length < 2) expect(waiting.get(key), `key ${key} waits`).toHaveLength(0)
          }
        }
        for (const [, controllers] of waiting) while (controllers.length > 0) controllers.shift()!.abort()
        for (const [, leaves] of inside) while (leaves.length > 0) leaves.shift()!()
        for (let i = 0; i < 8; i++) await Promise.resolve()
        expect([gate.inside, gate.waiting, gate.keys]).toEqual([0, 0, 0])
      })
    )
  })

  it('gives keys their turns: who waits for much keeps nobody else waiting', async () => {
    const gate = new Gate({ perKey: 2, all: 2, waitingPerKey: 10, waiting: 100 })
    const order: string[] = []
    const ways: (() => void)[] = []
    const enter = (key: string): void =>
      void gate.enter(key, forever).then(leave => {
        order.push(key)
        ways.push(leave!)
      })
    for (const key of ['a', 'a', 'a', 'a', 'a', 'a', 'b', 'c']) enter(key)
    for (let i = 0; i < 8; i++) {
      for (let turn = 0; turn < 4; turn++) await Promise.resolve()
      ways.shift()?.()
    }
    expect(order.slice(0, 5).toSorted()).toEqual(['a', 'a', 'a', 'b', 'c'])
  })

  it('a way out works once', async () => {
    const gate = new Gate({ perKey: 1, all: 1, waitingPerKey: 1, waiting: 1 })
    const leave = await gate.enter('a', forever)
    leave!()
    leave!()
    expect(gate.inside).toBe(0)
  })
})
