import { describe, expect, it } from 'vitest'
import { peerRules } from '../../src/tm035/rules.ts'
import { a, addAll, b, c, d, managerOf, memory, nth, scores, tcp } from './scene.ts'

/** Times at which somebody is there to be dialled, every dial failing, until nobody is or time is up. */
function dialTimes(manager: ReturnType<typeof managerOf>, untilMs: number): number[] {
  const times: number[] = []
  let now: number | undefined = 0
  while (now !== undefined && now <= untilMs) {
    const address = manager.dialNext(now)
    if (address !== undefined) {
      times.push(now)
      manager.dialFailed(address, now)
    }
    now = manager.nextDialAt
  }
  return times
}

describe('the next to dial', () => {
  it('is a peer that was added, once', () => {
    const manager = managerOf()
    addAll(manager, memory(a))
    expect(manager.dialNext(0)).toEqual(memory(a))
    expect(manager.dialNext(1e9)).toBeUndefined()
    expect(manager.nextDialAt).toBeUndefined()
  })

  it('is the best', () => {
    const manager = managerOf({ scores: scores({ [a]: 3, [b]: 5, [c]: 4 }) })
    addAll(manager, memory(a), memory(b), memory(c))
    expect([1, 2, 3].map(() => manager.dialNext(0)!.id)).toEqual([b, c, a])
  })

  it('wakes whoever waits when it is added, when a dial has failed, and when somebody has gone', () => {
    const manager = managerOf({ maxConnected: 1 })
    const woken: string[] = []
    manager.onWake(what => woken.push(what))
    addAll(manager, memory(a))
    expect(manager.dialNext(0)).toEqual(memory(a))
    addAll(manager, memory(b))
    expect(manager.dialNext(0)).toBeUndefined()
    expect(woken).toEqual(['dial', 'dial'])
    manager.dialFailed(memory(a), 0)
    expect(woken).toEqual(['dial', 'dial', 'dial'])
    // Not the first one: nothing is dialled again here.
    expect(manager.dialNext(0)).toEqual(memory(b))
    manager.dialed(memory(b), 0)
    manager.disconnected(b, 0)
    expect(woken.slice(3)).toEqual(['evict', 'dial'])
    expect(manager.dialNext(0)).toEqual(memory(b))
  })

  it('tells when whoever has waited long enough can be dialled again', () => {
    const manager = managerOf({ minRetryMs: 200 })
    addAll(manager, memory(a))
    manager.dialFailed(manager.dialNext(0)!, 50)
    expect(manager.dialNext(60)).toBeUndefined()
    expect(manager.nextDialAt).toBe(450)
    expect(manager.dialNext(449)).toBeUndefined()
    expect(manager.dialNext(450)).toEqual(memory(a))
  })

  it('is nobody who has called, until it has gone', () => {
    const manager = managerOf()
    addAll(manager, memory(a))
    manager.accepted(a, 0)
    expect(manager.dialNext(0)).toBeUndefined()
    manager.disconnected(a, 200)
    expect(manager.dialNext(200)).toEqual(memory(a))
  })

  it('is another address of a peer whose first one has failed, and each of them once without retries', () => {
    const manager = managerOf()
    const addresses = [memory(a), memory(b), tcp(a), tcp(b, '::1')]
    addAll(manager, ...addresses)
    const dialled = addresses.map(() => {
      const address = manager.dialNext(0)!
      manager.dialFailed(address, 0)
      return address
    })
    expect(new Set(dialled)).toEqual(new Set(addresses))
    expect(manager.dialNext(0)).toBeUndefined()
    expect(manager.nextDialAt).toBeUndefined()
  })

  it('is no peer that is being dialled or is connected, at whichever address', () => {
    const manager = managerOf({ maxConnected: 2 })
    addAll(manager, memory(a))
    expect(manager.dialNext(0)).toEqual(memory(a))
    addAll(manager, tcp(a))
    expect(manager.dialNext(0)).toBeUndefined()
    manager.dialed(memory(a), 0)
    expect(manager.dialNext(0)).toBeUndefined()
    addAll(manager, memory(b))
    manager.accepted(b, 0)
    expect(manager.dialNext(0)).toBeUndefined()
  })

  it('is nobody while connections and dials fill all room', () => {
    const manager = managerOf({ maxConnected: 2 })
    addAll(manager, memory(a))
    manager.dialed(manager.dialNext(0)!, 0)
    addAll(manager, memory(b))
    expect(manager.dialNext(0)).toEqual(memory(b))
    addAll(manager, memory(c))
    expect(manager.dialNext(0)).toBeUndefined()
  })

  it('is nobody while outgoing connections and dials are as many as may be, whoever has called', () => {
    const manager = managerOf({ maxConnected: 4, maxOutgoing: 2 })
    addAll(manager, memory(a), memory(b), memory(c))
    manager.accepted(d, 0)
    const first = manager.dialNext(0)!
    manager.dialed(first, 0)
    expect(manager.dialNext(0)).toBeDefined()
    expect(manager.dialNext(0)).toBeUndefined()
    manager.disconnected(first.id, 0)
    expect(manager.dialNext(0)).toBeDefined()
    expect(manager.counts).toEqual({ connected: 1, outgoing: 0, dialing: 2 })
  })

  it('is an unconditional peer in spite of all bounds', () => {
    const manager = managerOf({ unconditional: [b], maxConnected: 1, maxOutgoing: 1 })
    addAll(manager, memory(a))
    manager.dialed(memory(a), 0)
    addAll(manager, memory(b), memory(c))
    expect(manager.dialNext(0)).toEqual(memory(b))
    expect(manager.dialed(memory(b), 0)).toBeUndefined()
    expect(manager.dialNext(0)).toBeUndefined()
    expect(manager.evictNext()).toBeUndefined()
    expect(manager.counts).toEqual({ connected: 1, outgoing: 1, dialing: 0 })
  })

  it('is nobody who has just gone, where a cooldown is set', () => {
    const manager = managerOf({ disconnectCooldownMs: 2_000 })
    addAll(manager, memory(a))
    manager.accepted(a, 0)
    manager.disconnected(a, 100)
    expect(manager.dialNext(2_099)).toBeUndefined()
    expect(manager.nextDialAt).toBe(2_100)
    expect(manager.dialNext(2_100)).toEqual(memory(a))
  })

  it('is nobody who has ended our connections at once, for longer each time; one that lasted ends that', () => {
    const manager = managerOf({ minRetryMs: 100, maxRetryMs: 1_000 })
    addAll(manager, memory(a))
    const waits: number[] = []
    const connectFor = (ms: number): void => {
      const now = manager.nextDialAt ?? 0
      expect(manager.dialed(manager.dialNext(now)!, now)).toBeUndefined()
      manager.disconnected(a, now + ms)
      waits.push((manager.nextDialAt ?? now + ms) - now - ms)
    }
    for (let i = 0; i < 5; i++) connectFor(10)
    connectFor(5_000)
    expect(waits).toEqual([200, 400, 800, 1_000, 1_000, 0])
    // It answers: nobody forgets it.
    expect(manager.ids()).toEqual([a])
  })

  it('is somebody whom we have evicted ourselves, or who had called, as soon as there is room', () => {
    const manager = managerOf({ minRetryMs: 100, maxRetryMs: 1_000 })
    addAll(manager, memory(a), memory(b))
    manager.dialed(memory(a), 0)
    manager.errored(a)
    manager.evictNext()
    manager.accepted(b, 0)
    for (const one of [a, b]) manager.disconnected(one, 1)
    expect(manager.nextDialAt).toBeUndefined()
    expect(new Set([manager.dialNext(1), manager.dialNext(1)])).toEqual(new Set([memory(a), memory(b)]))
  })

  it('is nobody who cannot talk with us, until it calls', () => {
    const manager = managerOf()
    addAll(manager, memory(a))
    manager.inactivate(a, 0)
    expect(manager.dialNext(0)).toBeUndefined()
    expect(manager.add(tcp(a), 0, b)).toBe('inactive')
    manager.accepted(a, 0)
    manager.disconnected(a, 0)
    expect(manager.dialNext(0)).toEqual(memory(a))
  })

  it('is found among many that wait without looking at them all', () => {
    const manager = managerOf({ minRetryMs: 60_000, maxRetryMs: 1e9 })
    for (let n = 1; n <= 20_000; n++) manager.add(memory(nth(n)), 0)
    for (let n = 1; n <= 20_000; n++) manager.dialFailed(memory(nth(n)), n)
    let dialled = 0
    for (let now = 120_001; now <= 120_000 + 20_000; now++) if (manager.dialNext(now) !== undefined) dialled++
    expect(dialled).toBe(20_000)
  })
})

