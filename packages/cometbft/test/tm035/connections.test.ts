import { describe, expect, it } from 'vitest'
import type { PeerUpdate } from '../../src/tm035/outcomes.ts'
import { a, addAll, b, c, d, id, managerOf, memory, nth, scores, self } from './scene.ts'

const up = (peer: string, channels: readonly number[] = []): PeerUpdate => ({
  kind: 'up',
  id: peer,
  channels
})
const down = (peer: string): PeerUpdate => ({ kind: 'down', id: peer })

function updatesOf(manager: ReturnType<typeof managerOf>): PeerUpdate[] {
  const updates: PeerUpdate[] = []
  manager.subscribe(update => updates.push(update))
  return updates
}

describe('a peer that calls', () => {
  it('is let in once, known or not; never this node', () => {
    const manager = managerOf()
    expect(manager.accepted(self, 0)).toBe('self')
    addAll(manager, memory(a))
    expect(manager.accepted(a, 0)).toBeUndefined()
    expect(manager.accepted(a, 0)).toBe('connected')
    expect(manager.accepted(b, 0)).toBeUndefined()
    expect(manager.ids()).toEqual([a, b])
    expect(manager.accepted('nobody', 0)).toBe('unknown')
  })

  it('while it is being dialled is let in, and the dial is then refused; after that it is not', () => {
    const manager = managerOf()
    addAll(manager, memory(c))
    expect(manager.dialNext(0)).toEqual(memory(c))
    expect(manager.accepted(c, 0)).toBeUndefined()
    expect(manager.dialed(memory(c), 0)).toBe('connected')
    expect(manager.isConnected(c)).toBe(true)
    addAll(manager, memory(d))
    manager.dialed(manager.dialNext(0)!, 0)
    expect(manager.accepted(d, 0)).toBe('connected')
  })

  it('is not let in where it is full', () => {
    const manager = managerOf({ maxConnected: 2 })
    addAll(manager, memory(a), memory(b), memory(c))
    manager.dialed(memory(a), 0)
    manager.accepted(b, 0)
    expect(manager.isAtCapacity).toBe(true)
    expect(manager.accepted(c, 0)).toBe('full')
    expect(manager.accepted(d, 0)).toBe('full')
    expect(manager.ids()).not.toContain(d)
  })

  it('is let in where it is full if somebody is worse and there is a place for better ones', () => {
    const manager = managerOf({
      scores: scores({ [c]: 11, [d]: 12 }),
      maxConnected: 1,
      maxConnectedUpgrade: 1
    })
    addAll(manager, memory(a), memory(b), memory(c), memory(d))
    manager.dialed(memory(a), 0)
    expect(manager.accepted(b, 0)).toBe('full')
    expect(manager.accepted(c, 0)).toBeUndefined()
    expect(manager.accepted(b, 0)).toBe('full')
    expect(manager.accepted(d, 0)).toBe('full')
  })

  it('makes the worse one go, and is itself not worse than its equals', () => {
    const manager = managerOf({
      scores: scores({ [b]: 11, [c]: 11 }),
      maxConnected: 1,
      maxConnectedUpgrade: 2
    })
    addAll(manager, memory(a), memory(b), memory(c))
    manager.accepted(a, 0)
    expect(manager.accepted(b, 0)).toBeUndefined()
    expect(manager.accepted(c, 0)).toBe('full')
    expect(manager.evictNext()).toBe(a)
    manager.disconnected(a, 0)
    expect(manager.accepted(c, 0)).toBe('full')
  })

  it('has the place that was kept for it while it is being dialled', () => {
    const manager = managerOf({
      scores: scores({ [b]: 11, [c]: 11 }),
      maxConnected: 1,
      maxConnectedUpgrade: 2
    })
    addAll(manager, memory(a))
    manager.accepted(a, 0)
    addAll(manager, memory(b))
    expect(manager.dialNext(0)).toEqual(memory(b))
    addAll(manager, memory(c))
    expect(manager.accepted(c, 0)).toBe('full')
    expect(manager.accepted(b, 0)).toBeUndefined()
    expect(manager.evictNext()).toBe(a)
    expect(manager.dialed(memory(b), 0)).toBe('connected')
  })

  it('is let in in spite of all bounds if it is unconditional', () => {
    const manager = managerOf({ unconditional: [b], maxConnected: 1 })
    manager.accepted(a, 0)
    expect(manager.accepted(b, 0)).toBeUndefined()
    expect(manager.counts.connected).toBe(1)
    expect(manager.accepted(c, 0)).toBe('full')
    expect(manager.evictNext()).toBeUndefined()
  })

  it('would be let in or not, which asking does not change', () => {
    const manager = managerOf({ maxConnected: 1 })
    expect(manager.refusal(a)).toBeUndefined()
    expect(manager.ids()).toEqual([])
    manager.accepted(a, 0)
    expect(manager.refusal(b)).toBe('full')
    expect(manager.refusal(a)).toBe('connected')
  })

  it('shows that it lives: what has failed may be dialled again', () => {
    const manager = managerOf({ minRetryMs: 60_000, maxRetryMs: 0 })
    addAll(manager, memory(a))
    manager.dialFailed(memory(a), 0)
    expect(manager.score(a)).toBe(9)
    manager.accepted(a, 1)
    expect(manager.score(a)).toBe(10)
    manager.disconnected(a, 2)
    expect(manager.dialNext(2)).toEqual(memory(a))
  })
})

