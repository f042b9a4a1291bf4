import { describe, expect, it } from 'vitest'
import { table } from '@pex/bench'
import type { Benchmark, Figure } from '@pex/bench'
import { describeMachine } from '../src/machine.ts'
import { page } from '../src/report.ts'

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
