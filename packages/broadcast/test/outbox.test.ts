import { limits } from '@pex/core'
import type { Frame, Priority } from '@pex/broadcast'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bounds } from '../src/bounds.ts'
import { encode } from '../src/codec.ts'
import { Outbox } from '../src/outbox.ts'
import { announce, data, kinds, message } from './kit.ts'

const id = (i: number): string => i.toString(16).padStart(64, '0')
const graft = (...ids: number[]): Frame => ({ kind: 'graft', ids: ids.map(id) })
const prune: Frame = { kind: 'prune' }
const numbers = (frames: readonly Frame[]): number[] =>
  frames.flatMap(frame =>
    frame.kind === 'data' ? [frame.message.payload[0]! * 256 + frame.message.payload[1]!] : []
  )

describe('an outbox', () => {
  it('gives control first, then announcements, then messages', () => {
    const box = new Outbox()
    box.push(data(message(1)), 'high')
    box.push(announce(id(1)), 'high')
    box.push(graft(2), 'high')
    expect(kinds(box.take(limits.maxMessageBytes))).toEqual(['graft', 'announce', 'data'])
    expect(box.isEmpty).toBe(true)
    expect(box.take(1_000)).toEqual([])
  })

  it('D23: serves every priority, the high ones more often', () => {
    const box = new Outbox()
    const names: Priority[] = ['low', 'mid', 'high']
    for (let i = 0; i < 60; i++) names.forEach((name, at) => box.push(data(message(100 * at + i)), name))
    const order = Array.from({ length: 21 }, () => numbers(box.take(28))[0]!)
    const share = (at: number): number => order.filter(number => Math.floor(number / 100) === at).length
    expect([share(0), share(1), share(2)]).toEqual([3, 6, 12])
    expect(order.filter(number => number >= 200)).toEqual(Array.from({ length: 12 }, (_, i) => 200 + i))
  })

  it('refuses a message for which there is no room, in number or bytes', () => {
    const box = new Outbox()
    const pushed = Array.from({ length: bounds.queued + 5 }, (_, i) => box.push(data(message(i)), 'mid'))
    expect(pushed.filter(found => !found)).toHaveLength(5)
    expect(box.push(data(message(1)), 'low'), 'each priority has a line of its own').toBe(true)
    const heavy = new Outbox()
    for (let i = 0; i < 10; i++) heavy.push(data(message(new Uint8Array(60_000).fill(i))), 'mid')
    expect(heavy.bytes).toBeLessThanOrEqual(bounds.queuedBytes)
  })

  it('keeps the last word of prune and graft', () => {
    const box = new Outbox()
    box.push(prune, 'high')
    box.push(graft(1), 'high')
    expect(kinds(box.take(1_000))).toEqual(['graft'])
    box.push(graft(1), 'high')
    box.push(prune, 'high')
    expect(box.take(1_000)).toEqual([prune])
    expect(box.isEmpty).toBe(true)
  })

  it('carries an announcement of nothing, once', () => {
    const box = new Outbox()
    for (let i = 0; i < 3; i++) box.push(announce(), 'high')
    expect(box.take(1_000)).toEqual([announce()])
    expect(box.isEmpty).toBe(true)
  })

  it('takes no more than fits, loses nothing that found room, and ends', () => {
    const step = fc.oneof(
      fc.record({ payload: fc.nat(60_000), priority: fc.constantFrom<Priority>('high', 'mid', 'low') }),
      fc.record({ announced: fc.nat(100) }),
      fc.record({ grafted: fc.nat(100) }),
      fc.constant({ take: true })
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const box = new Outbox()
        let next = 0
        let into = 0
        let out = 0
        const take = (): Frame[] => {
          const frames = box.take(limits.maxMessageBytes)
          expect(encode(frames).length).toBeLessThanOrEqual(limits.maxMessageBytes)
          expect(frames.length).toBeLessThanOrEqual(bounds.frames)
          out += frames.filter(({ kind }) => kind === 'data').length
          return frames
        }
        for (const step of steps) {
          if ('payload' in step) {
            const payload = new Uint8Array(step.payload).fill(next++)
            into += box.push(data(message(payload)), step.priority) ? 1 : 0
          } else if ('announced' in step)
            box.push(announce(...Array.from({ length: step.announced }, () => id(1_000 + next++))), 'high')
          else if ('grafted' in step)
            box.push(graft(...Array.from({ length: step.grafted }, () => next++)), 'high')
          else take()
        }
        for (let turns = 0; !box.isEmpty; turns++) {
          expect(turns).toBeLessThan(200)
          expect(take()).not.toEqual([])
        }
        expect(out).toBe(into)
      }),
      { numRuns: 50 }
    )
  })
})