describe('a connected peer', () => {
  it('is up when it is ready, with its channels, and not before', () => {
    const manager = managerOf()
    const updates = updatesOf(manager)
    manager.accepted(a, 0)
    expect(manager.status(a)).toBe('down')
    manager.ready(a, [42])
    manager.ready(a, [42])
    expect(manager.status(a)).toBe('up')
    expect(updates).toEqual([up(a, [42])])
  })

  it('is the only one that can be ready', () => {
    const manager = managerOf()
    const updates = updatesOf(manager)
    addAll(manager, memory(b))
    manager.ready(b, [])
    manager.ready(c, [])
    expect(manager.status(b)).toBe('down')
    expect(updates).toEqual([])
  })

  it('that goes is down once, if it was up', () => {
    const manager = managerOf()
    const updates = updatesOf(manager)
    manager.disconnected(a, 0)
    expect(manager.ids()).toEqual([])
    addAll(manager, memory(a))
    manager.accepted(a, 0)
    manager.disconnected(a, 0)
    expect(updates).toEqual([])
    manager.accepted(a, 0)
    manager.ready(a, [])
    manager.disconnected(a, 0)
    manager.disconnected(a, 0)
    expect(manager.status(a)).toBe('down')
    expect(updates).toEqual([up(a), down(a)])
  })

  it('that goes while it is being dialled is not dialled twice', () => {
    const manager = managerOf()
    addAll(manager, memory(a))
    expect(manager.dialNext(0)).toEqual(memory(a))
    manager.disconnected(a, 0)
    expect(manager.dialNext(0)).toBeUndefined()
  })

  it('that has erred is evicted once', () => {
    const manager = managerOf()
    manager.accepted(a, 0)
    manager.ready(a, [])
    expect(manager.evictNext()).toBeUndefined()
    manager.errored(a)
    expect(manager.evictNext()).toBe(a)
    expect(manager.evictNext()).toBeUndefined()
    manager.errored(a)
    expect(manager.evictNext()).toBeUndefined()
  })

  it('is not evicted for what it did before it was connected', () => {
    const manager = managerOf()
    manager.errored(a)
    addAll(manager, memory(a))
    manager.errored(a)
    manager.accepted(a, 0)
    expect(manager.ids()).toEqual([a])
    expect(manager.evictNext()).toBeUndefined()
    manager.errored(a)
    expect(manager.evictNext()).toBe(a)
  })

  it('is evicted where there are too many, the worst first', () => {
    const manager = managerOf({
      scores: scores({ [a]: 3, [b]: 2, [c]: 20 }),
      maxConnected: 2,
      maxConnectedUpgrade: 2
    })
    for (const one of [a, b, c]) expect(manager.accepted(one, 0)).toBeUndefined()
    expect(manager.evictNext()).toBe(b)
    expect(manager.evictNext()).toBeUndefined()
    manager.disconnected(b, 0)
    expect(manager.evictNext()).toBeUndefined()
  })

  it.each([
    ['an error', (manager: ReturnType<typeof managerOf>) => manager.errored(a)],
    [
      'a better one that was dialled',
      (manager: ReturnType<typeof managerOf>) => {
        addAll(manager, memory(b))
        manager.dialed(manager.dialNext(0)!, 0)
      }
    ],
    ['a better one that has called', (manager: ReturnType<typeof managerOf>) => void manager.accepted(b, 0)]
  ])('wakes whoever waits to evict it, after %s', (_, act) => {
    const manager = managerOf({ maxConnected: 1, maxConnectedUpgrade: 1, scores: scores({ [b]: 11 }) })
    manager.accepted(a, 0)
    const evicted: (string | undefined)[] = []
    manager.onWake(what => what === 'evict' && evicted.push(manager.evictNext()))
    act(manager)
    expect(evicted).toEqual([a])
  })

  it('that misbehaves is evicted at capacity or for what is fatal, and loses a point otherwise', () => {
    const manager = managerOf({ maxConnected: 2 })
    manager.accepted(a, 0)
    manager.misbehaved(a)
    expect(manager.evictNext()).toBeUndefined()
    expect(manager.score(a)).toBe(9)
    manager.misbehaved(a, { isFatal: true })
    expect(manager.evictNext()).toBe(a)
    manager.accepted(b, 0)
    manager.misbehaved(b)
    expect(manager.evictNext()).toBe(b)
    expect(manager.score(b)).toBe(10)
    // Without a bound there is no capacity to be at.
    const unbounded = managerOf()
    unbounded.accepted(a, 0)
    unbounded.misbehaved(a)
    expect(unbounded.evictNext()).toBeUndefined()
  })

  it('that is to be forgotten is sent away; anybody else is gone, but for whom we have configured', () => {
    const manager = managerOf({ persistent: [c] })
    addAll(manager, memory(b), memory(c))
    manager.accepted(a, 0)
    for (const one of [a, b, c, d]) manager.forget(one, 0)
    expect(manager.ids()).toEqual([c, a])
    expect(manager.evictNext()).toBe(a)
    expect(manager.dialNext(0)).toBeUndefined()
  })
})

