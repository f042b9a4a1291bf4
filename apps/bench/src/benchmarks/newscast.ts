/** The oldest work in the field, Newscast, against the simulator that the field has used most. */
import { over } from '../charts/over.ts'
import { inChild } from '../child.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'

const VIEW_SIZE = 30
const RIVAL = 'PeerSim 1.0.5'

/**
 * SimpleNewscast of PeerSim 1.0.5 with c = 30 on OpenJDK 17, node-rounds per second by nodes: measured once on the machine that
 * docs/benchmarks.md names, start-up taken out by the difference of two runs. Its jar is in no package registry.
 */
const peerSim: ReadonlyMap<number, number> = new Map([
  [10_000, 1_960_000],
  [100_000, 296_000],
  [1_000_000, 320_000]
])

const sizes: Record<Scale, readonly (readonly [nodes: number, rounds: number])[]> = {
  full: [
    [10_000, 300],
    [100_000, 20],
    [1_000_000, 5]
  ],
  quick: [[10_000, 100]],
  tiny: [[200, 10]]
}

/** Half of the view shown, as in the framework that Newscast is the ancestor of; all of it shown, as Newscast does. */
const cases = [
  { name: 'healer (H = 15, half of the view shown)', healer: 15, exchangeSize: 15 },
  { name: 'Newscast (the 30 freshest, all of the view shown)', healer: 30, exchangeSize: 31 }
] as const

export const newscast: Benchmark = {
  name: 'newscast',
  question: 'Is the simulator faster than PeerSim at what both can do?',
  method:
    `The healer of Jelasity’s family with random partners, c = ${VIEW_SIZE}, on the shipped core in @pex/sim, each run in a process of its ` +
    'own: 300 rounds of 10^4 nodes, 20 of 10^5, 5 of 10^6; processor time of all threads, compiling included. The rival is SimpleNewscast of ' +
    `${RIVAL} at the same c and sizes, on OpenJDK 17; it is in no package registry, so its figures are not of this run: they were ` +
    'measured earlier by the wall clock on a machine of the same kind (2 cores of an AMD EPYC), which had nothing else to do.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const figures: Figure[] = []
    for (const [nodes, rounds] of sizes[scale]) {
      for (const { name, healer, exchangeSize } of cases) {
        progress(`${rounds} rounds of ${nodes} nodes: ${name}`)
        const job = { policy: { healer }, viewSize: VIEW_SIZE, exchangeSize, nodes, rounds }
        const { nodeRoundsPerSecond } = await inChild('simulation', job)
        const value = peerSim.get(nodes)
        figures.push({
          name: `${nodes.toLocaleString('en').replaceAll(',', ' ')} nodes: ${name}`,
          value: nodeRoundsPerSecond,
          unit: 'node-rounds/s',
          rival: value === undefined ? undefined : { name: RIVAL, value },
          target: value === undefined ? undefined : { of: 'ratio', bound: 'at least', value: 1 }
        })
      }
    }
    return figures
  },

  charts: figures => ({ '': drawn(figures) })
}

/** Rounds of a node in a second over the nodes of the network. */
function drawn(figures: readonly Figure[]): string {
  const measured = figures.map(({ name, value, rival }) => {
    const [nodes = '', thing = ''] = name.split(' nodes: ')
    return { name: thing.split(' (')[0]!, size: Number(nodes.replaceAll(' ', '')), value, rival }
  })
  const rivals = measured.flatMap(({ size, rival }, i) =>
    rival === undefined || i % cases.length > 0 ? [] : [{ size, ...rival }]
  )
  const labels = { title: 'The simulator beside PeerSim', x: 'nodes', y: 'node-rounds a second' }
  return over({ ...labels, isLogarithmic: true }, [...measured, ...rivals])
}
