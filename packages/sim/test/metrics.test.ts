/** The metrics, against graphs that are worked out by hand and against what is known of random graphs. */
import { seeded } from '@pex/testkit/chance'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  attackerShareOf,
  binomialHistogram,
  binomialSd,
  catastrophicFailure,
  clustering,
  components,
  crossHolders,
  graphOf,
  inDegree,
  inDegreeHistogram,
  inDegreeOf,
  inDegrees,
  keptShare,
  linkFigures,
  paths,
  randomReference,
  randomSnapshot,
  state
} from '../src/metrics/index.ts'
import type { Snapshot } from '../src/metrics/index.ts'

interface Shape {
  readonly states?: readonly number[]
  readonly sides?: readonly number[]
  readonly memories?: readonly (readonly number[])[]
}

/** A snapshot from lists: row i is the view of node i. */
function snapshotOf(views: readonly (readonly number[])[], shape: Shape = {}): Snapshot {
  const nodes = views.length
  const pack = (rows: readonly (readonly number[])[]): [number, Uint32Array, Uint8Array] => {
    const width = Math.max(1, ...rows.map(row => row.length))
    const packed = new Uint32Array(nodes * width)
    for (const [i, row] of rows.entries()) packed.set(row, i * width)
    return [width, packed, Uint8Array.from({ length: nodes }, (_, i) => rows[i]?.length ?? 0)]
  }
  const [viewSize, packed, sizes] = pack(views)
  const [memorySize, memories, memorySizes] = pack(shape.memories ?? [])
  const states = Uint8Array.from(shape.states ?? views.map(() => state.honest))
  const sides = Uint8Array.from(shape.sides ?? views.map(() => 0))
  return { nodes, viewSize, views: packed, sizes, states, sides, memorySize, memories, memorySizes }
}

const { dead, honest, hostile } = state
const rng = seeded(1)
const ring = (n: number): Snapshot => snapshotOf(Array.from({ length: n }, (_, i) => [(i + 1) % n]))
const complete = (n: number): Snapshot =>
  snapshotOf(Array.from({ length: n }, (_, i) => [...Array(n).keys()].filter(j => j !== i)))

describe('in-degree', () => {
  it('counts the live honest views that hold a node', () => {
    const snapshot = snapshotOf([[1, 2], [2], [0], [2]], { states: [honest, honest, honest, dead] })
    expect([...inDegrees(snapshot)]).toEqual([1, 1, 2, 0])
    expect(inDegreeHistogram(snapshot)).toEqual([0, 2, 1])
    expect(inDegree(snapshot)).toEqual({
      mean: 4 / 3,
      sd: expect.closeTo(Math.sqrt(2 / 9), 12),
      min: 1,
      max: 2,
      zero: 0
    })
  })

  it('says how many are held by nobody, and speaks of honest nodes alone', () => {
    const snapshot = snapshotOf([[2], [2], []], { states: [honest, honest, hostile] })
    expect(inDegree(snapshot)).toEqual({ mean: 0, sd: 0, min: 0, max: 0, zero: 2 })
    expect(inDegreeOf([])).toEqual({ mean: 0, sd: 0, min: 0, max: 0, zero: 0 })
  })

  it('is binomial in a random graph', () => {
    const expected = binomialHistogram(10_000, 32, 200)
    expect(inDegreeOf(expected).mean).toBeCloseTo(32, 6)
    expect(inDegreeOf(expected).sd).toBeCloseTo(binomialSd(10_000, 32), 6)
    expect(expected.reduce((sum, count) => sum + count, 0)).toBeCloseTo(10_000, 6)
    expect(binomialHistogram(3, 2, 3)).toEqual([0, 0, 3, 0])
    // Without logarithms the first term of this one would be nothing, and so would be all.
    expect(inDegreeOf(binomialHistogram(100_001, 1_000, 2_000)).mean).toBeCloseTo(1_000, 3)
  })
})

