/** How good the samples of each policy are: a few figures that set them apart, beside the random graph. */
import { policies } from '@pex/core'
import { simulateAll } from '@pex/sim'
import type { Result, Task } from '@pex/sim'
import { bars } from '../charts/bars.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'
import { number } from '../words.ts'

const sizes: Record<Scale, { nodes: number; steady: number; healing: number; attack: number }> = {
  full: { nodes: 2_000, steady: 300, healing: 15, attack: 200 },
  quick: { nodes: 500, steady: 100, healing: 15, attack: 100 },
  tiny: { nodes: 80, steady: 20, healing: 5, attack: 5 }
}

const RANDOM = 'random graph'

export const sampling: Benchmark = {
  name: 'sampling',
  question: 'How good are the samples that each policy gives?',
  method:
    '@pex/sim, 2 000 nodes, c = 32, one seed, messages as large as suit each policy. In-degree sd, clustering and turnover after 300 calm ' +
    'rounds from random views; the dead 15 rounds after half of the nodes died; the attackers’ share 200 rounds after 10 % of the nodes ' +
    'turned into hubs. The rival is the random graph of the same size, by formula or drawn; its share of attackers is their share of the ' +
    'nodes. docs/policies.md has more seeds, more nodes and more scenarios. Targets are for balanced, the default.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const names = Object.keys(policies)
    const tasks = names.flatMap(policy => tasksOf(policy, sizes[scale]))
    progress(`${tasks.length} simulations of ${sizes[scale].nodes} nodes`)
    const results = await simulateAll(tasks)
    return names.flatMap((policy, i) => {
      const [steady, crash, hub] = results.slice(3 * i, 3 * i + 3) as [Result, Result, Result]
      return figuresOf(policy, steady, crash, hub, policy === 'balanced' && scale === 'full')
    })
  },

  charts: figures => ({ '': drawn(figures) })
}

/** Each figure of all policies, the default first, and of the random graph. */
function drawn(figures: readonly Figure[]): string {
  const whats = [...new Set(figures.map(({ name }) => name.split(': ')[1]!))]
  const groups = whats.map(what => {
    const all = figures.filter(({ name }) => name.endsWith(`: ${what}`))
    const named = all.map(({ name, value }) => ({ name: name.split(': ')[0]!, value }))
    const random = all[0]?.rival
    return { name: what, unit: all[0]!.unit, bars: random === undefined ? named : [...named, random] }
  })
  return bars('Samples that each policy gives', groups, number)
}

function tasksOf(policy: string, { nodes, steady, healing, attack }: (typeof sizes)[Scale]): Task[] {
  const task = { policy, nodes, seed: 1 }
  return [
    { ...task, rounds: steady, scenario: 'steady' },
    { ...task, rounds: healing, scenario: 'crash:0.5' },
    { ...task, rounds: attack, scenario: 'hub:0.1' }
  ]
}

function figuresOf(policy: string, steady: Result, crash: Result, hub: Result, judged: boolean): Figure[] {
  const { reference } = steady
  const figure = (name: string, value: number, unit: string, most: number, random?: number): Figure => ({
    name: `${policy}: ${name}`,
    value,
    unit,
    rival: random === undefined ? undefined : { name: RANDOM, value: random },
    target: judged ? { of: 'value', bound: 'at most', value: most } : undefined
  })
  const clustering = figure('clustering', steady.clustering, 'of 1', 1.27, reference.clustering)
  return [
    figure('in-degree sd', steady.inDegree.sd, 'views', 4, reference.inDegreeSd),
    judged ? { ...clustering, target: { of: 'ratio', bound: 'at most', value: 1.27 } } : clustering,
    figure('entries kept for 10 rounds', steady.kept10, 'of 1', 0.3),
    figure('dead links after half died', crash.deadLinks, 'of 1', 0),
    figure('share of 10 % hubs', hub.attackerShare, 'of 1', 0.12, 0.1),
    figure('eclipsed by them at worst', hub.eclipsedWorst, 'nodes', 0)
  ]
}
