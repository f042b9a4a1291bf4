/**
 * The pictures of "How it works", measured: runs `pex sim --json` and draws what it says. Seeded, so they are the same on every machine;
 * run it again when sampling has changed: `node --conditions=@pex/source apps/docs/src/figures/main.ts`.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chart } from './chart.ts'
import type { Chart, Line } from './chart.ts'

interface Result {
  readonly nodes: number
  readonly view: number
  readonly inDegreeHistogram: readonly number[]
  readonly series: readonly (Readonly<Record<string, number>> & { readonly round: number })[]
}

const NODES = 2_000
const command = join(import.meta.dirname, '..', '..', '..', 'node', 'src', 'main.ts')

function sim(policy: string, scenario: string, rounds: number): Result {
  const settings = { nodes: NODES, policy, scenario, rounds, seed: 1 }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const all = ['--conditions=@pex/source', command, 'sim', ...args, '--json']
  const output = execFileSync(process.execPath, all, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore']
  })
  return JSON.parse(output) as Result
}

function series(name: string, { series }: Result, field: string, from: number, to: number): Line {
  const points = series
    .filter(({ round }) => round >= from && round <= to)
    .map(row => [row.round, row[field]!] as const)
  return { name, points }
}

function draw(name: string, init: Chart): void {
  writeFileSync(join(import.meta.dirname, '..', 'pages', 'figures', `${name}.svg`), chart(init))
  console.log(name)
}

/** Chances of each in-degree in a random graph: every other node holds a node with the same small chance. */
function binomial(nodes: number, view: number, most: number): Line {
  const p = view / (nodes - 1)
  const points: [number, number][] = []
  let chance = (1 - p) ** (nodes - 1)
  for (let k = 0; k <= most; k++) {
    points.push([k, chance * nodes])
    chance *= ((nodes - 1 - k) / (k + 1)) * (p / (1 - p))
  }
  return { name: 'random graph', points }
}

const steady = sim('balanced', 'steady', 300)
draw('in-degree', {
  title: 'Nobody is popular, nobody is forgotten',
  xLabel: `in how many of the ${NODES} views a node stands`,
  yLabel: 'nodes, after 300 rounds',
  lines: [
    { name: 'balanced', points: Array.from({ length: 61 }, (_, k) => [k, steady.inDegreeHistogram[k] ?? 0]) },
    binomial(NODES, steady.view, 60)
  ]
})

draw('star', {
  title: 'From one bootstrap host to a mixed network',
  xLabel: 'rounds since everybody knew one node alone',
  yLabel: 'spread of in-degrees (standard deviation)',
  lines: [series('balanced', sim('balanced', 'star', 60), 'inDegreeSd', 1, 60)]
})

draw('healing', {
  title: 'Half of the network dies',
  xLabel: 'rounds since then',
  yLabel: 'share of view entries whose owner is dead',
  isShare: true,
  lines: ['balanced', 'healer-swapper', 'cyclon'].map(policy =>
    series(policy, sim(policy, 'crash:0.5', 40), 'deadLinks', 0, 40)
  )
})

draw('split', {
  title: 'Two halves hear nothing of each other for 200 rounds',
  xLabel: 'rounds since the split; it ends at 200',
  yLabel: 'share of view entries that lead to the other half',
  isShare: true,
  yMax: 0.6,
  mark: [200, 'together again'],
  lines: [series('balanced', sim('balanced', 'partition:200', 40), 'crossLinks', -20, 240)]
})

draw('attack', {
  title: 'One node in ten turns hostile',
  xLabel: 'rounds since then',
  yLabel: 'share of honest views that the attackers hold',
  isShare: true,
  yMax: 1,
  lines: ['balanced', 'open', 'cyclon'].map(policy =>
    series(policy, sim(policy, 'hub:0.1', 100), 'attackerShare', 0, 100)
  )
})
