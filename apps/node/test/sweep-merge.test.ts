/** What is made of the results of a sweep: statistics, what is missing, and how it is shown. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '@pex/sim/report'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeDirectories } from '../src/sim/merge-cells.ts'
import type { Merged } from '../src/sim/merge-cells.ts'
import { mergeReport } from '../src/sim/merge-report.ts'
import { spreadOf, studentT } from '../src/sim/merge-statistics.ts'
import { mergeSummary, namesOf, rangesText } from '../src/sim/merge-text.ts'
import { writePlan, writeTaskResult } from '../src/sim/sweep-files.ts'
import { namedKeyOf, tasksOf } from '../src/sim/sweep-grid.ts'
import type { Cell, Plan, SweepTask } from '../src/sim/sweep-grid.ts'
import { madeUpResult } from './made-up-result.ts'
import { temporaryDirectory } from './processes.ts'

function cell(policy: string, scenario = 'steady'): Cell {
  const settings = { policy, nodes: 4, viewSize: 2, rounds: 2, scenario }
  return { key: namedKeyOf(settings), ...settings }
}

const plan: Plan = { cells: [cell('balanced'), cell('cyclon')], seeds: [1, 2, 3, 4] }

function resultOf({ cell: { policy, scenario }, seed }: SweepTask, change: Partial<Result> = {}): Result {
  return madeUpResult({ policy, scenario, seed, stateHash: `${seed}`.padStart(16, '0'), ...change })
}

/** A directory with the plan and the results of some of its tasks. */
function directoryOf(
  tasks: readonly SweepTask[],
  change: (task: SweepTask) => Partial<Result> = () => ({})
): string {
  const directory = temporaryDirectory()
  writePlan(directory, plan)
  for (const task of tasks) writeTaskResult(directory, task, resultOf(task, change(task)))
  return directory
}

describe('a spread', () => {
  it('is what it is for numbers that one can check by hand', () => {
    // Sample sd of 1, 2, 4, 9 is sqrt(38/3); t(3) is 3.1824.
    const half = (3.1824463 * Math.sqrt(38 / 3)) / 2
    const spread = spreadOf([4, 1, 9, 2])!
    expect(spread).toMatchObject({ count: 4, mean: 4, median: 3, min: 1, max: 9 })
    expect(spread.low).toBeCloseTo(4 - half, 6)
    expect(spread.high).toBeCloseTo(4 + half, 6)
    expect(spreadOf([7])).toEqual({ count: 1, mean: 7, median: 7, min: 7, max: 7, low: null, high: null })
    expect(spreadOf([])).toBeNull()
  })

  it('uses the quantiles of Student that stand in the tables', () => {
    for (const [degrees, expected] of [
      [1, 12.706],
      [5, 2.571],
      [10, 2.228],
      [11, 2.201],
      [19, 2.093],
      [29, 2.045],
      [60, 2.0],
      [120, 1.98],
      [10_000, 1.96]
    ] as const)
      expect(studentT(degrees), `${degrees}`).toBeCloseTo(expected, 3)
  })

  it('has its mean and median between its ends, in whatever order the values come', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), values => {
        const spread = spreadOf(values)!
        expect(spread.mean).toBeGreaterThanOrEqual(spread.min)
        expect(spread.mean).toBeLessThanOrEqual(spread.max)
        expect(spread.median).toBeGreaterThanOrEqual(spread.min)
        expect(spread.median).toBeLessThanOrEqual(spread.max)
        if (spread.low !== null) {
          expect(spread.low).toBeLessThanOrEqual(spread.mean)
          expect(spread.high).toBeGreaterThanOrEqual(spread.mean)
        }
        expect(spreadOf(values.toReversed())).toEqual(spread)
      })
    )
  })

  it('holds the mean of all in 95 of 100 draws', () => {
    // Sums of twelve uniform numbers are nearly normal. A generator of one line, so that the draws are the same everywhere.
    let state = 1
    const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    const draw = (): number => Array.from({ length: 12 }, uniform).reduce((sum, each) => sum + each, 0)
    let held = 0
    for (let i = 0; i < 4_000; i++) {
      const { low, high } = spreadOf(Array.from({ length: 5 }, draw))!
      if (low! <= 6 && high! >= 6) held++
    }
    expect(held / 4_000).toBeGreaterThan(0.94)
    expect(held / 4_000).toBeLessThan(0.96)
  })
})

