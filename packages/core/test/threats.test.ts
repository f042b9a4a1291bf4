/** Threats T2, T7, T8 and T27 of SECURITY.md at the size that is asked for there, against the machine alone. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { balanced, below, casm, healerSwapper, limits, Roster, shuffle } from '@pex/core'
import type { Descriptor } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import { describe, expect, it } from 'vitest'
import { Machine } from './machine.ts'
import { Network } from './network.ts'
import { descriptor, ids, record } from './peers.ts'

describe('T2, a replay of old records', () => {
  it('never brings an older one back, in a million histories of two to four records of a peer', () => {
    const rng = seeded(2)
    const held = new Set<number>()
    const wrong: string[] = []
    let numbers = new Roster(record('self'), rng, peer => held.has(peer))
    for (let nth = 0; nth < 1_000_000; nth++) {
      // Far fewer than the roster's places: what is forgotten for want of room is another claim.
      if (nth % 1_000 === 0) {
        held.clear()
        numbers = new Roster(record('self'), rng, peer => held.has(peer))
      }
      let newest = -1
      for (let left = 2 + below(rng, 3); left > 0; left--) {
        const seq = below(rng, 6)
        const number = numbers.see(record(`p${nth}`, BigInt(seq)))
        newest = Math.max(newest, seq)
        // The view takes it and lets it go again, at any moment.
        if (below(rng, 2) === 0) held.add(number)
        else held.delete(number)
        if (below(rng, 2) === 0) numbers.endStep()
        const kept = numbers.record(number)
        if (kept !== undefined && kept.seq < newest) wrong.push(`history ${nth}: ${kept.seq} after ${newest}`)
        for (const other of [newest - 1, newest, newest + 1]) {
          const news = numbers.compare(record(`p${nth}`, BigInt(other)))
          if (news !== Math.sign(other - newest)) wrong.push(`history ${nth}: ${other} after ${newest}`)
        }
      }
    }
    expect(wrong).toEqual([])
  }, 300_000)
})

describe('T7, a pin', () => {
  it.each([1, 30, 64, 128, limits.maxHop - 1, limits.maxHop, limits.maxHop + 1, 2 ** 28 - 1])(
    'by a claimed hop of %d never makes a message of others worth less',
    hop => {
      const machine = new Machine()
      machine.hear('from', [descriptor('honest'), descriptor('pinned', hop)])
      expect(machine.all('answer').length).toBe(1)
      expect(machine.all('refuse')).toEqual([])
      expect(machine.ids).toContain('honest')
      expect(machine.ids.includes('pinned')).toBe(hop < limits.memoryHop)
    }
  )

  it('is not what a dead peer of ten is: in 3 000 rounds no honest exchange is refused for its hop', () => {
    const network = new Network(7, 10, () => ({ policy: balanced() }))
    network.run(20)
    network.dead.add('n3')
    network.run(3_000)
    expect(network.refused.filter(reason => reason !== 'busy' && reason !== 'too-often')).toEqual([])
    expect(network.share(id => id === 'n3')).toBe(0)
    expect(network.views().map(view => view.length)).toEqual(Array.from({ length: 9 }, () => 8))
  })
})

describe('T8, duplicates', () => {
  it.each([2, 15, 100, 1_000])('%d copies of one record take no place of a full view', copies => {
    const machine = new Machine({ viewSize: 30, exchangeSize: 15 })
    for (let i = 0; i < 30; i++) machine.hear(`p${i}`, [descriptor(`q${i}`)])
    expect(machine.namespace.view.size).toBe(30)
    machine.hear(
      'attacker',
      Array.from({ length: copies }, () => descriptor('copy'))
    )
    expect(machine.all('refuse').map(({ reason }) => reason)).toEqual([
      copies < limits.maxRecords ? 'duplicate-id' : 'too-many-records'
    ])
    expect(machine.namespace.view.size).toBe(30)
  })

  it('and whatever else is said never make a view smaller: only silence does', () => {
    const rng = seeded(8)
    // What casm lets go now and then is its own choice: not here.
    for (const policy of [casm({ decay: 0 }), healerSwapper()]) {
      const machine = new Machine({ policy, viewSize: 30, exchangeSize: 15 })
      let size = 0
      for (let nth = 0; nth < 5_000; nth++) {
        const others = Array.from({ length: below(rng, 15) }, () =>
          descriptor(`p${below(rng, 60)}`, below(rng, 40), BigInt(below(rng, 4)))
        )
        machine.hear(`p${below(rng, 60)}`, others)
        expect(machine.namespace.view.size).toBeGreaterThanOrEqual(size)
        size = machine.namespace.view.size
      }
      expect(size).toBe(30)
    }
  })
})

describe('T27, a million records that are rightly signed', () => {
  it('leave view, memory and what is known at their bounds, and the heap where it was', () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const rng = seeded(27)
    const machine = new Machine({ exchangeSize: 16 })
    let born = 0
    const flood = (count: number): number => {
      for (const end = born + count; born < end;) {
        const others: Descriptor[] = Array.from({ length: 30 }, () =>
          descriptor(`minted-${born++}`, 1 + below(rng, 30))
        )
        machine.hear(`minted-${born++}`, shuffle(rng, others))
        if (born % 310 === 0) machine.tick()
      }
      gc()
      return process.memoryUsage().heapUsed
    }
    const before = flood(100_000)
    const after = flood(900_000)
    const { view, recovery } = machine.namespace
    expect(view.size).toBeLessThanOrEqual(view.max)
    expect(recovery.length).toBeLessThanOrEqual(limits.recoverySize)
    expect(machine.namespace.remember().length).toBeLessThanOrEqual(view.max + limits.recoverySize)
    expect(new Set(ids(view.entries)).size).toBe(view.size)
    expect(after - before).toBeLessThan(1_048_576)
  }, 120_000)
})