describe('a subscription', () => {
  it('tells of whole lives: called and gone, dialled, in error and evicted; not of a failed dial', () => {
    const manager = managerOf()
    const updates = updatesOf(manager)
    addAll(manager, memory(a))
    manager.accepted(a, 0)
    manager.ready(a, [])
    manager.disconnected(a, 0)
    expect(updates).toEqual([up(a), down(a)])
    manager.dialed(manager.dialNext(0)!, 0)
    manager.ready(a, [])
    manager.errored(a)
    expect(updates).toHaveLength(3)
    expect(manager.evictNext()).toBe(a)
    manager.disconnected(a, 0)
    expect(updates.slice(2)).toEqual([up(a), down(a)])
    manager.dialFailed(manager.dialNext(0)!, 0)
    expect(updates).toHaveLength(4)
  })

  it('that has ended tells nothing more', () => {
    const manager = managerOf()
    const updates: PeerUpdate[] = []
    const end = manager.subscribe(update => updates.push(update))
    manager.accepted(a, 0)
    manager.ready(a, [])
    end()
    end()
    manager.disconnected(a, 0)
    expect(updates).toEqual([up(a)])
  })

  it('is one of many, each of which can end alone, even from within', () => {
    const manager = managerOf()
    const told: string[] = []
    const listener = (name: string) => (update: PeerUpdate) => void told.push(`${name} ${update.kind}`)
    manager.subscribe(listener('1'))
    const end = manager.subscribe(listener('2'))
    const once = manager.subscribe(() => {
      once()
      end()
    })
    manager.subscribe(listener('3'))
    manager.accepted(a, 0)
    manager.ready(a, [])
    manager.disconnected(a, 0)
    expect(told).toEqual(['1 up', '2 up', '3 up', '1 down', '3 down'])
  })

  it('harms nobody: a listener that throws is told of, and one that calls back is told of that after', () => {
    const errors: unknown[] = []
    const manager = managerOf({ onListenerError: error => errors.push(error) })
    const updates: PeerUpdate[] = []
    manager.subscribe(update => {
      if (update.kind === 'up') manager.disconnected(update.id, 0)
      throw new Error('mine')
    })
    manager.subscribe(update => updates.push(update))
    manager.accepted(a, 0)
    manager.ready(a, [])
    expect(updates).toEqual([up(a), down(a)])
    expect(errors).toHaveLength(2)
    expect(manager.isConnected(a)).toBe(false)
  })
})

describe('a crowd of callers', () => {
  it('leaves no more behind than there is room for', () => {
    const manager = managerOf({ maxConnected: 4, maxPeers: 10, persistent: [id('9')] })
    addAll(manager, memory(id('9')))
    for (let n = 1; n <= 500; n++) {
      manager.accepted(nth(n), n)
      if (n > 3) manager.disconnected(nth(n - 3), n)
    }
    expect(manager.size).toBeLessThanOrEqual(10)
    expect(manager.ids()).toContain(id('9'))
  })
})
