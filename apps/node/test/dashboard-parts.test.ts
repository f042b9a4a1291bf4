/** What a dashboard remembers, and what it draws: by itself, without a server or a page. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Layout } from '../src/dashboard/browser/layout.ts'
import { marks, sums } from '../src/dashboard/browser/scale.ts'
import { Callers } from '../src/dashboard/callers.ts'
import { ClusterTraffic } from '../src/dashboard/cluster-traffic.ts'
import { History } from '../src/dashboard/history.ts'
import { Journal } from '../src/dashboard/journal.ts'
import { Recorder } from '../src/dashboard/recorder.ts'
import { countNames } from '../src/dashboard/shapes.ts'

describe('what is remembered', () => {
  it('is a journal of bounded length, from which nobody hears an event twice or misses one unnoticed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000), { maxLength: 60 }), fc.nat(70), (lengths, from) => {
        const journal = new Journal({ run: 'r', maxEntries: 16, maxLength: 20_000 })
        const entries = lengths.flatMap(length => {
          journal.step()
          return journal.add('x', { text: 'x'.repeat(length) }) ?? []
        })
        const rest = journal.after(`r-${from}`)
        if (rest === undefined) return
        expect(rest.map(({ id }) => id)).toEqual(entries.slice(from).map(({ id }) => id))
        expect(rest.length).toBeLessThanOrEqual(16)
        expect(rest.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(20_000)
      })
    )
  })

  it('is of a flood the beginning of each second, and its number', () => {
    const recorder = new Recorder('r')
    let heard = 0
    recorder.listen(() => heard++)
    for (let i = 0; i < 10_000; i++)
      recorder.heard({ event: 'rejected', namespace: 'pex', peer: `p${i}`, reason: 'busy' })
    expect(heard).toBe(20)
    expect(recorder.step(0)).toMatchObject({ omitted: 9_980, counts: { rejected: 10_000 } })
    expect(recorder.rejections).toEqual({ total: 10_000, reasons: [{ reason: 'busy', count: 10_000 }] })
    recorder.heard({ event: 'rejected', namespace: 'pex', peer: 'p', reason: 'busy' })
    expect(heard).toBe(21)
  })

  it('is each count in its second, and their sum in its minute', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ began: fc.nat(9), sentBytes: fc.nat(9_999) }), { maxLength: 500 }),
        steps => {
          const history = new History()
          for (const [i, { began, sentBytes }] of steps.entries()) {
            history.count('began', began)
            history.count('sentBytes', sentBytes)
            history.step(i)
          }
          const seconds = history.read(1)
          expect(Object.keys(seconds.counts)).toEqual([...countNames])
          expect(seconds.counts.began).toEqual(steps.slice(-300).map(({ began }) => began))
          const minutes = history.read(60).counts.sentBytes
          expect(minutes).toEqual(
            Array.from({ length: Math.floor(steps.length / 60) }, (_, i) =>
              steps.slice(i * 60, i * 60 + 60).reduce((sum, each) => sum + each.sentBytes, 0)
            )
          )
        }
      )
    )
  })

  it('is the traffic of a demo: what each host has counted since it was asked last, whoever comes, goes or is silent', async () => {
    const counts = new Map<string, number>()
    const traffic = new ClusterTraffic(async url => {
      const bytes = counts.get(url)
      if (bytes === undefined) throw new Error('it does not answer')
      return { sent: { messages: bytes / 10, bytes }, received: { messages: 1, bytes: bytes * 2 } }
    })
    const step = async (told: Readonly<Record<string, number>>, urls: string[]): Promise<number> => {
      counts.clear()
      for (const [url, bytes] of Object.entries(told)) counts.set(url, bytes)
      return (await traffic.step(urls)).sent.bytes
    }
    expect(await step({ a: 100 }, ['a', 'b'])).toBe(100)
    expect(await step({ a: 150, b: 40 }, ['a', 'b'])).toBe(90)
    expect(await step({ b: 60 }, ['a', 'b']), 'one that is silent for a second').toBe(20)
    expect(await step({ a: 170, b: 60 }, ['a', 'b']), 'loses nothing').toBe(20)
    expect(
      await step({ a: 180, c: 30 }, ['a', 'c']),
      'one that was killed is back elsewhere, from zero'
    ).toBe(40)
    expect(traffic.total.sent).toEqual({ messages: 27, bytes: 270 })
    expect(traffic.total.received.bytes).toBe(540)
  })

  it('is since when a peer is held, through newer records of it, and not after it has gone', () => {
    const callers = new Callers()
    const view = (added: string[], removed: string[] = []): void =>
      callers.heard({ event: 'view', namespace: 'pex', size: 0, added, removed })
    view(['a'])
    const since = callers.heldSince('pex', 'a')
    expect(since).toBeGreaterThan(0)
    view(['a'], [])
    expect(callers.heldSince('pex', 'a')).toBe(since)
    expect(callers.heldSince('other', 'a')).toBeUndefined()
    view([], ['a'])
    expect(callers.heldSince('pex', 'a')).toBeUndefined()
  })

  it('is the last thousand callers, however many strangers call', () => {
    const callers = new Callers()
    for (let i = 0; i < 5_000; i++)
      callers.heard({ event: 'exchange', namespace: 'pex', peer: `p${i}`, role: 'responder', received: 0 })
    expect(callers.of('pex').length).toBe(1_024)
    expect(callers.of('pex').at(-1)).toMatchObject({ id: 'p4999', calls: 1 })
  })
})

describe('the drawings', () => {
  it('have round marks from zero to beyond the highest value, and few of them', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e9, noNaN: true }), fc.boolean(), (high, isWhole) => {
        const list = marks(high, { isWhole })
        expect(list[0]).toBe(0)
        expect(list.at(-1)).toBeGreaterThanOrEqual(high * (1 - 1e-6))
        expect(list.length).toBeLessThanOrEqual(6)
        if (isWhole) expect(list.every(Number.isInteger)).toBe(true)
      })
    )
  })

  it('lose nothing of what they put together', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { maxLength: 300 }), list => {
        const bins = sums(list, 5, 60)
        expect(bins.reduce((a, b) => a + b, 0)).toBe(list.reduce((a, b) => a + b, 0))
        expect(bins.length).toBe(Math.ceil(list.length / 5))
      })
    )
  })

  it('lay out any graph: every node somewhere, no two in one place, and they come to rest', () => {
    const graph = fc.record({
      count: fc.integer({ min: 1, max: 60 }),
      ends: fc.array(fc.nat(79), { maxLength: 200 })
    })
    fc.assert(
      fc.property(graph, ({ count, ends }) => {
        const layout = new Layout()
        const edges = Uint32Array.from(ends.slice(0, ends.length - (ends.length % 2)))
        layout.set(new Float32Array(count * 2).fill(Number.NaN), edges, 1)
        let steps = 0
        for (; !layout.isCold && steps < 1_000; steps++) layout.step()
        expect(steps).toBeLessThan(400)
        const places = Array.from(
          { length: count },
          (_, i) => `${layout.positions[2 * i]},${layout.positions[2 * i + 1]}`
        )
        expect(layout.positions.every(Number.isFinite)).toBe(true)
        expect(new Set(places).size).toBe(count)
      }),
      { numRuns: 30 }
    )
  })
})
