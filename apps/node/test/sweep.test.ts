/** The parts of a sweep: grid, shards, files and the run itself, on a simulator that is made up. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PexError } from '@pex/core'
import type { Result } from '@pex/sim/report'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Engine } from '../src/sim/engine.ts'
import { hasResult, parsePlan, writePlan, writeTaskResult } from '../src/sim/sweep-files.ts'
import {
  fileNameOf,
  keyOf,
  namedKeyOf,
  readFileName,
  readGrid,
  readSeeds,
  tasksOf
} from '../src/sim/sweep-grid.ts'
import type { GridOptions, Plan, SweepTask } from '../src/sim/sweep-grid.ts'
import { runSweep } from '../src/sim/sweep-run.ts'
import { readShard, shardOf } from '../src/sim/sweep-shard.ts'
import { madeUpResult } from './made-up-result.ts'
import { temporaryDirectory } from './processes.ts'

const base: GridOptions = {
  policy: 'balanced',
  nodes: '100',
  view: '16',
  rounds: '10',
  seed: '1',
  scenario: 'steady',
  seeds: '1-3'
}

const engine: Engine = {
  policies: ['balanced', 'casm', 'cyclon'],
  scenarios: [],
  check: scenario =>
    scenario === 'nonsense'
      ? Promise.reject(new PexError('PEX_INVALID_PARAMETER', 'there is no scenario "nonsense"'))
      : Promise.resolve(),
  run: () => Promise.reject(new Error('not asked for'))
}

const grid = (change: Partial<GridOptions> = {}): Promise<Plan> => readGrid({ ...base, ...change }, engine)

function resultOf({ cell, seed }: SweepTask): Result {
  const { policy, nodes, viewSize: view, rounds, scenario } = cell
  return madeUpResult({ policy, nodes, view, rounds, scenario, seed })
}

describe('a grid', () => {
  it('is every combination, once for each seed', async () => {
    const plan = await grid({
      grid: ['policy=balanced,cyclon', 'view=16,32', 'scenario=steady,crash:0.5'],
      seeds: '1-2,7'
    })
    const names = tasksOf(plan).map(fileNameOf)
    expect(names.length).toBe(24)
    expect(new Set(names).size).toBe(24)
    expect(names.slice(0, 4)).toEqual([
      'balanced_n100_v16_r10_steady_s1.json',
      'balanced_n100_v16_r10_steady_s2.json',
      'balanced_n100_v16_r10_steady_s7.json',
      'balanced_n100_v32_r10_steady_s1.json'
    ])
    expect(names).toContain('cyclon_n100_v32_r10_crash=0.5_s7.json')
  })

  it('without anything to vary is one cell', async () => {
    const { cells, seeds } = await grid()
    expect(cells).toEqual([
      {
        key: 'balanced_n100_v16_r10_steady',
        policy: 'balanced',
        nodes: 100,
        viewSize: 16,
        rounds: 10,
        scenario: 'steady'
      }
    ])
    expect(seeds).toEqual([1, 2, 3])
  })

  it('has one cell for two ways to write a number', async () => {
    expect((await grid({ grid: ['view=16,016'] })).cells.length).toBe(1)
  })

  it.each<[string, Partial<GridOptions>, RegExp]>([
    ['an unknown name', { grid: ['size=1'] }, /"size=1" is nothing to vary/],
    ['a seed in the grid', { grid: ['seed=1'] }, /is nothing to vary/],
    ['no values', { grid: ['view='] }, /is nothing to vary/],
    ['an empty value', { grid: ['view=1,,2'] }, /is nothing to vary/],
    ['a name twice', { grid: ['view=1', 'view=2'] }, /names view twice/],
    ['a wrong value', { grid: ['view=16,0'] }, /--view "0" is out of range/],
    ['an unknown policy', { grid: ['policy=balanced,newscats'] }, /"newscats" is no policy/],
    ['an unknown scenario', { grid: ['scenario=nonsense'] }, /there is no scenario "nonsense"/],
    [
      'too many simulations',
      { grid: [`nodes=${range(2, 500)}`, `view=${range(1, 500)}`] },
      /more than 100000/
    ],
    ['no seed', { seeds: '' }, /--seeds "" is no range/],
    ['seeds that go down', { seeds: '5-1' }, /is no range/],
    ['a seed that is none', { seeds: '4294967296' }, /goes beyond 4294967295/],
    ['too many seeds', { seeds: '1-4294967295' }, /more than 10000/]
  ])('with %s is refused', async (_, change, says) => {
    await expect(grid(change)).rejects.toMatchObject({
      code: 'PEX_USAGE',
      message: expect.stringMatching(says) as string
    })
  })

  it('takes seeds in any order and says them once', () => {
    expect(readSeeds('9,1-3, 2-4')).toEqual([1, 2, 3, 4, 9])
  })
})

function range(from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => from + i).join(',')
}

describe('a name of a file', () => {
  const scenario = fc.oneof(
    fc.constantFrom('steady', 'crash:0.5', 'crash=0.5', 'crash~3d~0.5', 'a_b', 'a~5f~b'),
    fc.string({ unit: 'binary', maxLength: 150 })
  )
  const settings = fc.record({
    policy: fc.constantFrom('balanced', 'healer-swapper'),
    nodes: fc.integer({ min: 2, max: 1_000_000 }),
    viewSize: fc.integer({ min: 1, max: 100 }),
    rounds: fc.integer({ min: 1, max: 1_000 }),
    scenario
  })

  it('says all settings: equal names have equal settings, and only they', () => {
    fc.assert(
      fc.property(settings, settings, scenario, (a, b, other) => {
        for (const [one, two] of [[a, b] as const, [a, { ...a, scenario: other }] as const]) {
          const isEqual = JSON.stringify(one) === JSON.stringify(two)
          expect(namedKeyOf(one) === namedKeyOf(two)).toBe(isEqual)
        }
      }),
      { numRuns: 1_000 }
    )
  })

  it('has only letters that every file system takes, is short enough, and can be read', () => {
    fc.assert(
      fc.property(settings, fc.nat(0xffff_ffff), (each, seed) => {
        const key = namedKeyOf(each)
        const name = fileNameOf({ cell: { key, ...each }, seed })
        expect(name).toMatch(/^[A-Za-z0-9.+=~_-]{1,220}$/)
        expect(readFileName(name)).toEqual({ key, seed })
      })
    )
  })

  it('changes when the file of the scenario does', () => {
    const path = join(temporaryDirectory(), 'night.json')
    const settings = { policy: 'casm', nodes: 10, viewSize: 4, rounds: 5, scenario: path }
    writeFileSync(path, '{"name":"a"}')
    const before = keyOf(settings)
    writeFileSync(path, '{"name":"b"}')
    expect(before).toMatch(/^casm_n10_v4_r5_night\.json~[0-9a-f]{8}$/)
    expect(keyOf(settings)).not.toBe(before)
    expect(keyOf(settings).slice(0, -8)).toBe(before.slice(0, -8))
  })
})

describe('shards', () => {
  it('are together everything, and no two of them share anything', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 40 }), (length, count) => {
        const all = Array.from({ length }, (_, i) => i)
        const parts = Array.from({ length: count }, (_, index) => shardOf(all, { index, count }))
        expect(parts.flat().toSorted((a, b) => a - b)).toEqual(all)
        const sizes = parts.map(part => part.length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      })
    )
  })

  it('of one grid have a like share of every cell', async () => {
    const plan = await grid({ grid: ['nodes=100,10000', 'policy=balanced,cyclon'], seeds: '1-8' })
    for (let index = 0; index < 4; index++) {
      const nodes = shardOf(tasksOf(plan), { index, count: 4 }).map(({ cell }) => cell.nodes)
      expect(nodes.filter(each => each === 10_000).length).toBe(4)
    }
  })

  it('are read from the option, and the index alone from what Kubernetes tells', () => {
    expect(readShard(undefined, {})).toEqual({ index: 0, count: 1 })
    expect(readShard('2/4', { JOB_COMPLETION_INDEX: '3' })).toEqual({ index: 2, count: 4 })
    expect(readShard('4', { JOB_COMPLETION_INDEX: '3' })).toEqual({ index: 3, count: 4 })
    // A sweep that is whole stays whole, wherever it runs.
    expect(readShard(undefined, { JOB_COMPLETION_INDEX: '3' })).toEqual({ index: 0, count: 1 })
  })

  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['4/4', {}, /--shard "4" is none of 4 parts/],
    ['4', {}, /does not say which/],
    ['4', { JOB_COMPLETION_INDEX: '4' }, /JOB_COMPLETION_INDEX "4" is none of 4 parts/],
    ['4', { JOB_COMPLETION_INDEX: '' }, /JOB_COMPLETION_INDEX "" is none/],
    ['0/0', {}, /is no part of a sweep/],
    ['-1/4', {}, /is no part of a sweep/],
    ['1/4/2', {}, /is no part of a sweep/],
    ['half', {}, /is no part of a sweep/]
  ])('"%s" is refused', (text, env, says) => {
    expect(() => readShard(text, env)).toThrow(says)
  })
})

describe('the files of a sweep', () => {
  it('hold the plan and what is done, whole, and nothing else', async () => {
    const out = temporaryDirectory()
    const plan = await grid({ seeds: '1-2' })
    const [first, second] = tasksOf(plan)
    expect(parsePlan(JSON.stringify(plan))).toEqual(plan)
    const path = writePlan(out, plan)
    expect(writePlan(out, plan)).toBe(path)
    writeTaskResult(out, first!, resultOf(first!))
    expect(hasResult(out, first!)).toBe(true)
    expect(hasResult(out, second!)).toBe(false)
    expect(readdirSync(out).length).toBe(2)
  })

  it('that are damaged, or of other settings, are to be made again', async () => {
    const out = temporaryDirectory()
    const [task] = tasksOf(await grid())
    for (const text of [
      '',
      '{"policy":"balanced"',
      '{}',
      JSON.stringify(resultOf({ ...task!, seed: 2 })),
      JSON.stringify({ ...resultOf(task!), nodes: 99 })
    ]) {
      writeFileSync(join(out, fileNameOf(task!)), text)
      expect(hasResult(out, task!), text).toBe(false)
    }
    writeTaskResult(out, task!, resultOf(task!))
    expect(hasResult(out, task!)).toBe(true)
  })

  it('say it when they cannot be written, and leave no draft', async () => {
    const out = temporaryDirectory()
    const [task] = tasksOf(await grid())
    mkdirSync(join(out, fileNameOf(task!)))
    expect(() => writeTaskResult(out, task!, resultOf(task!))).toThrow(/cannot be written \(E/)
    expect(readdirSync(out)).toEqual([fileNameOf(task!)])
    rmSync(out, { recursive: true })
    expect(() => writeTaskResult(out, task!, resultOf(task!))).toThrow(/cannot be written \(ENOENT\)/)
  })
})

describe('a run', () => {
  const tasks = async (seeds: string): Promise<readonly SweepTask[]> => tasksOf(await grid({ seeds }))

  it('keeps so many going at once, and each result as it comes', async () => {
    let running = 0
    let most = 0
    const saved: number[] = []
    const shares: number[] = []
    const failed = await runSweep({
      tasks: await tasks('1-9'),
      engine: {
        ...engine,
        run: async ({ seed }, onProgress) => {
          most = Math.max(most, ++running)
          for (let round = 1; round <= 4; round++) {
            await Promise.resolve()
            onProgress(round, 4)
          }
          running--
          return madeUpResult({ seed })
        }
      },
      workers: 3,
      save: ({ seed }, result) => {
        expect(result.seed).toBe(seed)
        saved.push(seed)
      },
      onProgress: (done, total) => shares.push(done / total)
    })
    expect(failed).toEqual([])
    expect(most).toBe(3)
    expect(saved.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(shares.at(-1)).toBe(1)
    for (const [i, share] of shares.entries()) if (i > 0) expect(share).toBeGreaterThanOrEqual(shares[i - 1]!)
  })

  it('goes on where one simulation fails, and says which', async () => {
    const saved: number[] = []
    const failed = await runSweep({
      tasks: await tasks('1-4'),
      engine: {
        ...engine,
        run: ({ seed }) =>
          seed === 2 ? Promise.reject(new Error('out of memory')) : Promise.resolve(madeUpResult({ seed }))
      },
      workers: 2,
      save: ({ seed }) => saved.push(seed),
      onProgress: () => {}
    })
    expect(saved.toSorted()).toEqual([1, 3, 4])
    expect(failed).toMatchObject([{ task: { seed: 2 }, error: { message: 'out of memory' } }])
  })

  it('ends where a result cannot be kept', async () => {
    let begun = 0
    const running = runSweep({
      tasks: await tasks('1-50'),
      engine: { ...engine, run: ({ seed }) => Promise.resolve((begun++, madeUpResult({ seed }))) },
      workers: 2,
      save: ({ seed }) => {
        if (seed === 1) throw new Error('disk full')
      },
      onProgress: () => {}
    })
    await expect(running).rejects.toThrow('disk full')
    // The others would go on meanwhile.
    for (let i = 0; i < 1_000; i++) await Promise.resolve()
    expect(begun).toBeLessThan(5)
  })
})
