import { policies } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { Immediate } from '../src/engine/immediate.ts'
import { hashOf } from '../src/engine/camera.ts'
import { Network } from '../src/engine/network.ts'
import { seededRng, simulate } from '../src/index.ts'
import { randomSnapshot } from '../src/metrics/index.ts'
import type { Result, SimulationOptions } from '../src/index.ts'
import { lasting } from './engine-lasting.ts'
import { rowsOf, trade, watched } from './engine-policies.ts'
import type { Ledger } from './engine-policies.ts'

const small: SimulationOptions = {
  policy: 'cyclon',
  nodes: 200,
  viewSize: 16,
  rounds: 20,
  seed: 1,
  scenario: 'steady'
}

const run = (change: Partial<SimulationOptions>): Result => simulate({ ...small, ...change })

const roundOf = ({ series }: Result, round: number): Result['series'][number] =>
  series.find(figures => figures.round === round)!

describe('a simulation', () => {
  it('is the same for the same seed, and another one for another', () => {
    const scenario = 'crash:0.2+churn:0.01+loss:0.1'
    const first = run({ scenario })
    expect(lasting(run({ scenario }))).toEqual(lasting(first))
    expect(run({ scenario, seed: 2 }).stateHash).not.toBe(first.stateHash)
    expect(run({ scenario, seed: 2 ** 40 + 1 }).stateHash).not.toBe(first.stateHash)
  })

  it('draws and hashes alike on every machine', () => {
    const rng = seededRng(2 ** 33 + 7, 1)
    expect([rng(), rng(), rng()]).toEqual([561_560_251, 2_567_709_596, 165_898_063])
    expect(hashOf(randomSnapshot(100, 8, seededRng(1, 1)))).toBe('4c05bd8781c57f7b')
  })

  it('has one exchange of two messages per node and round where nothing goes wrong', () => {
    const { messagesPerNodeRound, exchangesPerNodeRound, pingsPerNodeRound } = run({})
    expect(exchangesPerNodeRound).toBe(1)
    expect(messagesPerNodeRound - 2 * pingsPerNodeRound).toBeCloseTo(2, 9)
  })

  it('has four messages in an exchange of a policy that settles', () => {
    const { messagesPerNodeRound, pingsPerNodeRound } = run({ policy: trade() })
    expect(messagesPerNodeRound - 2 * pingsPerNodeRound).toBeCloseTo(4, 9)
  })

  it('tells how far it is after every round', () => {
    const told: string[] = []
    simulate(
      { ...small, nodes: 10, rounds: 3, scenario: 'crash:0.1' },
      { onProgress: (done, total) => told.push(`${done}/${total}`) }
    )
    expect(told).toHaveLength(103)
    expect(told[0]).toBe('1/103')
    expect(told.at(-1)).toBe('103/103')
  })

  it('says what is wrong with its options', () => {
    expect(() => run({ policy: 'nobody' })).toThrow(/there are: .*cyclon/)
    expect(() => run({ policy: 'toString' })).toThrow(/no policy/)
    expect(() => run({ nodes: 1 })).toThrow(/nodes must be/)
    expect(() => run({ rounds: 0 })).toThrow(/rounds must be/)
    expect(() => run({ seed: 0.5 })).toThrow(/seed must be/)
    expect(() => run({ viewSize: 65 })).toThrow(/viewSize must be/)
    expect(() => run({ nodes: 2_000_000, scenario: 'flash:1000' })).toThrow(/room for/)
  })
})