describe('the graph', () => {
  it('has one edge where two hold each other, and none to the dead, the hostile or oneself', () => {
    const states = [honest, honest, honest, dead, hostile]
    const { starts, ends, neighbours, live } = graphOf(
      snapshotOf([[1, 3, 4, 0], [0, 2], [], [0], [0]], { states })
    )
    const row = (node: number): number[] => [...neighbours.subarray(starts[node], ends[node])].sort()
    expect([0, 1, 2, 3, 4].map(row)).toEqual([[1], [0, 2], [1], [], []])
    expect([...live]).toEqual([0, 1, 2])
  })
})

describe('clustering', () => {
  it.each([
    ['1 where everybody holds everybody', complete(5), 1],
    ['0 on a ring', ring(8), 0],
    // 0 and 1 see one link of the one possible, 2 sees one of three, 3 has one neighbour alone.
    ['the mean over the nodes', snapshotOf([[1, 2], [2], [3], []]), (1 + 1 + 1 / 3 + 0) / 4],
    ['0 where nobody lives', snapshotOf([[]], { states: [dead] }), 0]
  ])('is %s', (_, snapshot, value) => {
    expect(clustering(graphOf(snapshot), rng)).toBeCloseTo(value, 12)
  })
})

describe('path length', () => {
  it.each([
    ['1 where everybody holds everybody', complete(5), 1, 1],
    // From any node of a ring of 8: 1 1 2 2 3 3 4.
    ['the distance along a ring', ring(8), 16 / 7, 4],
    ['of reached pairs alone', snapshotOf([[1], [], [3], []]), 1, 1],
    ['0 where there is no link', snapshotOf([[], []]), 0, 0]
  ])('is %s', (_, snapshot, mean, diameter) => {
    expect(paths(graphOf(snapshot), rng)).toEqual({ mean, diameter })
  })

  it('is the same for more sources than fit into one word as one search at a time finds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 70 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer(),
        (n, c, seed) => {
          const snapshot = randomSnapshot(n, Math.min(c, n - 1), seeded(seed))
          const { mean, diameter } = paths(graphOf(snapshot), seeded(seed), n)
          const all = distances(snapshot)
          expect(mean).toBeCloseTo(all.reduce((sum, d) => sum + d, 0) / all.length, 9)
          expect(diameter).toBe(Math.max(...all))
        }
      ),
      { numRuns: 30 }
    )
  })
})

/** All finite distances of a small graph, by Floyd and Warshall. */
function distances(snapshot: Snapshot): number[] {
  const n = snapshot.nodes
  const far = Array.from({ length: n }, () => Array<number>(n).fill(Infinity))
  const { starts, ends, neighbours } = graphOf(snapshot)
  for (let i = 0; i < n; i++) for (const j of neighbours.subarray(starts[i], ends[i])) far[i]![j] = 1
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) far[i]![j] = Math.min(far[i]![j]!, far[i]![k]! + far[k]![j]!)
  return far.flatMap((row, i) => row.filter((d, j) => i !== j && d < Infinity))
}

describe('components', () => {
  it('are connected whichever of two holds the other', () => {
    const { live, largest, outside, share, isOutside } = components(snapshotOf([[1], [], [1], [4], [], []]))
    expect({ live, largest, outside, share }).toEqual({ live: 6, largest: 3, outside: 3, share: 0.5 })
    expect([...isOutside]).toEqual([0, 0, 0, 1, 1, 1])
  })

  it('do not hang together by the dead or by attackers', () => {
    const views = [[1, 2], [], [], [1], [2]]
    expect(components(snapshotOf(views, { states: [hostile, honest, honest, honest, honest] })).outside).toBe(
      2
    )
  })

  it('are whole where nobody lives, and of one node where nobody is linked', () => {
    expect(components(snapshotOf([[]], { states: [dead] }))).toMatchObject({ live: 0, outside: 0, share: 1 })
    expect(components(snapshotOf([[], [], []], { states: [dead, honest, honest] }))).toMatchObject({
      largest: 1,
      outside: 1
    })
  })

  it('of a complete graph stay whole however many are removed, and of a star fall apart at once', () => {
    expect(catastrophicFailure(graphOf(complete(20)), rng).firstPartition).toBe(1)
    const star = snapshotOf(Array.from({ length: 200 }, (_, i) => (i === 0 ? [] : [0])))
    const { firstPartition, outside } = catastrophicFailure(graphOf(star), rng)
    expect(firstPartition).toBeLessThanOrEqual(0.2)
    // The centre survives in half of the trials; where it does not, all but one of the survivors are outside.
    expect(outside[0]).toBe(0)
    expect(outside[50]).toBeGreaterThan(0.2)
    expect(outside[50]).toBeLessThan(0.8)
  })
})

