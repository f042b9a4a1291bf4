/** A result as a simulation could have it. */
import type { Result } from '@pex/sim/report'

export function madeUpResult(change: Partial<Result> = {}): Result {
  return {
    policy: 'balanced',
    nodes: 4,
    view: 2,
    rounds: 2,
    seed: 1,
    scenario: 'crash:0.25',
    inDegree: { mean: 2, sd: 0, min: 2, max: 2, zero: 0 },
    inDegreeHistogram: [0, 0, 3],
    clustering: 1,
    pathLength: 1,
    largestComponent: 1,
    firstPartition: 0.5,
    deadLinks: 0.125,
    attackerShare: 0,
    attackerShareWorst: 0,
    eclipsed: 0,
    eclipsedWorst: 0,
    kept10: 0.5,
    crossLinks: 0.5,
    crossHolders: 1,
    remixedAfter: null,
    victimShare: null,
    messagesPerNodeRound: 4.5,
    exchangesPerNodeRound: 1.25,
    pingsPerNodeRound: 2,
    outsideLongest: 0,
    stateHash: '0123456789abcdef',
    reference: { inDegreeSd: 0.8, firstPartition: 0.6, clustering: 0.9, pathLength: 1.1 },
    series: [-1, 0, 1].map(round => ({
      round,
      live: 3,
      inDegreeSd: 0.5,
      deadLinks: 0.25,
      attackerShare: 0,
      eclipsed: 0,
      crossLinks: 0.5,
      outside: round === 0 ? 0 : -1,
      messages: 4.5,
      exchanges: 1.25,
      pings: 2
    })),
    nodeRoundsPerSecond: 500_000,
    bytesPerNode: 900,
    ...change
  }
}
