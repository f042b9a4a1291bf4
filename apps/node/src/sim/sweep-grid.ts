/**
 * What a sweep runs: every combination of what its grid names, once for each seed, in an order that any machine finds again.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isScenarioPath } from '@pex/sim'
import { Failure, oneLine } from '../failure.ts'
import type { Engine, RunOptions } from './engine.ts'
import { readSettings } from './settings.ts'
import type { SimOptions } from './settings.ts'

/** One combination: a run without its seed. */
export interface Cell extends Omit<RunOptions, 'seed'> {
  /** Its settings as the beginning of a file's name; equal for equal cells, different for different ones. */
  readonly key: string
}

/** All that a sweep runs, whoever runs it. */
export interface Plan {
  readonly cells: readonly Cell[]
  readonly seeds: readonly number[]
}

/** One simulation of a sweep. */
export interface SweepTask {
  readonly cell: Cell
  readonly seed: number
}

export interface GridOptions extends SimOptions {
  /** Each `name=value,value`. */
  readonly grid?: readonly string[]
  readonly seeds: string
}

/** Settings that a grid can vary; the last one turns fastest. */
export const axes = ['policy', 'scenario', 'nodes', 'view', 'rounds'] as const
type Axis = (typeof axes)[number]

const maxSeed = 0xffff_ffff
const maxSeeds = 10_000
/** Guess: a mistyped range rather than a year of work. */
const maxTasks = 100_000

/** Fails with `PEX_USAGE`. */
export async function readGrid(options: GridOptions, engine: Engine): Promise<Plan> {
  const varied = readAxes(options.grid ?? [])
  const seeds = readSeeds(options.seeds)
  let combinations: readonly SimOptions[] = [options]
  for (const axis of axes) {
    const values = varied.get(axis) ?? [options[axis]]
    if (combinations.length * values.length * seeds.length > maxTasks) {
      const message = `the grid has more than ${maxTasks} simulations`
      throw new Failure('PEX_USAGE', message, 'fewer values in --grid, or fewer --seeds')
    }
    combinations = combinations.flatMap(each => values.map(value => ({ ...each, [axis]: value })))
  }
  // By key: 16 and 016 are the same view.
  const cells = new Map<string, Cell>()
  for (const each of combinations) {
    const { seed: _, ...settings } = await readSettings({ ...each, seed: '0' }, engine)
    const key = keyOf(settings)
    cells.set(key, { key, ...settings })
  }
  return { cells: [...cells.values()], seeds }
}

function readAxes(texts: readonly string[]): ReadonlyMap<Axis, readonly string[]> {
  const varied = new Map<Axis, readonly string[]>()
  const next = `--grid name=value,value, where the name is ${axes.join(', ')}`
  for (const text of texts) {
    const [name = '', list = ''] = text.split(/=(.*)/s)
    const axis = axes.find(each => each === name)
    const values = list.split(',').map(value => value.trim())
    if (axis === undefined || values.includes(''))
      throw new Failure('PEX_USAGE', `--grid "${oneLine(text)}" is nothing to vary`, next)
    if (varied.has(axis))
      throw new Failure('PEX_USAGE', `--grid names ${axis} twice`, `all values of ${axis} in one --grid`)
    varied.set(axis, [...new Set(values)])
  }
  return varied
}

/** `1-20`, `1,5,9`, or both together; in ascending order. Fails with `PEX_USAGE`. */
export function readSeeds(text: string): readonly number[] {
  const wrong = (why: string): Failure =>
    new Failure('PEX_USAGE', `--seeds "${oneLine(text)}" ${why}`, 'such as 1-20, or 1,5,9')
  const seeds = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,10})(?:-(\d{1,10}))?\s*$/.exec(part) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === undefined || from > to) throw wrong('is no range of whole numbers')
    if (to > maxSeed) throw wrong(`goes beyond ${maxSeed}`)
    if (seeds.size + to - from >= maxSeeds) throw wrong(`has more than ${maxSeeds} of them`)
    for (let seed = from; seed <= to; seed++) seeds.add(seed)
  }
  return [...seeds].toSorted((a, b) => a - b)
}

/** All simulations of a plan: seed by seed within a cell, so that shards have a like share of the large cells. */
export function tasksOf({ cells, seeds }: Plan): readonly SweepTask[] {
  return cells.flatMap(cell => seeds.map(seed => ({ cell, seed })))
}

/** The name of the file that holds a result. */
export function fileNameOf({ cell, seed }: SweepTask): string {
  return `${cell.key}_s${seed}.json`
}

/** The cell's key and the seed in such a name; nothing for any other name. */
export function readFileName(name: string): { readonly key: string; readonly seed: number } | undefined {
  const [, key, seed] = /^(.+)_s(\d{1,10})\.json$/.exec(name) ?? []
  return key === undefined ? undefined : { key, seed: Number(seed) }
}

/** Settings as a name that every file system takes; the scenario by its own name, or by its file's. */
export function keyOf(settings: Omit<RunOptions, 'seed'>): string {
  const { scenario } = settings
  return isScenarioPath(scenario) ? `${start(settings)}${fileKey(scenario)}` : namedKeyOf(settings)
}

/** The same where the scenario is a name, whatever it looks like. */
export function namedKeyOf(settings: Omit<RunOptions, 'seed'>): string {
  return start(settings) + word(settings.scenario)
}

function start({ policy, nodes, viewSize, rounds }: Omit<RunOptions, 'seed'>): string {
  return startOf(policy, nodes, viewSize, rounds)
}

/** How the key of every cell with these settings begins, whatever its scenario. */
export function startOf(policy: string, nodes: number, viewSize: number, rounds: number): string {
  return `${word(policy)}_n${nodes}_v${viewSize}_r${rounds}_`
}

/** A scenario's file under its own name, and by what it holds: one that has been edited is another scenario. */
function fileKey(path: string): string {
  return `${word(basename(path))}~${hash(readFileSync(path))}`
}

const maxWord = 100

/** Text in the letters that a file's name may have anywhere; no two texts become the same. */
function word(text: string): string {
  const safe = text.replaceAll(/[^A-Za-z0-9.+-]/gu, sign =>
    // What stands in the name of every scenario with a number should be readable.
    sign === ':' ? '=' : `~${sign.codePointAt(0)!.toString(16)}~`
  )
  return safe.length <= maxWord ? safe : `${safe.slice(0, maxWord)}~${hash(text)}`
}

/** Eight digits of a hash. */
export function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 8)
}
