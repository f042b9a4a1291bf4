/** A broadcast along a tree beside flooding: the same machine over the same kind of overlay, in its two modes. */
import { runDissemination } from '@pex/sim'
import type { Dissemination, Spread } from '@pex/sim'
import { compared } from '../charts/compared.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'

const sizes: Record<Scale, { nodes: number; messages: number }> = {
  full: { nodes: 1_000, messages: 100 },
  quick: { nodes: 1_000, messages: 30 },
  tiny: { nodes: 60, messages: 3 }
}

const FLOOD = 'flooding'

export const broadcast: Benchmark = {
  name: 'broadcast',
  question: 'How much does a broadcast cost, and whom does it reach?',
  method:
    '@pex/sim with the shipped machine of @pex/broadcast, 1 000 nodes, one seed, virtual time. Neighbours come from views of `balanced` after ' +
    '40 rounds: each node opens 4 links and takes in up to 8. One hop takes 10 to 100 ms; what is sent to a dead node fails after 1 s. 100 ' +
    'messages from random nodes for the tree to form, 100 that are counted, then 30 % of the nodes die at once and 100 more are counted, one each ' +
    'second. Redundancy is payloads by receivers, less one. The rival is the same machine pushing to every neighbour.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const options = { ...sizes[scale], crash: 0.3, seed: 1 }
    progress('along a tree')
    const tree = runDissemination(options)
    progress('by flooding')
    const flood = runDissemination({ ...options, mode: 'flood' })
    return [
      ...figuresOf('steady', tree, flood, ({ steady }) => steady),
      ...figuresOf('after 30 % died', tree, flood, ({ crashed }) => crashed!)
    ]
  },

  charts: figures => ({ '': compared('A broadcast among 1 000 nodes', figures) })
}

function figuresOf(
  when: string,
  tree: Dissemination,
  flood: Dissemination,
  of: (run: Dissemination) => Spread
): Figure[] {
  const figure = (name: string, unit: string, value: (spread: Spread) => number): Figure => ({
    name: `${when}: ${name}`,
    value: value(of(tree)),
    unit,
    rival: { name: FLOOD, value: value(of(flood)) }
  })
  return [
    {
      ...figure('redundancy', 'payloads', ({ redundancy }) => redundancy),
      target: { of: 'value', bound: 'at most', value: 0.5 }
    },
    {
      ...figure('live nodes reached, worst message', 'of 1', ({ worst }) => worst),
      target: { of: 'value', bound: 'at least', value: 1 }
    },
    figure('hops to the last node', 'hops', ({ lastHops }) => lastHops),
    figure('time to the last node', 'ms', ({ lastMs }) => lastMs),
    // Flooding announces nothing.
    { ...figure('ids announced, by node and message', 'ids', ({ announced }) => announced), rival: undefined }
  ]
}
