/** Each benchmark does all that it does in earnest, only less of it; how fast is no test's business. */
import { describe, expect, it } from 'vitest'
import { benchmarks, table } from '@pex/bench'
import type { Benchmark } from '@pex/bench'

const names = [
  'seen-envelope',
  'merge',
  'message',
  'exchange',
  'udp',
  'mconnection',
  'crawl',
  'casm-go',
  'memory',
  'sampling',
  'broadcast',
  'cyclon-p2p',
  'spray-wrtc',
  'newscast',
  'simulator',
  'discovery'
]

it('there is a benchmark for each promise', () => {
  expect(benchmarks.map(({ name }) => name)).toEqual(names)
})

/** Whether it is a whole file with a place for everything. */
function isDrawn(svg: string): boolean {
  return svg.startsWith('<svg ') && svg.endsWith('</svg>\n') && !/NaN|Infinity|undefined/.test(svg)
}

describe.each(benchmarks)('$name', (benchmark: Benchmark) => {
  // On a fresh machine Go has its modules to fetch and to compile.
  it('gives finite figures beside finite rivals', { timeout: 600_000 }, async () => {
    const heard: string[] = []
    const figures = await benchmark.run({ scale: 'tiny', progress: message => heard.push(message) })
    expect(figures.length).toBeGreaterThan(0)
    for (const { name, value, rival } of figures) {
      expect(value, name).toSatisfy(Number.isFinite)
      expect(rival?.value ?? 0, name).toSatisfy(Number.isFinite)
    }
    expect(new Set(figures.map(({ name }) => name)).size, 'names of figures differ').toBe(figures.length)
    expect(table({ [benchmark.name]: figures }).split('\n')).toHaveLength(figures.length + 2)
    for (const chart of Object.values(benchmark.charts?.(figures) ?? {}))
      expect(chart, 'its drawing').toSatisfy(isDrawn)
  })
})