describe('a merge', () => {
  it('of the parts is the merge of the whole, in the order of the plan', () => {
    const all = tasksOf(plan)
    const change = ({ seed }: SweepTask): Partial<Result> => ({ deadLinks: seed / 100 })
    const whole = mergeDirectories([directoryOf(all, change)])
    const parts = [0, 1, 2].map(part =>
      directoryOf(
        all.filter((_, i) => i % 3 === part),
        change
      )
    )
    expect(mergeDirectories(parts.toReversed())).toEqual(whole)
    expect(whole).toMatchObject({ results: 8, missing: 0, problems: [] })
    expect(whole.cells.map(({ cell }) => cell.policy)).toEqual(['balanced', 'cyclon'])
    expect(whole.cells[0]!.spreads.get('deadLinks')).toMatchObject({
      count: 4,
      mean: 0.025,
      min: 0.01,
      max: 0.04
    })
    // What no run says anything about.
    expect(whole.cells[0]!.spreads.get('victimShare')).toBeNull()
    expect(whole.cells[0]!.randoms.get('inDegreeSd')).toBe(0.8)
  })

  it('says what is missing, also of cells of which there is nothing', () => {
    const merged = mergeDirectories([directoryOf(tasksOf(plan).slice(0, 2))])
    expect(merged).toMatchObject({ results: 2, missing: 6 })
    expect(merged.cells.map(({ missing }) => missing)).toEqual([
      [3, 4],
      [1, 2, 3, 4]
    ])
    const text = mergeSummary(merged).join('\n')
    expect(text).toContain('missing: 6\n  balanced: seeds 3-4\n  cyclon: seeds 1-4')
    expect(text).toMatch(/\nbalanced +2 of 4 /)
    expect(mergeReport(merged)).toContain('<h2>Missing</h2>')
  })

  it('counts a result that is there twice once, and names one that contradicts it', () => {
    const all = tasksOf(plan)
    const [a, b] = [
      directoryOf(all),
      directoryOf(all, ({ seed }) => (seed === 4 ? { stateHash: 'f'.repeat(16) } : {}))
    ]
    const merged = mergeDirectories([a, b])
    expect(merged.results).toBe(8)
    expect(merged.problems.map(({ file }) => file)).toEqual(
      ['balanced', 'cyclon'].map(policy => join(b, `${policy}_n4_v2_r2_steady_s4.json`))
    )
    expect(merged.problems[0]!.why).toMatch(/^contradicts .*balanced_n4/)
  })

  it('leaves out what is no result, or not what its name says', () => {
    const directory = directoryOf(tasksOf(plan))
    writeFileSync(
      join(directory, 'cyclon_n4_v2_r2_steady_s9.json'),
      JSON.stringify(madeUpResult({ seed: 8 }))
    )
    writeFileSync(join(directory, 'cyclon_n5_v2_r2_steady_s1.json'), JSON.stringify(madeUpResult()))
    writeFileSync(join(directory, 'damaged.json'), '{"policy":')
    writeFileSync(join(directory, 'sweep-00000000.json'), '{}')
    writeFileSync(join(directory, 'other.txt'), 'x')
    mkdirSync(join(directory, 'more'))
    const { results, problems } = mergeDirectories([directory])
    expect(results).toBe(8)
    expect(problems.map(({ why }) => why)).toEqual([
      'is no plan of a sweep',
      'is not what its name says',
      'is not what its name says',
      'is no result of a simulation'
    ])
  })

  it('takes results of single runs too, and needs no plan', () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'result.json'), JSON.stringify(madeUpResult()))
    const merged = mergeDirectories([directory])
    expect(merged).toMatchObject({ results: 1, missing: 0, problems: [] })
    expect(merged.cells[0]!.cell).toMatchObject({ policy: 'balanced', scenario: 'crash:0.25' })
    expect(mergeSummary(merged).join('\n')).toMatch(/this cell +1 /)
  })

  it('of a directory that is not there is refused', () => {
    const none = join(temporaryDirectory(), 'none')
    expect(() => mergeDirectories([none])).toThrow(/there is no directory .*none/)
  })
})

describe('what is shown', () => {
  const attacked = (): Merged =>
    mergeDirectories([
      directoryOf(tasksOf(plan), ({ seed }) => ({ attackerShare: seed / 50, attackerShareWorst: 0.5 }))
    ])

  it('has figures of attacks and splits only where there was one', () => {
    const calm = mergeDirectories([directoryOf(tasksOf(plan))])
    expect(mergeReport(calm)).not.toContain('attackers')
    expect(mergeReport(attacked())).toContain('attackers&#39; share')
    expect(mergeReport(calm)).not.toContain('across the split')
    const split = directoryOf(tasksOf(plan), ({ seed }) => ({ remixedAfter: seed === 1 ? null : seed }))
    const merged = mergeDirectories([split])
    expect(merged.cells[0]!.spreads.get('remixedAfter')).toMatchObject({ count: 3, mean: 3 })
    expect(mergeReport(merged)).toContain('across the split')
  })

  it('says the mean with its interval', () => {
    const text = mergeSummary(attacked()).join('\n')
    expect(text).toContain('steady, 4 nodes, views of 2, 2 rounds: 8 results of 2 cells')
    // Seeds 1 to 4 by 50: mean 5 %, t(3) times 2.58 % by 2.
    expect(text).toContain('5.0 % ± 4.1 %')
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(160)
  })

  it('escapes whatever the files say, and draws no number that is none', () => {
    const directory = temporaryDirectory()
    const scenario = '<img src=x onerror=alert(1)>'
    for (const seed of [1, 2])
      writeFileSync(
        join(directory, `${seed}.json`),
        JSON.stringify(madeUpResult({ scenario, seed, deadLinks: seed / 2 }))
      )
    writeFileSync(join(directory, 'z.json'), JSON.stringify(madeUpResult({ policy: '\u001B[31m</style>' })))
    const merged = mergeDirectories([directory])
    const page = mergeReport(merged)
    expect(page).toContain('&lt;img')
    expect(page).not.toMatch(/<img|<script|NaN|Infinity|undefined/)
    expect(page.match(/<\/style>/g)?.length).toBe(1)
    expect(page).toContain("default-src 'none'")
    // oxlint-disable-next-line no-control-regex -- that there is none is the point
    expect(mergeSummary(merged).join('\n')).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/)
  })

  it('names cells by what they differ in', () => {
    expect(namesOf([cell('balanced'), cell('cyclon', 'star')])).toEqual({
      common: '4 nodes, views of 2, 2 rounds',
      names: ['balanced, steady', 'cyclon, star']
    })
    expect(namesOf([])).toEqual({ common: '', names: [] })
    expect(rangesText([1, 2, 3, 7, 9, 10])).toBe('1-3,7,9-10')
  })

  it('of nothing at all is a page all the same', () => {
    const merged = mergeDirectories([temporaryDirectory()])
    expect(mergeSummary(merged)[0]).toBe('0 results of 0 cells')
    expect(mergeReport(merged)).toMatch(/^<!doctype html>.*<\/html>\s*$/s)
  })
})
