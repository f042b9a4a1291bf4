/** How many dials may be under way, and who comes next. */
import { Limiter, takesDescriptor } from '@pex/swarm'
import { seeded } from '@pex/testkit'
import { below } from '@pex/core'
import { describe, expect, it } from 'vitest'

const tcp = (n: number): string => `/ip4/10.0.0.1/tcp/${n}`
const quic = (n: number): string => `/ip4/10.0.0.1/udp/${n}/quic-v1`
const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** A limiter whose jobs end when they are told to. */
function bench(init: ConstructorParameters<typeof Limiter>[0]) {
  const limiter = new Limiter(init)
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const gone = new AbortController()
  return {
    limiter,
    started,
    gone,
    add(peer: string, address: string, signal: AbortSignal = new AbortController().signal): void {
      const run = (): Promise<void> =>
        new Promise(resolve => {
          started.push(address)
          ends.set(address, resolve)
        })
      limiter.add({ peer, address, signal, run })
    },
    async end(...addresses: string[]): Promise<void> {
      for (const address of addresses) ends.get(address)!()
      await turn()
    }
  }
}

describe('the limiter', () => {
  it('lets the good address through once bad ones have failed', async () => {
    const { started, add, end } = bench({ maxPerPeer: 4 })
    for (let i = 0; i < 5; i++) add('a', tcp(i))
    expect(started).toEqual([0, 1, 2, 3].map(tcp))
    await end(tcp(2))
    expect(started.at(-1)).toBe(tcp(4))
  })

  it('makes dials that take a descriptor wait, and no others', () => {
    const { limiter, started, add } = bench({ maxDescriptors: 16, maxPerPeer: 5 })
    for (let peer = 0; peer < 4; peer++) for (let i = 0; i < 5; i++) add(`p${peer}`, tcp(peer * 10 + i))
    expect(started.length).toBe(16)
    expect(limiter.descriptors).toEqual({ used: 16, waiting: 4 })
    add('p9', quic(1))
    add('p9', '/ip4/10.0.0.1/tcp/1/p2p/R/p2p-circuit')
    expect(started.slice(16)).toEqual([quic(1), '/ip4/10.0.0.1/tcp/1/p2p/R/p2p-circuit'])
  })

  it('hands freed tokens to those that wait, the first come first', async () => {
    const { limiter, started, add, end } = bench({ maxDescriptors: 8, maxPerPeer: 4 })
    for (let i = 0; i < 6; i++) add('a', tcp(i))
    for (let i = 10; i < 16; i++) add('b', tcp(i))
    expect(started.length).toBe(8)
    await end(tcp(0), tcp(10))
    expect(started.slice(8)).toEqual([tcp(4), tcp(14)])
    await end(tcp(1), tcp(2))
    expect(started.slice(10)).toEqual([tcp(5)])
    await end(...[3, 4, 5, 11, 12, 13, 14].map(tcp))
    await end(tcp(15))
    expect(limiter.descriptors).toEqual({ used: 0, waiting: 0 })
    expect(limiter.peers).toBe(0)
  })

  it('finishes many jobs of many peers in any order', async () => {
    const rng = seeded(7)
    const limiter = new Limiter({ maxDescriptors: 20, maxPerPeer: 3 })
    const ends: (() => void)[] = []
    let done = 0
    let most = 0
    for (let i = 0; i < 2_000; i++)
      limiter.add({
        peer: `p${i % 50}`,
        address: i % 5 === 0 ? quic(i) : tcp(i),
        signal: new AbortController().signal,
        run: async () => {
          await new Promise<void>(resolve => ends.push(resolve))
          most = Math.max(most, limiter.descriptors.used)
          done++
        }
      })
    while (ends.length > 0) {
      ends.splice(below(rng, ends.length), 1)[0]!()
      await turn()
    }
    expect(done).toBe(2_000)
    expect(most).toBeLessThanOrEqual(20)
    expect(limiter.peers).toBe(0)
  })

  it('never counts below nothing when those that wait give up', async () => {
    const { limiter, started, gone, add, end } = bench({ maxDescriptors: 3, maxPerPeer: 5 })
    for (let i = 0; i < 3; i++) add('a', tcp(i))
    for (let i = 10; i < 16; i++) add('b', tcp(i), gone.signal)
    gone.abort()
    await end(tcp(0), tcp(1), tcp(2))
    expect(started.length).toBe(3)
    expect(limiter.descriptors).toEqual({ used: 0, waiting: 0 })
    expect(limiter.peers).toBe(0)
  })

  it('forgets what a peer waits for, and gives the tokens back', () => {
    const { limiter, add } = bench({ maxDescriptors: 1, maxPerPeer: 2 })
    add('a', tcp(1))
    for (let i = 10; i < 15; i++) add('b', tcp(i))
    limiter.clear('b')
    expect(limiter.descriptors).toEqual({ used: 1, waiting: 0 })
    expect(limiter.peers).toBe(1)
  })

  it.each([
    ['/ip4/1.2.3.4/tcp/1', true],
    ['/ip4/1.2.3.4/udp/1/quic-v1', false],
    ['/ip4/1.2.3.4/tcp/1/ws', true],
    ['/ip4/1.2.3.4/tcp/1/p2p/R/p2p-circuit', true],
    ['/ip4/1.2.3.4/udp/1/quic-v1/p2p/R/p2p-circuit', false],
    ['/p2p-circuit/p2p/B', true],
    ['/ip4/1.2.3.4/tcp/1/ws/p2p/R/p2p-circuit', true]
  ])('%s takes a descriptor: %s', (address, takes) => {
    expect(takesDescriptor(address)).toBe(takes)
  })
})
