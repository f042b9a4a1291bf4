import { conformanceSuite, judge, passMarks, policySampler } from '@pex/testkit/conformance'
import type { FigureName, Sampler, SamplerNetwork } from '@pex/testkit/conformance'
import { describe, expect, it } from 'vitest'

const runner = { describe, it, expect }

conformanceSuite(runner, policySampler('balanced', { viewSize: 32 }))
// Whatever shuffles and swaps alone is taken over by those who push more: no plain gossip sampler passes that scene.
conformanceSuite(runner, policySampler('cyclon'), { without: ['attackerShare', 'eclipsed'] })

const all = Object.keys(passMarks) as FigureName[]

/** Which of these figures do not hold for a sampler. */
async function failed(sampler: Sampler, figures: readonly FigureName[]): Promise<FigureName[]> {
  const without = all.filter(figure => !figures.includes(figure))
  const judgements = await judge(sampler, { nodes: figures.includes('eclipsed') ? 300 : 120, without })
  return judgements.filter(({ holds }) => !holds).map(({ figure }) => figure)
}

/** Cyclon with a fault. */
function faulty(change: (sound: SamplerNetwork) => Partial<SamplerNetwork>): Sampler {
  const cyclon = policySampler('cyclon')
  return {
    ...cyclon,
    create(nodes, seed) {
      const sound = cyclon.create(nodes, seed)
      return {
        join: (node, contact) => sound.join(node, contact),
        kill: node => sound.kill(node),
        round: () => sound.round(),
        view: node => sound.view(node),
        memory: node => sound.memory!(node),
        draw: node => sound.draw!(node),
        split: isSplit => sound.split!(isSplit),
        turn: nodes => sound.turn!(nodes),
        ...change(sound)
      }
    }
  }
}

const viewOf = (network: SamplerNetwork, node: number): number[] => Array.from(network.view(node))

/** Samplers with one fault each, and the claims that find it. */
const faults: [name: string, figures: FigureName[], sampler: Sampler][] = [
  ['holds itself', ['faults'], faulty(s => ({ view: node => [...viewOf(s, node), node] }))],
  [
    'leaves places free',
    ['fill'],
    faulty(s => ({ view: node => viewOf(s, node).filter(peer => peer % 4 !== node % 4) }))
  ],
  [
    'forgets somebody',
    ['forgotten', 'outside'],
    faulty(s => ({ view: node => (node === 7 ? [] : viewOf(s, node).filter(peer => peer !== 7)) }))
  ],
  [
    'prefers some',
    ['inDegreeSd'],
    faulty(s => ({ view: node => viewOf(s, node).filter(peer => peer % 3 === 0 || peer % 4 === node % 4) }))
  ],
  [
    'is a ring',
    ['clustering', 'pathLength', 'kept10', 'degreeLag', 'crashDeadLinks', 'churnDeadLinks', 'fewDeadLinks'],
    ring()
  ],
  ['stays a star', ['starSd', 'starHub'], faulty(() => ({ view: node => (node === 0 ? [1] : [0]) }))],
  ['gives up at the first failure', ['crashOutside', 'churnOutside', 'fewOutside'], fragile()],
  [
    'draws from the view',
    ['streamRepeat'],
    faulty(s => ({ draw: node => viewOf(s, node)[Math.floor(viewOf(s, node).length / 2)] }))
  ],
  [
    'draws the lowest number',
    ['streamChiSquare', 'streamPooled'],
    faulty(s => ({ draw: node => Math.min(...viewOf(s, node)) }))
  ],
  ['has no memory', ['crossHolders'], faulty(() => ({ memory: () => [] }))],
  ['stays apart', ['remixedAfter'], faulty(s => ({ split: isSplit => isSplit && s.split!(true) }))],
  ['is plain gossip', ['attackerShare', 'eclipsed'], policySampler('cyclon')]
]

/** Everybody holds those who joined next, alive or not. */
function ring(): Sampler {
  return {
    name: 'ring',
    viewSize: 20,
    create() {
      let joined = 0
      return {
        join: () => joined++,
        kill() {},
        round() {},
        view: node => Array.from({ length: Math.min(20, joined - 1) }, (_, i) => (node + 1 + i) % joined)
      }
    }
  }
}

/** When somebody dies, everybody forgets everybody. */
function fragile(): Sampler {
  return faulty(sound => {
    let isBroken = false
    return {
      kill: () => (isBroken = true),
      view: node => (isBroken ? [] : sound.view(node))
    }
  })
}

describe('judge', () => {
  it.each(faults)('finds out a sampler that %s', async (_, figures, sampler) => {
    expect(await failed(sampler, figures)).toEqual(figures)
  })

  it('finds every fault that there is a figure for', () => {
    expect(new Set(faults.flatMap(([, figures]) => figures))).toEqual(new Set(all))
  })

  it('judges by marks of one’s own, and leaves out what the sampler has no means for', async () => {
    const judgements = await judge(ring(), { nodes: 60, marks: { kept10: 1 } })
    expect(judgements.find(({ figure }) => figure === 'kept10')).toMatchObject({
      mark: 1,
      value: 1,
      holds: true
    })
    expect(new Set(judgements.map(({ scene }) => scene))).toEqual(
      new Set(['calm', 'star', 'crash', 'churn', 'few'])
    )
  })

  it('comes to the same figures for the same seed', async () => {
    const judged = (seed: number): Promise<unknown> =>
      judge(policySampler('cyclon'), { nodes: 60, seed, without: all.filter(name => name !== 'inDegreeSd') })
    expect(await judged(1)).toEqual(await judged(1))
    expect(await judged(2)).not.toEqual(await judged(1))
  })
})
