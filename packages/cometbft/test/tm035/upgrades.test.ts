import { describe, expect, it } from 'vitest'
import { a, addAll, b, c, d, e, managerOf, memory, scores } from './scene.ts'

describe('a better peer', () => {
  it('is dialled though it is full, as long as there are places for such', () => {
    const manager = managerOf({
      scores: scores({ [a]: 10, [b]: 11, [c]: 12, [d]: 13, [e]: 10 }),
      maxConnected: 2,
      maxConnectedUpgrade: 1
    })
    addAll(manager, memory(a))
    manager.dialed(manager.dialNext(0)!, 0)
    addAll(manager, memory(b))
    expect(manager.dialNext(0)).toEqual(memory(b))
    addAll(manager, memory(c))
    expect(manager.dialNext(0)).toEqual(memory(c))
    addAll(manager, memory(d))
    expect(manager.dialNext(0)).toBeUndefined()
    manager.dialed(memory(c), 0)
    expect(manager.dialNext(0)).toBeUndefined()
    manager.disconnected(a, 0)
    expect(manager.dialNext(0)).toEqual(memory(d))
    manager.dialed(memory(d), 0)
    manager.disconnected(b, 0)
    addAll(manager, memory(e))
    expect(manager.dialNext(0)).toBeUndefined()
  })

  it('is not dialled where nobody is worse', () => {
    const manager = managerOf({ maxConnected: 1, maxConnectedUpgrade: 1 })
    addAll(manager, memory(a), memory(b))
    manager.accepted(a, 0)
    expect(manager.dialNext(0)).toBeUndefined()
    manager.good(b)
    expect(manager.dialNext(0)).toEqual(memory(b))
  })

  it('keeps the place of a worse one for itself', () => {
    const manager = managerOf({
      scores: scores({ [b]: 11, [c]: 11 }),
      maxConnected: 1,
      maxConnectedUpgrade: 2
    })
    addAll(manager, memory(a))
    manager.dialed(manager.dialNext(0)!, 0)
    addAll(manager, memory(b))
    expect(manager.dialNext(0)).toEqual(memory(b))
    addAll(manager, memory(c))
    expect(manager.dialNext(0)).toBeUndefined()
  })

  it('makes the worse one go, whom nobody else can replace meanwhile', () => {
    const manager = managerOf({
      scores: scores({ [b]: 11, [c]: 11 }),
      maxConnected: 1,
      maxConnectedUpgrade: 2
    })
    addAll(manager, memory(a))
    manager.dialed(memory(a), 0)
    addAll(manager, memory(b))
    manager.dialed(manager.dialNext(0)!, 0)
    addAll(manager, memory(c))
    expect(manager.dialNext(0)).toBeUndefined()
    expect(manager.evictNext()).toBe(a)
    expect(manager.evictNext()).toBeUndefined()
  })

  it('makes somebody even worse go who has come meanwhile', () => {
    const manager = managerOf({
      scores: scores({ [a]: 3, [b]: 2, [c]: 10, [d]: 1 }),
      maxConnected: 2,
      maxConnectedUpgrade: 1
    })
    addAll(manager, memory(a), memory(b))
    manager.dialed(memory(a), 0)
    manager.dialed(memory(b), 0)
    addAll(manager, memory(c))
    expect(manager.dialNext(0)).toEqual(memory(c))
    manager.disconnected(a, 0)
    manager.accepted(d, 0)
    manager.dialed(memory(c), 0)
    expect(manager.evictNext()).toBe(d)
  })

  it('makes nobody go where there is room by then', () => {
    const manager = managerOf({
      scores: scores({ [a]: 1, [b]: 2, [c]: 3 }),
      maxConnected: 2,
      maxConnectedUpgrade: 1
    })
    addAll(manager, memory(a), memory(b))
    manager.dialed(memory(a), 0)
    manager.dialed(memory(b), 0)
    addAll(manager, memory(c))
    expect(manager.dialNext(0)).toEqual(memory(c))
    manager.disconnected(b, 0)
    manager.dialed(memory(c), 0)
    expect(manager.evictNext()).toBeUndefined()
  })

  it('is not kept where its place has gone, or all places are taken meanwhile', () => {
    const gone = managerOf({ scores: scores({ [b]: 11 }), maxConnected: 1, maxConnectedUpgrade: 1 })
    addAll(gone, memory(a), memory(b))
    gone.accepted(a, 0)
    expect(gone.dialNext(0)).toEqual(memory(b))
    gone.disconnected(a, 0)
    gone.accepted(c, 0)
    expect(gone.dialed(memory(b), 0)).toBe('full')
    expect(gone.evictNext()).toBeUndefined()

    const packed = managerOf({
      scores: scores({ [a]: 1, [b]: 2, [c]: 10, [d]: 5 }),
      maxConnected: 2,
      maxConnectedUpgrade: 1
    })
    addAll(packed, memory(a), memory(b), memory(c))
    packed.accepted(a, 0)
    packed.accepted(b, 0)
    expect(packed.dialNext(0)).toEqual(memory(c))
    expect(packed.accepted(d, 0)).toBeUndefined()
    expect(packed.dialed(memory(c), 0)).toBe('full')
    expect(packed.evictNext()).toBe(b)
  })
})
