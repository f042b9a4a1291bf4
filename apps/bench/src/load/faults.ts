/** The faults of a network, each by itself, in simulations of the shipped core: what they do to views, and how soon it is over. */
import { simulateAll } from '@pex/sim'
import type { Result } from '@pex/sim'
import type { Benchmark, Figure, Scale, Target } from '../figure.ts'

interface Size {
  readonly nodes: number
  readonly seeds: number
  /** All rounds by so much. */
  readonly part: number
}

const sizes: Record<Scale, Size> = {
  full: { nodes: 1_000, seeds: 2, part: 1 },
  quick: { nodes: 300, seeds: 1, part: 1 },
  tiny: { nodes: 60, seeds: 1, part: 0.1 }
}

/** One fault: what is simulated, and what is read off. */
interface Fault {
  readonly scenario: string
  readonly rounds: number
  /** @default that of the size */
  readonly nodes?: number
  figures(results: readonly Result[], calm: readonly Result[]): Figure[]
}

const atMost = (value: number): Target => ({ of: 'value', bound: 'at most', value })
const atLeast = (value: number): Target => ({ of: 'value', bound: 'at least', value })
const ratioAtMost = (value: number): Target => ({ of: 'ratio', bound: 'at most', value })

/** The worst of the seeds. */
const most = (results: readonly Result[], of: (result: Result) => number): number =>
  Math.max(...results.map(of))

const at = ({ series }: Result, round: number): Result['series'][number] =>
  series.findLast(figures => figures.round <= round)!

/** Mean share of dead entries over the last fifty rounds, %. */
function dead({ series }: Result): number {
  const last = series.slice(-50)
  return (100 * last.reduce((sum, { deadLinks }) => sum + deadLinks, 0)) / last.length
}

/** In-degrees spread by so much of their mean. */
const spread = ({ inDegree }: Result): number => inDegree.sd / inDegree.mean

const whole = (name: string, results: readonly Result[], share = 100): Figure => ({
  name: `${name}: largest component`,
  value: 100 * Math.min(...results.map(({ largestComponent }) => largestComponent)),
  unit: '% of the nodes',
  target: atLeast(share)
})

const spreadFigure = (
  name: string,
  results: readonly Result[],
  calm: readonly Result[],
  mark: number
): Figure => ({
  name: `${name}: spread of in-degrees`,
  value: most(results, spread),
  unit: 'sd / mean',
  rival: { name: 'without', value: most(calm, spread) },
  target: ratioAtMost(mark)
})

/** Held together, and in-degrees as even as they were but for so much. */
function bearing(name: string, scenario: string, mark: number): Fault {
  return {
    scenario,
    rounds: 100,
    figures: (results, calm) => [whole(name, results), spreadFigure(name, results, calm, mark)]
  }
}

function splitting(rounds: number, mark: number): Fault {
  return {
    scenario: `partition:${rounds}`,
    rounds,
    figures: results => [
      {
        name: `two halves for ${rounds} ${rounds === 1 ? 'round' : 'rounds'}: mixed again after`,
        value: most(results, ({ remixedAfter }) => remixedAfter ?? Infinity),
        unit: 'rounds',
        target: atMost(mark)
      }
    ]
  }
}

function churning(share: number, mark: number | undefined): Fault {
  const name = `${100 * share} % replaced a round`
  return {
    scenario: `churn:${share}`,
    rounds: 200,
    figures: results => [
      {
        name: `${name}: dead entries`,
        value: most(results, dead),
        unit: '%',
        target: mark === undefined ? undefined : atMost(mark)
      },
      whole(name, results, mark === undefined ? 0 : 99)
    ]
  }
}

