/** Threat T23: what strangers send by the million does not fill the disk, and no peer chooses a label. */
import { rejectionReasons } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { Recorder } from '../src/dashboard/recorder.ts'
import type { HostEvent } from '../src/events.ts'
import type { Untimed } from '../src/output.ts'
import { MOST_A_SECOND, sparing } from '../src/sparing.ts'
import { tell } from '../src/story.ts'

type Rejected = Extract<Untimed<HostEvent>, { event: 'rejected' }>

const rejected = (i: number, reason: string): Rejected => ({
  event: 'rejected',
  namespace: 'pex',
  peer: `peer-${i}`,
  reason
})

describe('a flood of rejections', () => {
  it('of a million in ten seconds is at most ten lines a second for each reason, and loses no number', () => {
    let now = 1_000_000
    const lines: { at: number; event: Rejected }[] = []
    const emit = sparing(
      event => void (event.event === 'rejected' && lines.push({ at: now, event })),
      () => now
    )
    const reasons = rejectionReasons.slice(0, 5)
    for (let i = 0; i < 1_000_000; i++) {
      now = 1_000_000 + Math.floor(i / 100)
      emit(rejected(i, reasons[i % reasons.length]!))
    }
    now += 1_000
    for (const reason of reasons) emit(rejected(0, reason))
    for (const reason of reasons) {
      const told = lines.filter(({ event }) => event.reason === reason)
      const seconds = new Map<number, number>()
      for (const { at } of told)
        seconds.set(Math.floor(at / 1_000), (seconds.get(Math.floor(at / 1_000)) ?? 0) + 1)
      expect(Math.max(...seconds.values())).toBe(MOST_A_SECOND)
      const all = told.reduce((sum, { event }) => sum + 1 + (event.omitted ?? 0), 0)
      expect(all).toBe(200_001)
    }
  })

  it('leaves out nothing else, and is told to people with its number', () => {
    const heard: Untimed<HostEvent>[] = []
    const emit = sparing(
      event => void heard.push(event),
      () => 0
    )
    for (let i = 0; i < 100; i++) emit({ event: 'round', namespace: 'pex', round: i, reached: null })
    expect(heard.length).toBe(100)
    expect(tell({ ...rejected(1, 'bad-signature'), omitted: 7 })).toEqual([
      'pex: rejected what peer-1 sent: bad-signature (and 7 more before it)'
    ])
  })

  it('does not stop where the clock is set back', () => {
    let [now, told] = [10_000_000, 0]
    const emit = sparing(
      () => void told++,
      () => now
    )
    for (let i = 0; i < 50; i++) emit(rejected(i, 'truncated'))
    now -= 3_600_000
    for (let i = 0; i < 50; i++) emit(rejected(i, 'truncated'))
    expect(told).toBe(2 * MOST_A_SECOND)
  })

  it('counts on the pages of a demo as what it was', () => {
    const recorder = new Recorder('run')
    recorder.heard({ ...rejected(1, 'truncated'), omitted: 99 })
    expect(recorder.rejections).toEqual({ total: 100, reasons: [{ reason: 'truncated', count: 100 }] })
  })
})
