import { admit, checkHops, checkPicks, isRejection, limits } from '@pex/core'
import type { Admission, Descriptor, PeerRecord } from '@pex/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyId, descriptor, ids, message, record } from './peers.ts'

type Seqs = ReadonlyMap<string, bigint>

function judge(received: readonly Descriptor[], seqs: Seqs = new Map(), from = 'from', self = 'self') {
  const compare = ({ id, seq }: PeerRecord) => Number(seq - (seqs.get(id) ?? seq))
  return admit(received, { self, from, compare })
}

function admitted(received: readonly Descriptor[], seqs?: Seqs): Admission {
  const admission = judge(received, seqs)
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
  it('leaves out whom we could not call, the sender too, where it is told who that is', () => {
    const isCallable = ({ id }: PeerRecord): boolean => id === 'a'
    const received = message('from', [descriptor('a'), descriptor('b')])
    const admission = admit(received, { self: 'self', from: 'from', compare: () => 1, isCallable })
    if (isRejection(admission)) throw new Error(`rejected: ${admission.reason}`)
    expect(ids(admission.descriptors)).toEqual(['a'])
    expect(admission.dropped.map(({ reason }) => reason)).toEqual(['no-addresses', 'no-addresses'])
    expect(admission.own.record.id).toBe('from')
  })

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
    expect(judge(received, undefined, from)).toEqual({ reason })
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
    const seqs = new Map([['old', 5n]])
    const { descriptors, places, dropped } = admitted(message('from', [bad, descriptor('b')]), seqs)
    expect([ids(descriptors), places, dropped]).toEqual([['b', 'from'], [1, 2], [{ reason }]])
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
    const seqs = new Map([['from', 2n]])
    expect(ids(admitted(message('from', [descriptor('a')]), seqs).descriptors)).toEqual(['a'])
  })

  it('says where in the message as it was sent each of them stood', () => {
    const received = message('from', [descriptor('self'), descriptor('b')])
    const circumstances = { self: 'self', from: 'from', compare: () => 1 }
    expect(admit(received, circumstances)).toMatchObject({ places: [1, 2] })
    expect(admit(received, { ...circumstances, places: [0, 3, 7] })).toMatchObject({ places: [3, 7] })
  })

  it('lets nothing through that breaks a law of the view or of seq, whatever is said', () => {
    const anyDescriptor = fc
      .record({ id: anyId, hop: fc.integer({ min: 0, max: 1_100 }), seq: fc.bigInt({ min: 0n, max: 3n }) })
      .map(({ id, hop, seq }) => descriptor(id, hop, seq))
    const seqs = new Map(Array.from({ length: 20 }, (_, i) => [`p${i}`, 2n]))
    fc.assert(
      fc.property(fc.array(anyDescriptor, { maxLength: 8 }), anyId, (others, from) => {
        const admission = judge(message(from, others), seqs, from, 'p0')
        if (isRejection(admission)) return
        const { descriptors } = admission
        expect(new Set(ids(descriptors)).size).toBe(descriptors.length)
        expect(ids(descriptors)).not.toContain('p0')
        for (const { record, hop } of descriptors) {
          expect(hop).toBeLessThanOrEqual(limits.maxHop)
          expect(record.seq >= (seqs.get(record.id) ?? 0n)).toBe(true)
        }
      })
    )
  })
})

describe('picks', () => {
  it.each([[[]], [[0]], [[2, 0, 1]]])('%o are different places of a list of three', picks => {
    expect(checkPicks(picks, 3)).toBeUndefined()
  })

  it.each([[[3]], [[-1]], [[0.5]], [[Number.NaN]], [[1, 1]], [[0, 1, 2, 0]]])('%o are not', picks => {
    expect(checkPicks(picks, 3)).toEqual({ reason: 'bad-picks' })
  })
})
