import { describe, expect, it } from 'vitest'
import { benchmarks } from '@pex/bench'
import type { Figure } from '@pex/bench'
import { bars } from '../src/charts/bars.ts'
import { compared } from '../src/charts/compared.ts'
import { over } from '../src/charts/over.ts'
import { powers, steps } from '../src/charts/ticks.ts'

/** Widths of the bars, in the order in which they are drawn. */
function widths(svg: string): number[] {
  return [...svg.matchAll(/<rect x="24" y="\d+" width="([\d.]+)"/g)].map(([, width]) => Number(width))
}

describe('an axis', () => {
  it.each([3, 7.1, 80, 1_234, 0.02])('to %f has at most eight round steps from zero', most => {
    const ticks = steps(most)
    expect(ticks[0]).toBe(0)
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(most)
    expect(ticks.length).toBeLessThanOrEqual(9)
  })

  it('of powers of ten holds every value, and has two ends even for one', () => {
    expect(powers([0.4, 31])).toEqual([0.1, 1, 10, 100])
    expect(powers([10])).toEqual([10, 100])
    expect(powers([])).toEqual([1, 10])
    expect(steps(0)).toEqual(steps(1))
  })
})

describe('bars', () => {
  const groups = [
    {
      name: 'speed',
      unit: '/s',
      bars: [
        { name: 'a', value: 10 },
        { name: 'b', value: 5 }
      ]
    },
    {
      name: 'size',
      unit: 'KiB',
      bars: [
        { name: 'a', value: 1 },
        { name: 'b', value: 4 }
      ]
    }
  ]

  it('are as long as their figures within a group', () => {
    const [speedA, speedB, sizeA, sizeB] = widths(bars('things', groups, String))
    expect(speedB! / speedA!).toBeCloseTo(0.5, 2)
    expect(sizeA! / sizeB!).toBeCloseTo(0.25, 2)
    expect(speedA).toBe(sizeB)
  })

  it('have the colour of their name in every group', () => {
    const colours = [...bars('things', groups, String).matchAll(/<rect x="24"[^>]*class="(\w+)"/g)]
    expect(colours.map(([, name]) => name)).toEqual(['fill0', 'fill1', 'fill0', 'fill1'])
  })

  it('keep names from becoming markup', () => {
    const svg = bars('<script>', [{ name: 'a & b', unit: '', bars: [{ name: '<i>', value: 1 }] }], String)
    expect(svg).not.toMatch(/<script>|<i>|a & b/)
  })

  it('of nothing but zeros can still be seen', () => {
    expect(
      widths(bars('nothing', [{ name: 'n', unit: '', bars: [{ name: 'a', value: 0 }] }], String))
    ).toEqual([1])
  })
})

describe('the drawing of figures', () => {
  const figures: readonly Figure[] = [
    {
      name: 'one',
      value: 1,
      unit: 'ms',
      rival: { name: 'theirs', value: 4 },
      others: [{ name: 'third', value: 2 }]
    },
    { name: 'alone', value: 9, unit: 'ms' }
  ]

  it('shows ours beside all rivals, and leaves out what has none', () => {
    const svg = compared('all', figures)
    expect(widths(svg).map(width => width / 430)).toEqual([0.25, 1, 0.5])
    expect(svg).not.toContain('alone')
  })

  it('over a size has one curve for each thing, through all its sizes, or a spot where there is one', () => {
    const labels = { title: 't', x: 'hosts', y: 's', isLogarithmic: true }
    const svg = over(labels, [
      { name: 'a', size: 20, value: 1 },
      { name: 'a', size: 40, value: 10 },
      { name: 'b', size: 20, value: 100 },
      { name: 'nothing', size: 40, value: 0 }
    ])
    const curves = [...svg.matchAll(/<path d="(M[^"]*)" fill="none"/g)].map(
      ([, d]) => d!.match(/[ML]/g)!.length
    )
    expect(curves).toEqual([2])
    expect(svg).not.toContain('Infinity')
    expect(svg.match(/<circle/g), 'a single point').toHaveLength(1)
  })
})

describe('the drawings of the benchmarks', () => {
  const drawn = [
    'exchange',
    'udp',
    'mconnection',
    'crawl',
    'casm-go',
    'sampling',
    'cyclon-p2p',
    'spray-wrtc',
    'newscast',
    'simulator',
    'discovery'
  ]

  it('there is one for each comparison', () => {
    const names = benchmarks.filter(({ charts }) => charts !== undefined).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(drawn))
  })

  it('name the nodes and the things of the simulator’s figures', () => {
    const simulator = benchmarks.find(({ name }) => name === 'simulator')!
    const figures: readonly Figure[] = [10_000, 100_000].map(nodes => ({
      name: `balanced, ${nodes === 10_000 ? '10 000' : '100 000'} nodes`,
      value: 5e5,
      unit: 'node-rounds/s',
      target: { of: 'value', bound: 'at least', value: 5e5 }
    }))
    const { '': svg = '' } = simulator.charts!(figures)
    expect(svg).toContain('>balanced<')
    expect(svg).toContain('>balanced, asked for<')
    expect(svg).not.toContain('NaN')
  })
})