describe('retries', () => {
  it('double their wait with every failure, from twice the first on, up to the cap', () => {
    const manager = managerOf({
      minRetryMs: 100,
      maxRetryMs: 1_000,
      maxRetryPersistentMs: 0,
      persistent: [a]
    })
    addAll(manager, memory(a))
    expect(dialTimes(manager, 4_000)).toEqual([0, 200, 600, 1_400, 2_400, 3_400])
  })

  it('have a cap of their own for persistent peers', () => {
    const manager = managerOf({
      minRetryMs: 100,
      maxRetryMs: 1_000,
      maxRetryPersistentMs: 300,
      persistent: [a]
    })
    addAll(manager, memory(a))
    expect(dialTimes(manager, 1_200)).toEqual([0, 200, 500, 800, 1_100])
  })

  it('have jitter below the cap', () => {
    const manager = managerOf({
      minRetryMs: 100,
      retryJitterMs: 500,
      maxRetryMs: 700,
      maxRetryPersistentMs: 0,
      persistent: [a]
    })
    addAll(manager, memory(a))
    const times = dialTimes(manager, 60_000)
    const waits = times.slice(1).map((time, i) => time - times[i]!)
    expect(waits[0]).toBeGreaterThanOrEqual(200)
    expect(Math.max(...waits)).toBe(700)
    expect(waits[0]).not.toBe(200)
  })

  it('end with the cap: who has failed so often is forgotten', () => {
    const manager = managerOf({ minRetryMs: 100, maxRetryMs: 1_000 })
    addAll(manager, memory(a))
    expect(dialTimes(manager, 1e9)).toEqual([0, 200, 600, 1_400])
    expect(manager.ids()).toEqual([])
  })

  it('end after the ninth failure in a row with a node’s defaults', () => {
    const manager = managerOf({ minRetryMs: 250, maxRetryMs: 120_000, retryJitterMs: 5_000 })
    addAll(manager, memory(a))
    const times = dialTimes(manager, 1e9)
    expect(times).toHaveLength(9)
    expect(times.at(-1)).toBeLessThan(180_000)
  })

  it('forget an address, and the peer only with its last one', () => {
    const manager = managerOf({ minRetryMs: 100, maxRetryMs: 150 })
    addAll(manager, memory(a), tcp(a))
    expect(manager.dialFailed(memory(a), 0)).toBe(true)
    expect(manager.addresses(a)).toEqual([tcp(a)])
    expect(manager.dialFailed(tcp(a), 0)).toBe(true)
    expect(manager.ids()).toEqual([])
  })

  it('never forget a persistent or unconditional peer, nor one that is connected', () => {
    const manager = managerOf({ minRetryMs: 100, maxRetryMs: 150, persistent: [a], unconditional: [b] })
    addAll(manager, memory(a), memory(b), memory(c))
    manager.accepted(c, 0)
    for (const one of [a, b, c]) for (let i = 0; i < 20; i++) manager.dialFailed(memory(one), 0)
    expect(manager.ids()).toEqual([a, b, c])
    expect(manager.addresses(a)).toEqual([memory(a)])
    expect(manager.dialFailed(memory(a), 0, 'wrong-peer')).toBe(false)
  })

  it('grow by the same step in Tendermint v0.35.9, and nobody is forgotten', () => {
    const manager = managerOf({ rules: peerRules.tm035, minRetryMs: 100, maxRetryMs: 300 })
    addAll(manager, memory(a))
    expect(dialTimes(manager, 1_500)).toEqual([0, 100, 300, 600, 900, 1_200, 1_500])
    expect(manager.ids()).toEqual([a])
  })
})

