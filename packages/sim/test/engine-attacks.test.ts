import { describe, expect, it } from 'vitest'
import { simulate } from '../src/index.ts'
import type { Result, SimulationOptions } from '../src/index.ts'
import { trade } from './engine-policies.ts'

const run = (scenario: SimulationOptions['scenario'], change: Partial<SimulationOptions> = {}): Result =>
  simulate({
    policy: 'cyclon',
    nodes: 200,
    viewSize: 16,
    exchangeSize: 8,
    rounds: 30,
    seed: 1,
    scenario,
    ...change
  })

const shareAt = ({ series }: Result, round: number): number =>
  series.find(figures => figures.round === round)!.attackerShare

describe('an attack', () => {
  it('begins after 600 calm rounds, in which its nodes are like all others', () => {
    const result = run('hub:0.1', { nodes: 100 })
    expect(result.series[0]!.round).toBe(-600)
    expect(shareAt(result, -1)).toBe(0)
    expect(shareAt(result, 1)).toBeGreaterThan(0.08)
    expect(result.series.at(-1)!.live).toBe(90)
  })

  it('by a hub takes a plain sampler over, the sooner the greater its force', () => {
    const plain = run('hub:0.1')
    const flood = run('flood:0.1')
    expect(shareAt(plain, 30)).toBeGreaterThan(0.3)
    expect(shareAt(flood, 5)).toBeGreaterThan(2 * shareAt(plain, 5))
    expect(flood.attackerShareWorst).toBeGreaterThanOrEqual(flood.attackerShare)
    expect(flood.eclipsedWorst).toBeGreaterThan(0)
  })

  it('takes the honest entries that it may pick, and gives its own', () => {
    const calm = run('steady', { policy: trade(), nodes: 100 })
    const result = run('hub:0.2', { policy: trade(), nodes: 100 })
    expect(calm.inDegree.mean).toBeGreaterThan(15)
    expect(result.inDegree.mean).toBeLessThan(9)
    expect(result.attackerShare).toBeGreaterThan(0.2)
  })

  it('by minted ids uses as many network groups as it has, and more ids in every round', () => {
    const result = run('sybil:1000:10')
    expect(shareAt(result, 30)).toBeGreaterThan(shareAt(result, 3))
    expect(shareAt(result, 30)).toBeGreaterThan(0.3)
    expect(result.series.at(-1)!.live).toBe(199)
  })

  it('by eclipse is silent to all but its victim', () => {
    const { victimShare, attackerShare, eclipsed } = run('eclipse:0.2')
    expect(victimShare).toBeGreaterThan(0.9)
    expect(attackerShare).toBeLessThan(0.35)
    expect(eclipsed).toBeLessThanOrEqual(1)
  })

  it('by stale peers fills views with what is not there', () => {
    expect(run('stale:0.2').deadLinks).toBeGreaterThan(0.02)
  })

  it('by naming raises its victim above all others', () => {
    const { inDegree } = run('naming:0.2')
    expect(inDegree.max).toBeGreaterThan(4 * inDegree.mean)
  })

  it('by flapping rests every other period', () => {
    const { series } = run('flap:0.2:5', { nodes: 100, rounds: 10 })
    const failing = (round: number): number => series.find(figures => figures.round === round)!.exchanges
    expect(failing(3)).toBe(1)
    expect(failing(8)).toBeGreaterThan(1)
  })

  it('of every other kind gets somewhere with a plain sampler', () => {
    for (const scenario of ['pin:0.2:100', 'short:0.2', 'padded:0.2:5', 'burned:0.2', 'paced:0.2:3'])
      expect([scenario, run(scenario, { nodes: 100 }).attackerShareWorst > 0.2]).toEqual([scenario, true])
  })

  it('works through messages that take time', () => {
    const result = run('hub:0.1+latency:0.2', { nodes: 100 })
    expect(result.attackerShare).toBeGreaterThan(0.2)
    expect(shareAt(result, 1)).toBeLessThan(0.2)
  })

  it('can be of one’s own', () => {
    const seen = new Set<number>()
    const result = run({
      name: 'mute',
      warmUp: 10,
      adversary: {
        share: 0.5,
        open: () => ({ act: attacker => void seen.add(attacker), show() {}, answers: () => false })
      }
    })
    expect(seen.size).toBe(100)
    expect(result.series[0]!.round).toBe(-10)
    expect(result.attackerShare).toBeLessThan(0.01)
  })
})