describe('links', () => {
  const states = [honest, honest, honest, dead, hostile, hostile]
  const sides = [0, 0, 1, 1, 0, 0]
  const views = [[1, 2, 3, 4], [4, 5], [], [0], [], []]

  it('are shares of the entries of live honest views', () => {
    expect(linkFigures(snapshotOf(views, { states, sides }))).toEqual({
      live: 3,
      deadLinks: 1 / 6,
      attackerShare: 3 / 6,
      eclipsed: 1,
      crossLinks: 1 / 2
    })
    expect(attackerShareOf(snapshotOf(views, { states }), 0)).toBe(0.25)
    expect(attackerShareOf(snapshotOf(views, { states }), 2)).toBe(0)
  })

  it('of an empty network are none', () => {
    expect(linkFigures(snapshotOf([[]], { states: [dead] }))).toEqual({
      live: 0,
      deadLinks: 0,
      attackerShare: 0,
      eclipsed: 0,
      crossLinks: 0
    })
  })

  it('across a split are held in view or in memory, and only where they lead to the living', () => {
    const memories = [[], [2, 3], [4, 3], [], [], []]
    // 0 by its view, 1 by its memory; of 2's memory one is hostile and one is dead.
    expect(crossHolders(snapshotOf(views, { states, sides, memories }))).toBeCloseTo(2 / 3, 12)
    expect(crossHolders(snapshotOf([[]], { states: [dead] }))).toBe(1)
  })

  it('that are kept are those that the same node still holds', () => {
    const before = snapshotOf([[1, 2], [0, 2], [0]])
    const after = snapshotOf([[2, 3], [2, 0], [1], []], { states: [honest, honest, dead, honest] })
    expect(keptShare(before, before)).toBe(1)
    expect(keptShare(before, after)).toBe(3 / 4)
  })
})

describe('a random graph', () => {
  it('gives each node different others, and all of them where there are no more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        (n, c, seed) => {
          const { views, sizes, viewSize } = randomSnapshot(n, c, seeded(seed))
          for (let node = 0; node < n; node++) {
            const row = views.subarray(node * viewSize, node * viewSize + sizes[node]!)
            expect(new Set(row).size).toBe(Math.min(c, n - 1))
            for (const other of row) expect(other !== node && other < n).toBe(true)
          }
        }
      )
    )
  })

  it('is the same for the same seed', () => {
    expect(randomSnapshot(50, 8, seeded(7))).toEqual(randomSnapshot(50, 8, seeded(7)))
  })

  it('of 10,000 nodes with views of 32 has the figures that are known of it', () => {
    const snapshot = randomSnapshot(10_000, 32, seeded(3))
    const graph = graphOf(snapshot)
    expect(Math.abs(inDegree(snapshot).sd - 5.61)).toBeLessThan(0.15)
    expect(Math.abs(clustering(graph, rng) - 0.00629)).toBeLessThan(0.0001)
    expect(Math.abs(paths(graph, rng).mean - 2.657)).toBeLessThan(0.005)
    expect(components(snapshot).outside).toBe(0)
    const { firstPartition, outside } = catastrophicFailure(graph, rng)
    expect(Math.abs(firstPartition - 0.84)).toBeLessThanOrEqual(0.05)
    expect(Math.abs(outside[90]! - 0.0015)).toBeLessThan(0.001)
    expect(Math.abs(outside[95]! - 0.049)).toBeLessThan(0.02)
  })

  it('is what a run is compared with', () => {
    const { inDegreeSd, clustering: triangles, pathLength } = randomReference(500, 20, seeded(2))
    expect(inDegreeSd).toBeCloseTo(Math.sqrt(20 * (1 - 20 / 499)), 12)
    expect(triangles).toBeGreaterThan(0.06)
    expect(pathLength).toBeGreaterThan(1.8)
  })
})