function crashing(share: number, nodes?: number): Fault {
  const name = nodes === undefined ? `${100 * share} % crash at once` : `${share * nodes} of ${nodes} crash`
  const rounds = nodes === undefined ? [50, 100, 200] : [50]
  const marks = nodes === undefined ? [13, 2.5, 0] : [0]
  return {
    scenario: `crash:${share}`,
    rounds: 200,
    ...(nodes === undefined ? {} : { nodes }),
    figures: results => [
      ...rounds.map((round, i) => ({
        name: `${name}: dead entries after ${round} rounds`,
        value: 100 * most(results, result => at(result, round).deadLinks),
        unit: '%',
        target: atMost(marks[i]!)
      })),
      whole(name, results)
    ]
  }
}

/** The first round from which in-degrees are always about as even as they are in the last fifty. */
function settled({ series }: Result): number {
  const last = series.slice(-50)
  const even = (1.25 * last.reduce((sum, { inDegreeSd }) => sum + inDegreeSd, 0)) / last.length
  return series.findLastIndex(({ inDegreeSd }) => inDegreeSd > even) + 2
}

const faults: readonly Fault[] = [
  bearing('loss 10 %', 'loss:0.1', 2),
  bearing('loss 30 %', 'loss:0.3', 2),
  bearing('duplication 50 %', 'duplicate:0.5', 1.1),
  bearing('delay up to half a round, reordered', 'latency:0.5', 1.25),
  bearing('clocks from half to one and a half', 'skew:0.5', 1.25),
  bearing('clocks from two to four thirds', 'skew:0.333', 1.25),
  splitting(1, 20),
  splitting(10, 20),
  splitting(100, 50),
  crashing(0.1),
  crashing(0.5),
  crashing(0.5, 10),
  churning(0.001, 3),
  churning(0.01, 10),
  churning(0.05, 30),
  churning(0.1, undefined),
  {
    scenario: 'flash:10',
    rounds: 50,
    figures: results => [
      {
        name: 'ten times as many through one contact: most views that hold one node',
        value: most(results, ({ inDegree }) => inDegree.max / inDegree.mean),
        unit: 'times the mean',
        target: atMost(5)
      },
      whole('ten times as many through one contact', results)
    ]
  }
]

const CALM = 'steady'
const STAR = 'star'
const LOSSY_STAR = 'star+loss:0.3'

export const faultMatrix: Benchmark = {
  name: 'load faults',
  question: 'What do the faults of a network do to views, and how soon is it over?',
  method:
    '@pex/sim, `balanced`, 1 000 nodes, c = 32, the worst of 2 seeds, 100 calm rounds before each fault; newcomers know one live contact, and are told of another should it die, as a bootstrap service would. ' +
    'Spread of in-degrees beside that of a network without the fault. Faults of clocks, disks and processes, one-way links, hostile hosts and all of them together are in [DST.md](DST.md).',
  async run({ scale, progress }) {
    const { nodes, seeds, part } = sizes[scale]
    const cut = (rounds: number): number => Math.max(Math.round(rounds * part), 1)
    const base = [CALM, STAR, LOSSY_STAR].map(scenario => ({ scenario, rounds: 150, nodes: undefined }))
    const all = [...base, ...faults]
    const jobs = all.flatMap(fault =>
      Array.from({ length: seeds }, (_, i) => {
        const { scenario, rounds, nodes: own = nodes } = fault
        // A crowd of ten times as many begins with a tenth.
        const begin = scenario.startsWith('flash') ? Math.max(Math.round(own / 10), 2) : own
        return { policy: 'balanced', nodes: begin, rounds: cut(rounds), seed: i + 1, scenario }
      })
    )
    progress(`${jobs.length} simulations`)
    const results = await simulateAll(jobs)
    const of = (i: number): readonly Result[] => results.slice(i * seeds, (i + 1) * seeds)
    const [calm, star, lossy] = [of(0), of(1), of(2)]
    return [
      ...faults.flatMap((fault, i) => fault.figures(of(base.length + i), calm)),
      {
        name: 'begun from one contact at 30 % loss: settled at',
        value: most(lossy, settled),
        unit: 'rounds',
        rival: { name: 'without loss', value: most(star, settled) },
        target: ratioAtMost(3)
      }
    ]
  }
}
