/** A made-up run with everything in it: a warm-up, an attack that passes, a split. */
import { binomialHistogram } from '../src/metrics/degree.ts'
import { inDegreeOf } from '../src/metrics/degree.ts'
import type { Result, RoundFigures } from '../src/result.ts'

export function figuresOfRound(round: number, scale = 1): RoundFigures {
  const since = Math.max(0, round)
  return {
    round,
    live: 980,
    inDegreeSd: 3.7 + 1.5 * Math.exp(-since / 9) * scale,
    deadLinks: round < 0 ? 0 : 0.4 * Math.exp(-since / (4 * scale)),
    attackerShare: round < 0 ? 0 : 0.02 + 0.2 * scale * (since / 20) * Math.exp(1 - since / 20),
    eclipsed: round === 20 ? 3 : 0,
    crossLinks: 0.5 - 0.5 * Math.exp(-since / 12),
    outside: round % 10 === 0 ? Math.round(12 * Math.exp(-since / 8)) : -1,
    messages: 4.5 + (round < 0 ? 0 : 3 * Math.exp(-since / 10)),
    exchanges: 1.13 + (round < 0 ? 0 : Math.exp(-since / 10)),
    pings: 2.25
  }
}

export function fixture(change: Partial<Result> = {}): Result {
  const inDegreeHistogram = binomialHistogram(980, 32, 60).map(count => Math.round(count))
  const series: RoundFigures[] = []
  for (let round = -100; round <= 100; round++) series.push(figuresOfRound(round))
  return {
    policy: 'balanced',
    nodes: 1_000,
    view: 32,
    rounds: 100,
    seed: 1,
    scenario: 'partition:500+hub:0.02',
    inDegree: inDegreeOf(inDegreeHistogram),
    inDegreeHistogram,
    clustering: 0.00731,
    pathLength: 2.661,
    largestComponent: 0.9997,
    firstPartition: 0.81,
    deadLinks: 0.0033,
    attackerShare: 0.04,
    attackerShareWorst: 0.218,
    eclipsed: 0,
    eclipsedWorst: 3,
    kept10: 0.23,
    crossLinks: 0.499,
    crossHolders: 0.998,
    remixedAfter: 5,
    victimShare: null,
    messagesPerNodeRound: 4.51,
    exchangesPerNodeRound: 1.13,
    pingsPerNodeRound: 2.25,
    outsideLongest: 2,
    stateHash: '9f2c51d0a7e41b36',
    reference: { inDegreeSd: 5.53, firstPartition: 0.84, clustering: 0.0631, pathLength: 2.02 },
    series,
    nodeRoundsPerSecond: 612_345,
    bytesPerNode: 912,
    ...change
  }
}
