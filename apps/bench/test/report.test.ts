import { describe, expect, it } from 'vitest'
import { table } from '@pex/bench'
import type { Benchmark, Figure } from '@pex/bench'
import { describeMachine } from '../src/machine.ts'
import { redraw } from '../src/redraw.ts'
import { chartsOf, page } from '../src/report.ts'

const figures: readonly Figure[] = [
  {
    name: 'one thing',
    value: 0.61234,
    unit: 'µs',
    rival: { name: 'another', value: 88.123 },
    target: { of: 'ratio', bound: 'at most', value: 1 / 20 }
  },
  {
    name: 'many things',
    value: 123_456.7,
    unit: 'per s',
    target: { of: 'value', bound: 'at least', value: 200_000 }
  }
]
const benchmark: Benchmark = {
  name: 'things',
  question: 'How many things?',
  method: 'By counting.',
  run: async () => figures
}

describe('the table', () => {
  it('shows each figure beside its rival, ratio, target and verdict', () => {
    expect(table({ things: figures }).split('\n')).toEqual([
      'benchmark  figure       value          rival or limit  ratio  target     verdict',
      '---------  -----------  -------------  --------------  -----  ---------  -------',
      'things     one thing    0.612 µs       another 88.1    1/144  ≤ 1/20     ok',
      '           many things  123 457 per s                         ≥ 200 000  miss'
    ])
  })
})

describe('further rivals', () => {
  const several = [
    {
      ...figures[0]!,
      others: [
        { name: 'third', value: 2 },
        { name: 'fourth', value: 3.456 }
      ]
    }
  ]

  it('stand in a column of their own, which is there only for them', () => {
    const [head, , row] = table({ things: several }).split('\n')
    expect(head).toMatch(/verdict {2}others$/)
    expect(row).toMatch(/ok {7}third 2, fourth 3.46$/)
    expect(table({ things: figures })).not.toContain('others')
  })
})

describe('the page', () => {
  const machine = { ...describeMachine(), load: 0, cores: 4 }
  const run = { machine, date: '2026-01-31', quick: false, results: [{ benchmark, figures }] }

  it('says when, where and with what it was made, and how', () => {
    const text = page(run, ['things'])
    expect(text).toContain('Measured on 2026-01-31')
    expect(text).toContain(`Node ${process.version}`)
    expect(text).toMatch(/@libp2p\/pubsub-peer-discovery \d+\.\d+\.\d+/)
    expect(text).toContain('How many things? By counting.')
    expect(text).toContain('| many things | 123 457 per s |  |  | ≥ 200 000 | miss |')
    expect(text).not.toContain('busy')
    expect(text).not.toContain('quick run')
  })

  it('owns up to a busy machine and to a quick run', () => {
    const text = page({ ...run, quick: true, machine: { ...machine, load: 3 } }, ['things'])
    expect(text).toContain('The machine was busy (load 3.0 on 4 cores')
    expect(text).toContain('A quick run')
  })

  it('shows the drawings of a benchmark, each in a file of its own', () => {
    const drawn: Benchmark = { ...benchmark, charts: () => ({ '': '<svg/>', time: '<svg/>' }) }
    expect(Object.keys(chartsOf(drawn, figures))).toEqual(['bench-things.svg', 'bench-things-time.svg'])
    const text = page({ ...run, results: [{ benchmark: drawn, figures }] }, ['things'])
    expect(text).toContain(
      '![things](figures/bench-things.svg)\n![things time](figures/bench-things-time.svg)\n\n| figure'
    )
  })

  it('says when the scheduler put the run before others, or behind them', () => {
    expect(page({ ...run, nice: -10 }, ['things'])).toContain(
      'before all else on the machine (autogroup nice -10)'
    )
    expect(page({ ...run, nice: 5 }, ['things'])).toContain('behind all else')
    expect(page(run, ['things'])).not.toContain('scheduler')
  })

  it('keeps the sections of other programs behind those it knows', () => {
    const before = `${page(run, ['things'])}\n## load of strangers\n\nTheirs.\n`
    expect(page(run, ['things'], before)).toMatch(/## things[^]*## load of strangers\n\nTheirs\.\n$/)
  })

  it('keeps what was not measured this time, in its place', () => {
    const order = ['first', 'things', 'last']
    const other = (name: string): Benchmark => ({ ...benchmark, name })
    const all = order.map(name => ({ benchmark: other(name), figures }))
    const before = page({ ...run, results: all }, order)
    const again = page({ ...run, date: '2026-02-01' }, order, before)
    expect(again.split('\n').filter(line => /^## |^Measured on 2/.test(line))).toEqual([
      '## first',
      'Measured on 2026-01-31.',
      '## things',
      'Measured on 2026-02-01.',
      '## last',
      'Measured on 2026-01-31.'
    ])
    expect(page({ ...run, results: [] }, order, before)).toBe(before)
  })
})

describe('drawing again', () => {
  const seen: Figure[][] = []
  const drawn: Benchmark = {
    ...benchmark,
    charts: figures => {
      seen.push([...figures])
      return { '': '<svg/>' }
    }
  }
  const run = { machine: describeMachine(), date: '2026-01-31', quick: false }
  const several = figures.map(figure => ({ ...figure, others: [{ name: 'kad-dht', value: 1_234.5 }] }))
  const text = page({ ...run, results: [{ benchmark: drawn, figures: several }] }, ['things'])

  it('reads from the page what was written there, as exactly as it was', () => {
    redraw(text, [drawn])
    expect(seen.at(-1)).toMatchObject([
      { name: 'one thing', value: 0.612, unit: 'µs', rival: { name: 'another', value: 88.1 } },
      { name: 'many things', value: 123_457, unit: 'per s', target: { bound: 'at least', value: 200_000 } }
    ])
    expect(seen.at(-1)![0]!.others).toEqual([{ name: 'kad-dht', value: 1_235 }])
  })

  it('shows the drawings once, however often, and leaves the rest alone', () => {
    const again = redraw(text, [drawn])
    expect(again).toEqual({ page: text, files: { 'bench-things.svg': '<svg/>' } })
    const bare = page({ ...run, results: [{ benchmark, figures: several }] }, ['things'])
    expect(redraw(bare, [drawn]).page).toBe(text)
    expect(redraw(text, []).page).toBe(text)
  })
})
