/** The pure parts against simple models, over whatever inputs. */
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKey, parseAddress, sourceOf } from '../src/address.ts'
import { Agenda } from '../src/agenda.ts'
import type { Timed } from '../src/agenda.ts'
import { udpLimits } from '../src/constants.ts'
import { hmac } from '../src/crypto.ts'
import { ANSWER, QUESTION, readFrames, Writer } from '../src/frames.ts'
import { Outgoing } from '../src/outgoing.ts'
import { ReplayWindow } from '../src/replay.ts'

describe('the replay window', () => {
  it('never lets a number through twice, and every new one within its width', () => {
    const steps = fc.array(fc.oneof(fc.nat(300), fc.nat(2 ** 32 - 1)), { maxLength: 300 })
    fc.assert(
      fc.property(steps, numbers => {
        const window = new ReplayWindow(64)
        const seen = new Set<number>()
        for (const number of numbers) {
          const highest = Math.max(-1, ...seen)
          const expected = seen.has(number) || number <= highest - 64
          expect(window.has(number)).toBe(expected)
          if (expected) continue
          window.add(number)
          seen.add(number)
        }
      })
    )
  })
})

describe('the agenda', () => {
  it('gives items in the order of their times, whatever is put off, put forward or cancelled', () => {
    const step = fc.tuple(fc.nat(9), fc.option(fc.nat(1_000)))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const agenda = new Agenda()
        const items: Timed[] = Array.from({ length: 10 }, () => ({
          place: -1,
          due: Infinity,
          wake: () => {}
        }))
        const model = new Map<Timed, number>()
        for (const [i, due] of steps) {
          const item = items[i]!
          if (due === null) agenda.cancel(item)
          else agenda.schedule(item, due)
          if (due === null) model.delete(item)
          else model.set(item, due)
          expect(agenda.next).toBe(Math.min(Infinity, ...model.values()))
          expect(agenda.size).toBe(model.size)
        }
        const dues: number[] = []
        for (let item = agenda.pop(Infinity); item !== undefined; item = agenda.pop(Infinity))
          dues.push(item.due)
        expect(dues).toEqual([...model.values()].toSorted((a, b) => a - b))
      })
    )
  })
})

describe('frames', () => {
  const fragment = fc.record({
    type: fc.constantFrom('question' as const, 'answer' as const),
    id: fc.nat(2 ** 32 - 1),
    total: fc.nat(900)
  })
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 3 }), fc.nat(60), (fragments, least) => {
        const writer = new Writer(4_000)
        for (const { type, id, total } of fragments)
          writer.fragment(
            type === 'question' ? QUESTION : ANSWER,
            id,
            total,
            0,
            new Uint8Array(total).fill(7)
          )
        const frames = readFrames(writer.text(least))
        expect(frames).toEqual(
          fragments.map(part => ({ ...part, index: 0, bytes: Buffer.alloc(part.total, 7) }))
        )
      })
    )
  })

  it('acks of any set of counters are read as they were written', () => {
    const lengths = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 })), {
      minLength: 1,
      maxLength: udpLimits.maxAckRanges
    })
    fc.assert(
      fc.property(lengths, fc.nat(70_000), (pairs, delayMs) => {
        const ranges: { first: number; last: number }[] = []
        let next = 0
        for (const [gap, length] of pairs) {
          ranges.unshift({ first: next + gap, last: next + gap + length - 1 })
          next += gap + length
        }
        const writer = new Writer(200)
        writer.ack({ type: 'ack', delayMs, ranges })
        expect(readFrames(writer.text(0))).toEqual([
          { type: 'ack', delayMs: Math.min(delayMs, 65_535), ranges }
        ])
      })
    )
  })

  it('never throw, whatever the bytes, and hold no more than was there', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_300 }), bytes => {
        const frames = readFrames(bytes) ?? []
        const held = frames.reduce((sum, frame) => sum + ('bytes' in frame ? frame.bytes.length : 0), 0)
        expect(held).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 2_000 }
    )
  })
})

describe('a message on its way out', () => {
  it('has arrived when each piece has, whatever is lost, sent again or acknowledged late', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('take', 'lost', 'arrived'), fc.nat(4)), { maxLength: 60 })
    fc.assert(
      fc.property(steps, all => {
        const message = new Outgoing('question', 1, new Uint8Array(4_500))
        const states = Array.from({ length: 5 }, () => 'waiting')
        for (const [step, index] of all) {
          if (step === 'take' && message.isWaiting) {
            const taken = message.take()
            expect(states[taken]).toBe('waiting')
            states[taken] = 'sent'
          } else if (step === 'lost') {
            message.lost(index)
            if (states[index] === 'sent') states[index] = 'waiting'
          } else if (step === 'arrived' && states[index] !== 'waiting') {
            message.arrived(index)
            states[index] = 'arrived'
          }
          expect(message.isWaiting).toBe(states.includes('waiting'))
          expect(message.hasArrived).toBe(states.every(state => state === 'arrived'))
        }
      })
    )
  })
})

describe('the short HMAC', () => {
  it("is the platform's HMAC", () => {
    const inputs = [
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ maxLength: 128 })
    ] as const
    fc.assert(
      fc.property(...inputs, (key, data) => {
        const expected = createHmac('sha256', key).update(data).digest('hex')
        expect(Buffer.from(hmac(key, data)).toString('hex')).toBe(expected)
      })
    )
  })
})

describe('addresses', () => {
  it.each([
    ['/ip4/192.0.2.1/udp/4001/noise', '192.0.2.1|4001'],
    ['/ip4/192.0.2.1/udp/4001', '192.0.2.1|4001'],
    ['/ip4/192.0.2.1/udp/4001/noise/p2p/12D3KooWEkoH', '192.0.2.1|4001'],
    ['/ip6/2001:0db8:0::1/udp/1/noise', '2001:db8::1|1'],
    ['/ip4/192.0.2.1/udp/4001/quic-v1', undefined],
    ['/ip4/192.0.2.1/tcp/4001/noise', undefined],
    ['/ip4/192.0.2.256/udp/4001/noise', undefined],
    ['/ip4/::1/udp/4001/noise', undefined],
    ['/ip6/192.0.2.1/udp/4001/noise', undefined],
    ['/ip4/192.0.2.1/udp/65536/noise', undefined],
    ['/ip4/192.0.2.1/udp/-1/noise', undefined],
    ['/dns4/example.com/udp/4001/noise', undefined],
    ['ip4/192.0.2.1/udp/4001/noise', undefined],
    ['', undefined]
  ])('%s is %s', (text, key) => {
    const address = parseAddress(text)
    expect(address && addressKey(address)).toBe(key)
  })

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0']
  ])('%s is counted with %s', (host, source) => expect(sourceOf(host)).toBe(source))
})
