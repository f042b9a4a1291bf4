/**
 * Threats T4 to T7 of SECURITY.md, small: `npm run load -- T4 T5 T6 T7` runs them at full size. The marks are those of full
 * size, where a tenth of the nodes turns hostile after a calm time.
 */
import { describe, expect, it } from 'vitest'
import { simulate } from '../src/index.ts'
import type { ConditionFile, Result } from '../src/index.ts'

function attacked(condition: ConditionFile, { nodes = 240, rounds = 100 } = {}): Result {
  const scenario = { name: condition.kind, warmUp: 100, conditions: [condition] }
  return simulate({ policy: 'balanced', nodes, viewSize: 30, rounds, seed: 1, scenario })
}

describe('a tenth of the nodes', () => {
  it('T4, that call as often as anybody and show each other only, get at most a quarter of all views and eclipse nobody', () => {
    const { attackerShare, eclipsed } = attacked({ kind: 'hub', share: 0.1 })
    expect(attackerShare).toBeLessThanOrEqual(0.25)
    expect(eclipsed).toBe(0)
  })

  it('T5, that call ten times as often, get at most two fifths and eclipse nobody', () => {
    const { attackerShare, eclipsed } = attacked({ kind: 'flood', share: 0.1 })
    expect(attackerShare).toBeLessThanOrEqual(0.4)
    expect(eclipsed).toBe(0)
  })

  it('T7, that lie about the hop, get no more than three points more than those that do not', () => {
    const { attackerShare: honest } = attacked({ kind: 'hub', share: 0.1 })
    for (const hop of [1, 1_023, 65_535]) {
      const { attackerShare, eclipsed } = attacked({ kind: 'pin', share: 0.1, hop })
      expect(attackerShare, `a hop of ${hop}`).toBeLessThanOrEqual(honest + 0.03)
      expect(eclipsed).toBe(0)
    }
  })
})

describe('a fifth of the nodes, all at once', () => {
  // Without the sums over messages: .90 and .87, and 18 to 25 and 8 to 16 nodes eclipsed; with them .46 and .40, over three seeds.
  it.each(['flood', 'hub'] as const)(
    'T4, T5, as a %s get at most 55 %% in the worst round and eclipse nobody',
    kind => {
      const { attackerShareWorst, eclipsedWorst } = attacked({ kind, share: 0.2 }, { nodes: 600, rounds: 40 })
      expect(attackerShareWorst).toBeLessThanOrEqual(0.55)
      expect(eclipsedWorst).toBe(0)
    }
  )
})

describe('ids that are minted', () => {
  it('T6, ten thousand of them in ten network groups of 700, get at most 3 % of all views', () => {
    const { attackerShare, eclipsed } = attacked(
      { kind: 'sybil', ids: 10_000, groups: 10 },
      { nodes: 600, rounds: 200 }
    )
    expect(attackerShare).toBeLessThanOrEqual(0.03)
    expect(eclipsed).toBe(0)
  })
})