describe('a dial that failed', () => {
  it('of an address that is not known frees the peer, and adds nothing', () => {
    const manager = managerOf()
    addAll(manager, memory(a))
    expect(manager.dialNext(0)).toEqual(memory(a))
    manager.dialFailed(tcp(a), 0)
    expect(manager.addresses(a)).toEqual([memory(a)])
    expect(manager.dialNext(0)).toEqual(memory(a))
    manager.dialFailed(memory(a), 0)
    manager.dialFailed(memory(a), 0)
    manager.dialFailed(memory(b), 0)
    expect(manager.ids()).toEqual([a])
  })

  it('gives back the place that was kept for it', () => {
    const manager = managerOf({
      scores: scores({ [a]: 9, [b]: 11, [c]: 11 }),
      maxConnected: 1,
      maxConnectedUpgrade: 2
    })
    addAll(manager, memory(a))
    manager.dialed(manager.dialNext(0)!, 0)
    addAll(manager, memory(b))
    expect(manager.dialNext(0)).toEqual(memory(b))
    addAll(manager, memory(c))
    expect(manager.dialNext(0)).toBeUndefined()
    manager.dialFailed(memory(b), 0)
    expect(manager.dialNext(0)).toEqual(memory(c))
  })
})

describe('a dial that led to a connection', () => {
  it('is refused where there is one already', () => {
    const manager = managerOf()
    addAll(manager, memory(a), memory(b))
    expect(manager.dialed(memory(a), 0)).toBeUndefined()
    expect(manager.dialed(memory(a), 0)).toBe('connected')
    expect(manager.dialNext(0)).toEqual(memory(b))
    expect(manager.accepted(b, 0)).toBeUndefined()
    expect(manager.dialed(memory(b), 0)).toBe('connected')
  })

  it('is refused where it has become full, though nobody asked before', () => {
    const manager = managerOf({ maxConnected: 1 })
    addAll(manager, memory(a))
    expect(manager.dialNext(0)).toEqual(memory(a))
    addAll(manager, memory(b))
    expect(manager.dialed(memory(b), 0)).toBeUndefined()
    expect(manager.dialed(memory(a), 0)).toBe('full')
  })

  it('is refused of a peer that is not known', () => {
    expect(managerOf().dialed(memory(a), 0)).toBe('unknown')
  })

  it('is refused beyond the places for better peers', () => {
    const manager = managerOf({
      maxConnected: 2,
      maxConnectedUpgrade: 1,
      scores: scores({ [c]: 11, [d]: 11 })
    })
    addAll(manager, memory(a), memory(b))
    manager.dialed(memory(a), 0)
    manager.dialed(memory(b), 0)
    addAll(manager, memory(c), memory(d))
    const better = manager.dialNext(0)!
    expect([c, d]).toContain(better.id)
    expect(manager.dialed(better, 0)).toBeUndefined()
    expect(manager.dialNext(0)).toBeUndefined()
    expect(manager.dialed(memory(better.id === c ? d : c), 0)).toBe('full')
  })
})
