/** What comes of many nodes, against the figures of the literature; larger networks are the simulator's. */
import { basalt, brahms, casm, cyclon, healerSwapper } from '@pex/core'
import type { Policy } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { Driver } from './driver.ts'

const NODES = 500

/** The standard deviation of the in-degree after 100 rounds. */
function deviation(policy: Policy): number {
  const driver = new Driver({ policy, nodes: NODES, viewSize: 20, exchangeSize: 8 })
  driver.run(100)
  expect(driver.outside()).toBe(0)
  return driver.inDegrees().sd
}

describe('in-degrees', () => {
  it('spread less than at random (4.4) with Cyclon, the swapper and full swaps of casm', () => {
    // Cyclon's own figures for this size: .56 of the variance at random, or 3.3.
    expect(deviation(cyclon())).toBeLessThan(3.4)
    expect(deviation(healerSwapper({ healer: 0, swapper: 15, partner: 'rand' }))).toBeLessThan(4.2)
    expect(deviation(casm())).toBeLessThan(4.2)
  })

  it('spread more than twice as much with blind choice, and more with a swap of half a message', () => {
    expect(deviation(healerSwapper({ healer: 0, swapper: 0, partner: 'rand' }))).toBeGreaterThan(9)
    expect(deviation(casm({ swap: 4 }))).toBeGreaterThan(6)
  })
})

/** The share of dead entries so many rounds after half of the network has died, where those who do not answer stay. */
function dead(policy: Policy, rounds: number): number {
  const driver = new Driver({ policy, nodes: NODES, evicts: false })
  driver.run(50)
  for (let node = 0; node < NODES; node += 2) driver.kill(node)
  driver.run(rounds)
  return driver.share(peer => driver.alive[peer] === 0).share
}

describe('the dead fade from views though nobody removes them by hand', () => {
  it('at once with healing, slowly with swapping alone', () => {
    const healer = (H: number, S: number): Policy => healerSwapper({ healer: H, swapper: S, partner: 'rand' })
    expect(dead(healer(15, 0), 10)).toBe(0)
    expect(dead(healer(1, 14), 30)).toBeLessThan(0.02)
    expect(dead(healer(0, 15), 30)).toBeGreaterThan(0.2)
  })
})

/** The attackers' share of what applications get, and how many nodes get nobody else, after 80 rounds of a hub attack. */
function attacked(policy: Policy, share: number, force = 1): { share: number; all: number } {
  const driver = new Driver({ policy, nodes: 300, viewSize: 30, exchangeSize: 16 })
  driver.attack(share * 300, force)
  driver.run(80)
  return driver.share(peer => driver.hostile[peer] === 1)
}

describe('a hub attack', () => {
  it('takes over nearly everything of a healer-swapper', () => {
    expect(attacked(healerSwapper({ partner: 'rand' }), 0.1).share).toBeGreaterThan(0.9)
  })

  it('of one tenth gets little more than its own share of Basalt, however often it pushes, and eclipses nobody', () => {
    for (const force of [1, 10]) {
      const { share, all } = attacked(basalt(), 0.1, force)
      expect(share).toBeLessThan(0.2)
      expect(all).toBe(0)
    }
  })

  it('of one tenth gets little more than its own share of what Brahms samples', () => {
    for (const force of [1, 10]) {
      const { share, all } = attacked(brahms(), 0.1, force)
      expect(share).toBeLessThan(force === 1 ? 0.2 : 0.3)
      expect(all).toBe(0)
    }
  })
})
