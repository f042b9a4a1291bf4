import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Placement, netAddresses, nodeInfos, rules } from '@pex/address-book'
import { json, nodeId } from './world.ts'

interface Row {
  readonly key: string
  readonly addr: string
  readonly port: number
  readonly source: string
  readonly new: number
  readonly old: number
}

const zeros = '00'.repeat(32)
const counting = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0')).join('')

describe('placement', () => {
  it.each(json<Row[]>('placements.json'))('is that of go-p2p: $addr from $source', row => {
    const kind = netAddresses()
    const placement = new Placement(rules.cometbft, row.key)
    const address = { id: nodeId(1), ip: row.addr, port: row.port }
    const group = kind.groupOf(address)
    const from = kind.groupOf({ id: nodeId(2), ip: row.source, port: 1 })
    expect(placement.newBucket(group, from)).toBe(row.new)
    expect(placement.triedBucket(group, kind.placeOf(address))).toBe(row.old)
  })

  it.each([
    [zeros, '1.2.3.4', '5.6.7.8', 961, 44],
    [zeros, '8.8.8.8', '9.9.9.9', 379, 19],
    [zeros, '127.0.0.1', '127.0.0.1', 575, 37],
    [zeros, '10.1.2.3', '8.8.8.8', 33, 24],
    [counting, '1.2.3.4', '5.6.7.8', 630, 23],
    [counting, '8.8.8.8', '9.9.9.9', 83, 35],
    [counting, '127.0.0.1', '127.0.0.1', 616, 19],
    [counting, '10.1.2.3', '8.8.8.8', 133, 13],
    [counting, '1.2.9.9', '5.6.7.8', 630, 58]
  ])('is that of libonomy: key %s, %s from %s', (key, ip, source, fresh, tried) => {
    const kind = nodeInfos()
    const placement = new Placement(rules.libonomy, key)
    const address = { id: 'x', ip, tcpPort: 1, udpPort: 1 }
    const group = kind.groupOf(address)
    expect(placement.newBucket(group, kind.groupOf({ ...address, ip: source }))).toBe(fresh)
    expect(placement.triedBucket(group, kind.placeOf(address))).toBe(tried)
  })

  it.each(['cometbft', 'libonomy', 'pex'] as const)(
    'of %s keeps what one source group tells, and what one group has, to its share',
    name => {
      const { keyBytes, newBucketsPerGroup, triedBucketsPerGroup } = rules[name]
      const placement = new Placement(rules[name], 'ab'.repeat(keyBytes))
      const fresh = new Set<number>()
      const tried = new Set<number>()
      for (let i = 0; i < 3_000; i++) {
        fresh.add(placement.newBucket(`group-${i}`, 'source'))
        tried.add(placement.triedBucket('group', Uint8Array.of(i >> 8, i & 255)))
      }
      // Two of a group's turns may fall on one bucket.
      expect(fresh.size).toBeLessThanOrEqual(newBucketsPerGroup)
      expect(fresh.size).toBeGreaterThan(newBucketsPerGroup * 0.8)
      expect(tried.size).toBeLessThanOrEqual(triedBucketsPerGroup)
    }
  )

  it('is another one under another key', () => {
    const one = new Placement(rules.pex, '01'.repeat(32))
    const other = new Placement(rules.pex, '02'.repeat(32))
    const groups = Array.from({ length: 200 }, (_, i) => `group-${i}`)
    const same = groups.filter(group => one.newBucket(group, 's') === other.newBucket(group, 's'))
    expect(same.length).toBeLessThan(10)
  })

  it('is always within the table', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.uint8Array(), (group, source, place) => {
        const placement = new Placement(rules.libonomy, zeros)
        const [fresh, tried] = [placement.newBucket(group, source), placement.triedBucket(group, place)]
        expect(fresh).toBeGreaterThanOrEqual(0)
        expect(fresh).toBeLessThan(1_024)
        expect(tried).toBeGreaterThanOrEqual(0)
        expect(tried).toBeLessThan(64)
      })
    )
  })
})
