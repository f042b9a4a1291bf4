/**
 * What a lie about age is worth. The hop on the wire is a stranger's unsigned word; twenty attackers among 180 honest
 * nodes ask as often as anybody, and always speak of each other. What they claim is all that differs between two runs.
 */
import { casm, healerSwapper, hopOf, limits, sample } from '@pex/core'
import type { Policy } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { Network } from './network.ts'
import { descriptor, record } from './peers.ts'

const HONEST = 160
const ATTACKERS = 20
const CHECKPOINTS = [5, 10, 20, 30, 60]

/** A claim; `genuine` is what the attackers would say after exchanging honestly among themselves. */
type Claim = number | 'genuine'

interface Course {
  /** The attackers' share of the honest views at the checkpoints. */
  readonly shares: readonly number[]
  /** Whom everybody holds at the end. */
  readonly views: readonly (readonly string[])[]
}

function course(policy: () => Policy, claim: Claim, seed = 1): Course {
  const options = () => ({ policy: policy(), viewSize: 16 })
  const network = new Network(seed, HONEST, options)
  const among = new Network(seed, ATTACKERS, options)
  network.run(20)
  among.run(20)
  for (const [id, node] of among.nodes) {
    network.attack(`x${id}`, rng => {
      const others = sample(rng, node.view.entries, 7).map(entry => ({
        record: record(`x${entry.record.id}`),
        hop: claim === 'genuine' ? hopOf(entry, node.round) : claim
      }))
      return [...others, descriptor(`x${id}`, 0)]
    })
  }
  const shares = CHECKPOINTS.map((round, i) => {
    const rounds = round - (CHECKPOINTS[i - 1] ?? 0)
    for (let k = 0; k < rounds; k++) {
      network.run(1)
      among.run(1)
    }
    return network.share(id => id.startsWith('x'))
  })
  return { shares, views: network.views().map(view => view.map(({ id }) => id)) }
}

describe('in casm a claimed hop decides nothing', () => {
  const honest = course(() => casm(), 'genuine')

  it.each([1, 2, 30, 64, 128, limits.memoryHop / 2])(
    'every view is the same, peer for peer, when attackers claim %d',
    hop => {
      expect(course(() => casm(), hop)).toEqual(honest)
    }
  )

  it('a claim just below that of the remembered becomes one on its way, and loses', () => {
    const { shares } = course(() => casm(), limits.memoryHop - 1)
    for (const [i, share] of shares.entries()) expect(share).toBeLessThan(honest.shares[i]!)
  })

  it.each([limits.memoryHop, limits.maxHop, limits.maxHop + 1, 2 ** 28 - 1])(
    'a claim of %d keeps the record out',
    hop => {
      const { shares } = course(() => casm(), hop)
      expect(shares.at(-1)).toBeLessThan(0.25)
      expect(shares.at(-1)).toBeLessThan(honest.shares.at(-1)!)
    }
  )
})

describe('in healer-swapper', () => {
  const honest = course(() => healerSwapper(), 'genuine')

  it('who claims to be young gains a little time and no ground', () => {
    const { shares } = course(() => healerSwapper(), 1)
    for (const [i, share] of shares.entries()) expect(share - honest.shares[i]!).toBeLessThan(0.15)
    expect(shares.at(-1)! - honest.shares.at(-1)!).toBeLessThan(0.02)
  })

  it.each([30, 128, limits.maxHop])(
    'who claims to be old (%d) loses, and is asked no more often for it',
    hop => {
      const { shares } = course(() => healerSwapper(), hop)
      for (const [i, share] of shares.entries()) expect(share).toBeLessThanOrEqual(honest.shares[i]!)
    }
  )
})
