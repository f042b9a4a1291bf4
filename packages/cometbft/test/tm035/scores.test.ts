import { describe, expect, it } from 'vitest'
import { peerRules } from '../../src/tm035/rules.ts'
import { a, addAll, managerOf, memory, scores, tcp } from './scene.ts'

/** With retries, so that an address can fail more than once. */
const retrying = { minRetryMs: 1, maxRetryMs: 0, maxRetryPersistentMs: 0 }

function connections(manager: ReturnType<typeof managerOf>, count: number): void {
  for (let i = 0; i < count; i++) {
    manager.accepted(a, 0)
    manager.disconnected(a, 0)
  }
}

describe('a score', () => {
  it('begins at ten, and moves by one with every event', () => {
    const manager = managerOf()
    addAll(manager, memory(a))
    expect(manager.score(a)).toBe(10)
    for (let i = 1; i < 10; i++) {
      manager.good(a)
      expect(manager.score(a)).toBe(10 + i)
    }
    for (let i = 1; i < 10; i++) {
      manager.bad(a)
      expect(manager.score(a)).toBe(19 - i)
    }
  })

  it('loses one with every failed dial of any of its addresses, until one succeeds', () => {
    const manager = managerOf(retrying)
    addAll(manager, memory(a), tcp(a))
    manager.dialFailed(memory(a), 0)
    manager.dialFailed(memory(a), 0)
    manager.dialFailed(tcp(a), 0)
    expect(manager.score(a)).toBe(7)
    manager.dialed(tcp(a), 0)
    expect(manager.score(a)).toBe(8)
  })

  it('loses one with every third disconnection, and none by ending what never was', () => {
    const manager = managerOf()
    addAll(manager, memory(a))
    for (const [count, score] of [
      [2, 10],
      [1, 9],
      [2, 9],
      [1, 8]
    ] as const) {
      connections(manager, count)
      expect(manager.score(a)).toBe(score)
    }
    for (let i = 0; i < 9; i++) manager.disconnected(a, 0)
    expect(manager.score(a)).toBe(8)
  })

  it('is at most 253 without configuration, and never below 0', () => {
    const manager = managerOf(retrying)
    addAll(manager, memory(a))
    for (let i = 0; i < 300; i++) manager.good(a)
    expect(manager.score(a)).toBe(253)
    // What was earned beyond the bound is not there to be spent.
    manager.bad(a)
    expect(manager.score(a)).toBe(252)
    for (let i = 0; i < 300; i++) manager.bad(a)
    manager.dialFailed(memory(a), 0)
    expect(manager.score(a)).toBe(0)
    manager.good(a)
    manager.good(a)
    expect(manager.score(a)).toBe(1)
  })

  it('of a persistent peer is 254, less what went wrong; events do not move it', () => {
    const manager = managerOf({ ...retrying, persistent: [a] })
    addAll(manager, memory(a))
    expect(manager.score(a)).toBe(254)
    manager.good(a)
    manager.bad(a)
    manager.bad(a)
    expect(manager.score(a)).toBe(254)
    manager.dialFailed(memory(a), 0)
    expect(manager.score(a)).toBe(253)
    connections(manager, 3)
    // Having called it is alive: the failed dial is forgotten, the disconnections are not.
    expect(manager.score(a)).toBe(253)
  })

  it('of an unconditional peer is 255, whatever happens', () => {
    const manager = managerOf({ ...retrying, unconditional: [a], persistent: [a] })
    addAll(manager, memory(a))
    manager.dialFailed(memory(a), 0)
    manager.bad(a)
    connections(manager, 6)
    expect(manager.score(a)).toBe(255)
  })

  it('that is fixed stays, and a fixed one of 0 is none', () => {
    const manager = managerOf({ ...retrying, scores: scores({ [a]: 77 }), persistent: [a] })
    addAll(manager, memory(a))
    manager.dialFailed(memory(a), 0)
    expect(manager.score(a)).toBe(77)
    const other = managerOf({ scores: scores({ [a]: 0 }) })
    addAll(other, memory(a))
    expect(other.score(a)).toBe(10)
  })

  it('of nobody is none, and nobody can earn one', () => {
    const manager = managerOf()
    manager.good(a)
    expect(manager.score(a)).toBeUndefined()
    expect(manager.ids()).toEqual([])
  })
})

describe('a score of Tendermint v0.35.9', () => {
  it('may be negative, and no disconnection costs any', () => {
    const manager = managerOf({ ...retrying, rules: peerRules.tm035 })
    addAll(manager, memory(a))
    connections(manager, 30)
    expect(manager.score(a)).toBe(10)
    for (let i = 0; i < 40; i++) manager.bad(a)
    manager.dialFailed(memory(a), 0)
    expect(manager.score(a)).toBe(-31)
  })

  it('of a persistent peer is the highest that there is, and nothing reduces it', () => {
    const manager = managerOf({ ...retrying, rules: peerRules.tm035, persistent: [a] })
    addAll(manager, memory(a))
    manager.dialFailed(memory(a), 0)
    manager.bad(a)
    expect(manager.score(a)).toBe(32_767)
  })
})
