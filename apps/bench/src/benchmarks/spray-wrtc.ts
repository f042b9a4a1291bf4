/** Our Cyclon against the shuffles of Spray, the other peer sampling of npm. */
import { seededRng } from '@pex/sim'
import { compared } from '../charts/compared.ts'
import { inChild } from '../child.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'
import { processor } from '../measure.ts'
import { SprayNetwork } from '../rivals/spray-wrtc.ts'

/** About the logarithm of 10^4, at which Spray keeps its views. */
const VIEW_SIZE = 10
/** Half a view, as Spray gives away. */
const SHUFFLE = 5
const RIVAL = 'spray-wrtc'

const sizes: Record<Scale, { nodes: number; ours: number; theirs: number }> = {
  full: { nodes: 10_000, ours: 300, theirs: 30 },
  quick: { nodes: 2_000, ours: 300, theirs: 20 },
  tiny: { nodes: 100, ours: 10, theirs: 5 }
}

export const spray: Benchmark = {
  name: 'spray-wrtc',
  question: 'How fast is a shuffle beside those of Spray?',
  method:
    `Networks of 10^4 nodes in one process, ${VIEW_SIZE} neighbours each, ${SHUFFLE} of them given away in a shuffle, random views at the start: 300 ` +
    `rounds of the policy cyclon in @pex/sim; 30 rounds of ${RIVAL} 2.0.11 after 5 to warm up, its rules alone: in place of WebRTC it has arcs in ` +
    'memory that are there at once. (The package does not load as it is published: it lacks what it requires, which is handed in.) Spray lets ' +
    'views grow with the logarithm of the network and counts doubled arcs, which ours do not. Processor time of all threads.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const { nodes, ours, theirs } = sizes[scale]
    progress(`${nodes} nodes with cyclon`)
    const job = { policy: 'cyclon', nodes, viewSize: VIEW_SIZE, exchangeSize: SHUFFLE, rounds: ours }
    const { nodeRoundsPerSecond: value } = await inChild('simulation', job)
    progress(`${nodes} nodes with ${RIVAL}`)
    const rival = { name: RIVAL, value: await speedOfRival(nodes, theirs) }
    const target = { of: 'ratio', bound: 'at least', value: 10 } as const
    return [{ name: 'node-rounds per second', value, unit: '/s', rival, target }]
  },

  charts: figures => ({ '': compared('Shuffles of a network in one process', figures) })
}

/** Node-rounds per second. */
async function speedOfRival(nodes: number, rounds: number): Promise<number> {
  const network = new SprayNetwork(nodes, VIEW_SIZE, seededRng(1, 6))
  for (let round = 0; round < 5; round++) await network.round()
  const began = processor()
  for (let round = 0; round < rounds; round++) await network.round()
  return (nodes * rounds * 1_000) / (processor() - began)
}
