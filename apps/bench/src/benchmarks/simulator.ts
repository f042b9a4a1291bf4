/** How fast the simulator is, and how large its nodes: what decides which networks can be looked at. */
import { limits } from '@pex/core'
import { over } from '../charts/over.ts'
import { inChild } from '../child.ts'
import type { Benchmark, Circumstances, Figure, Scale, Target } from '../figure.ts'
import type { SimulationJob, SimulationResult } from '../jobs/simulation.ts'

/** Nodes, and rounds enough for the clock: of balanced, for which rounds are asked for, and of the others. */
const sizes: Record<Scale, readonly (readonly [nodes: number, balanced: number, others: number])[]> = {
  full: [
    [10_000, 300, 300],
    [100_000, 20, 20],
    [1_000_000, 50, 5]
  ],
  quick: [[10_000, 50, 50]],
  tiny: [[200, 10, 10]]
}

const cases: readonly { name: string; policy: SimulationJob['policy']; exchangeSize?: number }[] = [
  { name: 'balanced', policy: 'balanced' },
  { name: 'cyclon', policy: 'cyclon', exchangeSize: 16 },
  { name: 'healer (H = 16, rand)', policy: { healer: 16 }, exchangeSize: 16 }
]

const SPEED = 'node-rounds/s'

/** What `balanced` counts by peer and by network group with: crowding.ts and surge.ts of @pex/core. */
const FILTER_BYTES = 8_192 + 2_048 + 4_096 + 2_048

export const simulator: Benchmark = {
  name: 'simulator',
  question: 'How fast is the simulator, and how much memory does a node take?',
  method:
    'simulate() of @pex/sim on the shipped core, scenario steady, c = 32, 16 records in a message, one thread, each run in a process of its ' +
    'own: 300 rounds of 10^4 nodes, 20 of 10^5, and of 10^6 50 with balanced and 5 with the others. Rounds by processor time of all threads, compiling included; building ' +
    'the network and looking at it are not counted, but for the row "in all", which is by the wall clock. A node’s memory are the typed arrays that the network ' +
    'allocates. The target for memory leaves out the filters in which a node of balanced counts what it is offered (16 KiB).',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const figures: Figure[] = []
    for (const [nodes, balanced, others] of sizes[scale]) {
      for (const { name, ...job } of cases) {
        const rounds = name === 'balanced' ? balanced : others
        progress(`${rounds} rounds of ${nodes} nodes with ${name}`)
        const result = await inChild('simulation', { ...job, nodes, rounds, viewSize: limits.viewSize })
        figures.push(...(name === 'balanced' ? judged(nodes, rounds, result) : told(name, nodes, result)))
      }
    }
    return figures
  },

  charts: figures => ({ '': drawn(figures) })
}

/** Speeds over the nodes of the network, and what is asked of the first. */
function drawn(figures: readonly Figure[]): string {
  const measured = figures
    .filter(({ unit }) => unit === SPEED)
    .map(({ name, value, target }) => {
      const [, thing = '', nodes = ''] = /^(.*), ([\d ]+) nodes$/.exec(name) ?? []
      return { name: thing.split(' (')[0]!, size: Number(nodes.replaceAll(' ', '')), value, target }
    })
  const asked = measured.flatMap(({ size, target }) =>
    target === undefined ? [] : [{ name: 'balanced, asked for', size, value: target.value }]
  )
  const labels = { title: 'Speed of the simulator', x: 'nodes', y: 'node-rounds a second' }
  return over({ ...labels, isLogarithmic: true }, [...measured, ...asked])
}

const speedOf = (name: string, nodes: number, value: number, target?: Target): Figure => ({
  name: `${name}, ${nodes.toLocaleString('en').replaceAll(',', ' ')} nodes`,
  value,
  unit: SPEED,
  target
})

function told(name: string, nodes: number, { nodeRoundsPerSecond }: SimulationResult): Figure[] {
  return [speedOf(name, nodes, nodeRoundsPerSecond)]
}

/** What there are targets for: balanced at 10^4 and at 10^6. */
function judged(nodes: number, rounds: number, result: SimulationResult): Figure[] {
  const bounds: Partial<Record<number, number>> = { 10_000: 500_000, 1_000_000: 250_000 }
  const least = bounds[nodes]
  const target: Target | undefined =
    least === undefined ? undefined : { of: 'value', bound: 'at least', value: least }
  const speed = speedOf('balanced', nodes, result.nodeRoundsPerSecond, target)
  const memory: Figure = {
    name: `${speed.name}: memory beside the filters`,
    value: result.bytesPerNode - FILTER_BYTES,
    unit: 'bytes/node',
    target: { of: 'value', bound: 'at most', value: 1_024 }
  }
  if (nodes < 1_000_000) return [speed, memory]
  const all: Figure = {
    name: `${speed.name}: ${rounds} rounds in all`,
    value: result.seconds,
    unit: 's',
    target: { of: 'value', bound: 'at most', value: 600 }
  }
  return [speed, memory, all]
}
