import { admit, checkHops, isRejection, Known, limits } from '@pex/core'
import type { Admission, Descriptor, Rejection } from '@pex/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyId, descriptor, ids, message, record } from './peers.ts'

function judge(received: readonly Descriptor[], known = new Known(), round = 0): Admission | Rejection {
  return admit(received, { self: 'self', from: 'from', round }, known)
}

function admitted(received: readonly Descriptor[], known?: Known, round?: number): Admission {
  const admission = judge(received, known, round)
  if (isRejection(admission)) throw new Error(`rejected: ${admission.reason}`)
  return admission
}

describe('the order of a message', () => {
  it.each([
    [[], 'no-records'],
    [Array.from({ length: limits.maxRecords + 1 }, () => 1), 'too-many-records'],
    [Array.from({ length: 10_000 }, () => 0), 'too-many-records'],
    [[1], 'own-record-not-last'],
    [[0, 1], 'own-record-not-last'],
    [[0, 0], 'hop-zero-inside'],
    [[1, 0, 3, 0], 'hop-zero-inside']
  ])('%o is rejected: %s', (hops, reason) => {
    expect(checkHops(hops)).toEqual({ reason })
  })

  it('is right with the own record alone, and with as many as the limit', () => {
    expect(checkHops([0])).toBeUndefined()
    expect(checkHops([...Array.from({ length: limits.maxRecords - 1 }, () => 1), 0])).toBeUndefined()
  })
})

describe('admission', () => {
  it('takes the sender and whom it speaks of', () => {
    const { own, descriptors, dropped } = admitted(message('from', [descriptor('a', 4), descriptor('b', 7)]))
    expect([own.record.id, ids(descriptors), dropped]).toEqual(['from', ['a', 'b', 'from'], []])
  })

  it.each([
    ['our own id speaks', message('self'), 'self', 'from-self'],
    ['the own record is not of the sender', message('other'), 'from', 'sender-mismatch'],
    [
      'one id comes twice',
      message('from', [descriptor('a'), descriptor('a', 2, 2n)]),
      'from',
      'duplicate-id'
    ],
    ['the sender is among the others', message('from', [descriptor('from')]), 'from', 'duplicate-id'],
    ['there is nothing', [], 'from', 'no-records']
  ])('rejects the whole message when %s', (_, received, from, reason) => {
    expect(admit(received, { self: 'self', from, round: 0 }, new Known())).toEqual({ reason })
  })

  it('a thousand copies of one record condemn the message, they do not shrink a view', () => {
    const copies = Array.from({ length: limits.maxRecords - 1 }, () => descriptor('a'))
    expect(judge(message('from', copies))).toEqual({ reason: 'duplicate-id' })
  })

  it.each([
    ['ourselves', descriptor('self'), 'self'],
    ['a hop above the limit', descriptor('a', limits.maxHop + 1), 'hop-over-limit'],
    ['a hop far above it', descriptor('a', 2 ** 28 - 1), 'hop-over-limit'],
    ['somebody who cannot be called', { record: record('a', 1n, []), hop: 1 }, 'no-addresses'],
    ['somebody of whom we know better', descriptor('old', 1, 4n), 'stale-seq']
  ])('drops %s, and the rest of the message counts', (_, bad, reason) => {
    const known = new Known()
    known.see(record('old', 5n))
    const { descriptors, dropped } = admitted(message('from', [bad, descriptor('b')]), known)
    expect([ids(descriptors), dropped]).toEqual([['b', 'from'], [{ reason }]])
  })

  it('the largest hop that is allowed counts', () => {
    expect(ids(admitted(message('from', [descriptor('a', limits.maxHop)])).descriptors)).toEqual([
      'a',
      'from'
    ])
  })

  it('a sender that cannot be called, or whose record is outdated, is heard all the same', () => {
    const mute = [descriptor('a'), { record: record('from', 1n, []), hop: 0 }]
    expect(ids(admitted(mute).descriptors)).toEqual(['a'])
    const known = new Known()
    known.see(record('from', 2n))
    expect(ids(admitted(message('from', [descriptor('a')]), known).descriptors)).toEqual(['a'])
  })

  it('hearsay of the buried counts for nothing and is nobody’s fault; the buried themselves are heard', () => {
    const known = new Known()
    for (const id of ['dead', 'from']) known.bury(record(id), 5)
    const { descriptors, dropped } = admitted(message('from', [descriptor('dead')]), known, 6)
    expect([ids(descriptors), dropped]).toEqual([['from'], []])
  })

  it('lets nothing through that breaks a law of the view or of seq, whatever is said', () => {
    const anyDescriptor = fc
      .record({ id: anyId, hop: fc.integer({ min: 0, max: 1_100 }), seq: fc.bigInt({ min: 0n, max: 3n }) })
      .map(({ id, hop, seq }) => descriptor(id, hop, seq))
    const known = new Known()
    for (let i = 0; i < 20; i++) known.see(record(`p${i}`, 2n))
    fc.assert(
      fc.property(fc.array(anyDescriptor, { maxLength: 8 }), anyId, (others, from) => {
        const admission = admit(message(from, others), { self: 'p0', from, round: 0 }, known)
        if (isRejection(admission)) return
        const { descriptors } = admission
        expect(new Set(ids(descriptors)).size).toBe(descriptors.length)
        expect(ids(descriptors)).not.toContain('p0')
        for (const { record, hop } of descriptors) {
          expect(hop).toBeLessThanOrEqual(limits.maxHop)
          expect(known.supersedes(record)).toBe(false)
        }
      })
    )
  })
})
