/** Our Cyclon against the Cyclon of npm: how fast, and whether it is one. */
import { seededRng } from '@pex/sim'
import { judge, policySampler } from '@pex/testkit/conformance'
import type { Sampler } from '@pex/testkit/conformance'
import { compared } from '../charts/compared.ts'
import { inChild } from '../child.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'
import { processor } from '../measure.ts'
import { CyclonNetwork, cyclonP2p } from '../rivals/cyclon-p2p.ts'

const VIEW_SIZE = 20
const SHUFFLE = 5
const RIVAL = 'cyclon.p2p'

const sizes: Record<Scale, { nodes: number; ours: number; theirs: number; judged: number }> = {
  full: { nodes: 10_000, ours: 300, theirs: 50, judged: 1_000 },
  quick: { nodes: 2_000, ours: 300, theirs: 20, judged: 300 },
  tiny: { nodes: 100, ours: 10, theirs: 5, judged: 40 }
}

export const cyclonOfNpm: Benchmark = {
  name: 'cyclon-p2p',
  question: 'How does our Cyclon compare with the one of npm?',
  method:
    `Networks of 10^4 nodes in one process, c = ${VIEW_SIZE}, shuffle length ${SHUFFLE} (the defaults of ${RIVAL}), random views at the ` +
    `start: 300 rounds of the policy cyclon in @pex/sim; 50 rounds of ${RIVAL} 1.0.0 with pointers copied on the way as any carrier would, ` +
    'after 5 to warm up. Processor time of all threads. Claims: those of @pex/testkit/conformance that a network of 1 000 nodes does not hold; the scene ' +
    'with hostile nodes is left out, since no plain Cyclon stands it.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const { nodes, ours, theirs, judged } = sizes[scale]
    progress(`${nodes} nodes with cyclon`)
    const own = await inChild('simulation', {
      policy: 'cyclon',
      nodes,
      viewSize: VIEW_SIZE,
      exchangeSize: SHUFFLE,
      rounds: ours
    })
    progress(`${nodes} nodes with ${RIVAL}`)
    const rival = await speedOfRival(nodes, theirs)
    progress(`the conformance of both, ${judged} nodes`)
    const claims = await failures(
      policySampler('cyclon', { viewSize: VIEW_SIZE, exchangeSize: SHUFFLE }),
      judged
    )
    return [
      {
        name: 'node-rounds per second',
        value: own.nodeRoundsPerSecond,
        unit: '/s',
        rival: { name: RIVAL, value: rival },
        target: { of: 'ratio', bound: 'at least', value: 10 }
      },
      {
        name: 'claims of the conformance kit that do not hold',
        value: claims,
        unit: 'claims',
        rival: { name: RIVAL, value: await failures(cyclonP2p(), judged) },
        target: scale === 'tiny' ? undefined : { of: 'value', bound: 'at most', value: 0 }
      },
      {
        name: 'the same, its truncated answers repaired',
        value: await failures(cyclonP2p({ repaired: true }), judged),
        unit: 'claims'
      }
    ]
  },

  charts: figures => ({ '': compared('Cyclon in one process', figures) })
}

/** Node-rounds per second of cyclon.p2p. */
async function speedOfRival(nodes: number, rounds: number): Promise<number> {
  const network = new CyclonNetwork({ viewSize: VIEW_SIZE, shuffleSize: SHUFFLE }, seededRng(1, 6))
  for (let node = 0; node < nodes; node++) network.join(node, undefined)
  network.mix()
  for (let round = 0; round < 5; round++) await network.round()
  const began = processor()
  for (let round = 0; round < rounds; round++) await network.round()
  return (nodes * rounds * 1_000) / (processor() - began)
}

async function failures(sampler: Sampler, nodes: number): Promise<number> {
  const judgements = await judge(sampler, { nodes, without: ['attackerShare', 'eclipsed'] })
  // What the rival has no means for is not held against us either.
  return judgements.filter(({ holds, scene }) => !holds && scene !== 'stream').length
}