describe('an event', () => {
  it('crash kills its share at once, after the warm-up', () => {
    const result = run({ scenario: 'crash:0.5' })
    expect(roundOf(result, -1).live).toBe(200)
    expect(roundOf(result, -1).deadLinks).toBe(0)
    expect(roundOf(result, 1).live).toBe(100)
    expect(roundOf(result, 1).deadLinks).toBeGreaterThan(0.35)
    expect(result.series[0]!.round).toBe(-100)
  })

  it('churn keeps the number of the living, and never gives a number to somebody else', () => {
    const joined = new Map<number, number>()
    const policy = watched(policies['cyclon']!(), {
      joined: node => joined.set(node, (joined.get(node) ?? 0) + 1)
    })
    const result = run({ policy, scenario: 'churn:0.02' })
    expect(roundOf(result, 20).live).toBe(200)
    expect(joined.size).toBe(200 + 20 * 4)
    expect(new Set(joined.values())).toEqual(new Set([1]))
    expect(result.deadLinks).toBeGreaterThan(0)
  })

  it('flash multiplies the network within ten rounds', () => {
    const result = run({ scenario: 'flash:3' })
    expect([1, 5, 10, 20].map(round => roundOf(result, round).live)).toEqual([240, 400, 600, 600])
    expect(result.largestComponent).toBe(1)
  })

  it('partition lets nothing through, and the run goes on until the halves are mixed again', () => {
    let crossings = 0
    const policy = watched(policies['cyclon']!(), {
      merged(node, from, round) {
        if (round > 100 && round <= 110 && (node + from) % 2 === 1) crossings++
      }
    })
    const result = run({ policy, rounds: 10, scenario: 'partition:10' })
    expect(crossings).toBe(0)
    expect(result.remixedAfter).toBeGreaterThan(0)
    expect(result.series.at(-1)!.round).toBe(10 + result.remixedAfter!)
    expect(result.crossLinks).toBe(roundOf(result, 10).crossLinks)
    expect(result.crossLinks).toBeLessThan(0.45)
    expect(result.crossHolders).toBe(1)
  })

  it('partition looks for thirty rounds at most at halves that do not find each other again', () => {
    const policy = policies['healer-swapper']!()
    const result = run({
      policy: { ...policy, open: ground => ({ ...policy.open({ ...ground }), learn() {} }) },
      scenario: 'partition:5'
    })
    expect(result.remixedAfter).toBeNull()
    expect(result.series.at(-1)!.round).toBe(35)
  })

  it('loss costs messages and no connection', () => {
    const calm = run({})
    const result = run({ rounds: 50, scenario: 'loss:0.3' })
    expect(result.messagesPerNodeRound).toBeGreaterThan(1.5 * calm.messagesPerNodeRound)
    expect(result.largestComponent).toBe(1)
  })

  it('skew makes nodes tick at different speeds', () => {
    const ticks = new Map<number, number>()
    const policy = watched(trade(), {})
    const counting = {
      ...policy,
      open: (ground: Parameters<typeof policy.open>[0]) => ({
        ...policy.open(ground),
        begin: (node: number) => void ticks.set(node, (ticks.get(node) ?? 0) + 1)
      })
    }
    run({ policy: counting, scenario: 'skew:0.5' })
    const counts = [...ticks.values()].map(count => count - 100)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(9)
    expect(Math.min(...counts)).toBeLessThan(13)
    expect(Math.max(...counts)).toBeGreaterThan(27)
    expect(Math.max(...counts)).toBeLessThanOrEqual(30)
  })

  it('star begins with everybody knowing one node, without a warm-up', () => {
    const { series, inDegree } = run({ rounds: 60, scenario: 'star' })
    expect(series[0]!.round).toBe(1)
    expect(series[0]!.inDegreeSd).toBeGreaterThan(10)
    expect(inDegree.sd).toBeLessThan(4)
  })
})

describe('a network', () => {
  it('of any size and policy holds together, whatever happens to it', () => {
    for (const policy of Object.keys(policies))
      for (const nodes of [2, 3, 10, 33])
        for (const scenario of ['steady', 'star', 'crash:0.5', ...(nodes < 10 ? [] : ['loss:0.2'])])
          expect(run({ policy, nodes, scenario, viewSize: 32, rounds: 30 })).toMatchObject({
            policy,
            nodes,
            scenario,
            largestComponent: 1
          })
  })

  it('has nobody who holds itself, or anybody twice', () => {
    for (const make of [...Object.values(policies), trade]) {
      const network = new Network({
        policy: make(),
        nodes: 50,
        rows: 50,
        strangers: 0,
        viewSize: 8,
        exchangeSize: 4,
        seed: 3
      })
      network.driver = new Immediate(network)
      network.startRandom()
      for (let round = 0; round < 20; round++) {
        network.driver.play()
        for (const [node, row] of rowsOf(network.sampling, 50, 8).entries()) {
          expect(row).not.toContain(node)
          expect(new Set(row).size).toBe(row.length)
        }
      }
    }
  })

  it('settles every exchange once on either side, and loses next to none for good where messages are lost', () => {
    for (const scenario of ['steady', 'loss:0.2', 'duplicate:0.5', 'latency:0.5+loss:0.2+duplicate:0.5']) {
      const ledger: Ledger = { agreed: 0, initiators: 0, responders: 0 }
      run({ policy: trade(ledger), scenario, rounds: 50 })
      expect(ledger.agreed).toBeGreaterThan(1_000)
      expect(ledger.initiators).toBeLessThanOrEqual(ledger.responders)
      expect(ledger.responders).toBeLessThanOrEqual(ledger.agreed)
      const least = scenario.includes('loss') ? 0.97 : scenario === 'steady' ? 1 : 0.99
      expect(ledger.initiators / ledger.agreed).toBeGreaterThanOrEqual(least)
    }
  })
})
