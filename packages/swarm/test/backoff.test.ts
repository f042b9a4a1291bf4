/** How long an address that failed is left alone. */
import { Backoff, BlackHoles } from '@pex/swarm'
import { seeded } from '@pex/testkit'
import { describe, expect, it } from 'vitest'

const A = '/ip4/9.9.9.9/tcp/1'

/** The waits after so many failures in a row, each at the end of the one before. */
function waits(backoff: Backoff, count: number): number[] {
  let now = 0
  return Array.from({ length: count }, () => {
    backoff.add('p', A, now)
    const wait = backoff.readyAt('p', A) - now
    now += wait
    return wait
  })
}

describe('the backoff', () => {
  it('grows as go-libp2p-swarm’s does: 5, 6, 9, 14, 21, 30 seconds, up to five minutes', () => {
    expect(waits(new Backoff(), 6)).toEqual([5, 6, 9, 14, 21, 30].map(seconds => seconds * 1_000))
    expect(waits(new Backoff(), 40).at(-1)).toBe(300_000)
  })

  it('waits up to the moment, not beyond it', () => {
    const backoff = new Backoff()
    backoff.add('p', A, 1_000)
    expect(backoff.isWaiting('p', A, 5_999)).toBe(true)
    expect(backoff.isWaiting('p', A, 6_000)).toBe(false)
    expect(backoff.isWaiting('p', '/ip4/9.9.9.9/tcp/2', 1_000)).toBe(false)
    expect(backoff.isWaiting('q', A, 1_000)).toBe(false)
  })

  it('leaves a share of the wait to chance where it is told to', () => {
    const backoff = new Backoff({ jitter: 0.5, rng: seeded(1), grow: tries => 1_000 * 2 ** tries })
    for (const [i, wait] of waits(backoff, 6).entries()) {
      expect(wait).toBeGreaterThanOrEqual(500 * 2 ** (i + 1))
      expect(wait).toBeLessThanOrEqual(1_000 * 2 ** (i + 1))
    }
  })

  it('forgets a peer all at once, and those that were left alone for long by itself', () => {
    const backoff = new Backoff()
    backoff.add('p', A, 0)
    backoff.add('p', '/ip4/9.9.9.9/tcp/2', 0)
    backoff.clear('p')
    expect(backoff.size).toBe(0)
    for (let i = 0; i < 100; i++) backoff.add(`p${i}`, A, 0)
    backoff.add('late', A, 9_000)
    expect(backoff.size).toBe(101)
    backoff.add('later', A, 300_000)
    expect(backoff.size).toBe(1)
  })

  it('never remembers more peers or addresses than it may', () => {
    const backoff = new Backoff({ maxPeers: 10 })
    for (let i = 0; i < 1_000; i++) backoff.add(`p${i}`, A, 0)
    expect(backoff.size).toBe(10)
    for (let i = 0; i < 1_000; i++) backoff.add('p', `/ip4/9.9.9.9/tcp/${i}`, 0)
    expect(backoff.isWaiting('p', '/ip4/9.9.9.9/tcp/0', 1)).toBe(false)
    expect(backoff.isWaiting('p', '/ip4/9.9.9.9/tcp/999', 1)).toBe(true)
  })
})

describe('a black hole', () => {
  const udp = '/ip4/9.9.9.9/udp/1/quic-v1'

  it('is found by its failures, probed now and then, and left with one success', () => {
    const holes = new BlackHoles({ window: 20, minSuccesses: 3 })
    for (let i = 0; i < 20; i++) {
      expect(holes.blocks(udp)).toBe(false)
      holes.record(udp, i < 2)
    }
    const asked = Array.from({ length: 60 }, () => holes.blocks(udp))
    expect(asked.filter(blocked => !blocked).length).toBe(3)
    holes.record(udp, true)
    expect(holes.blocks(udp)).toBe(false)
  })

  it('is of one kind: TCP over IPv4 and local addresses have nothing to do with it', () => {
    const holes = new BlackHoles({ window: 5, minSuccesses: 1 })
    for (let i = 0; i < 5; i++) holes.record('/ip6/2a00::1/udp/1/quic-v1', false)
    expect(holes.blocks('/ip6/2a00::1/tcp/1')).toBe(true)
    expect(holes.blocks(udp)).toBe(true)
    expect(holes.blocks('/ip4/9.9.9.9/tcp/1')).toBe(false)
    expect(holes.blocks('/ip4/10.0.0.1/udp/1/quic-v1')).toBe(false)
    expect(holes.blocks('/ip6/fd00::1/tcp/1')).toBe(false)
  })
})
