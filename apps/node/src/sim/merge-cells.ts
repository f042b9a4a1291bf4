/**
 * The results of all shards of a sweep as one: what each cell came to over its seeds, and what is not there. Results are read
 * one at a time, and of each only its figures are kept.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '@pex/sim/report'
import { Failure, oneLine, systemCode } from '../failure.ts'
import { figures, happenings } from './merge-figures.ts'
import { spreadOf } from './merge-statistics.ts'
import type { Spread } from './merge-statistics.ts'
import { isPlanName, isResultOf, parsePlan, parseResult } from './sweep-files.ts'
import { namedKeyOf, readFileName } from './sweep-grid.ts'
import type { Cell, Plan } from './sweep-grid.ts'

export interface MergedCell {
  readonly cell: Cell
  /** Seeds with a result, in ascending order. */
  readonly seeds: readonly number[]
  /** Seeds of the plan without one. */
  readonly missing: readonly number[]
  /** By the figure's key; null where no run says anything about it. */
  readonly spreads: ReadonlyMap<string, Spread | null>
  /** The mean over the seeds of what the random graph has, by the figure's key. */
  readonly randoms: ReadonlyMap<string, number>
  /** What happened in its runs: see `MergedFigure.needs`. */
  readonly happened: ReadonlySet<string>
}

/** Something that cannot be taken as it is. */
export interface MergeProblem {
  readonly file: string
  readonly why: string
}

export interface Merged {
  readonly cells: readonly MergedCell[]
  readonly results: number
  readonly missing: number
  readonly problems: readonly MergeProblem[]
}

/** What is kept of a result. */
interface Kept {
  readonly file: string
  readonly stateHash: string
  readonly values: readonly (number | null)[]
  readonly randoms: readonly (number | undefined)[]
  readonly happened: readonly string[]
}

interface Group {
  readonly cell: Cell
  readonly planned: Set<number>
  readonly kept: Map<number, Kept>
}

/** Merges what lies in directories; bounded by what they hold. Fails with `PEX_USAGE` for one that is not there. */
export function mergeDirectories(directories: readonly string[]): Merged {
  const groups = new Map<string, Group>()
  const problems: MergeProblem[] = []
  const files = directories.flatMap(filesIn)
  // Plans first: they say in which order cells stand, and what the scenario from a file was called.
  for (const { path } of files.filter(({ name }) => isPlanName(name))) {
    const plan = parsePlan(read(path))
    if (plan === undefined) problems.push({ file: path, why: 'is no plan of a sweep' })
    else addPlan(groups, plan)
  }
  for (const { path, name } of files.filter(({ name }) => !isPlanName(name))) {
    const why = addResult(groups, path, name)
    if (why !== undefined) problems.push({ file: path, why })
  }
  const cells = [...groups.values()].map(mergedCell)
  return {
    cells,
    results: cells.reduce((sum, { seeds }) => sum + seeds.length, 0),
    missing: cells.reduce((sum, { missing }) => sum + missing.length, 0),
    problems
  }
}

function filesIn(directory: string): readonly { readonly path: string; readonly name: string }[] {
  const shown = oneLine(directory)
  const next = 'a directory that pex sim sweep --out has written'
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Failure('PEX_USAGE', `there is no directory ${shown}`, next)
  try {
    const names = readdirSync(directory).filter(name => name.endsWith('.json'))
    return names.toSorted().map(name => ({ path: join(directory, name), name }))
  } catch (error) {
    const message = `${shown} cannot be read (${systemCode(error) ?? oneLine(String(error))})`
    throw new Failure('PEX_DATA', message, next, { cause: error })
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const message = `${oneLine(path)} cannot be read (${systemCode(error) ?? oneLine(String(error))})`
    throw new Failure('PEX_DATA', message, 'a file that is yours', { cause: error })
  }
}

function addPlan(groups: Map<string, Group>, { cells, seeds }: Plan): void {
  for (const cell of cells) {
    const group = groups.get(cell.key) ?? { cell, planned: new Set(), kept: new Map() }
    groups.set(cell.key, group)
    for (const seed of seeds) group.planned.add(seed)
  }
}

/** Adds the result in a file to its cell; says why where it cannot. */
function addResult(groups: Map<string, Group>, path: string, name: string): string | undefined {
  const result = parseResult(read(path))
  if (result === undefined) return 'is no result of a simulation'
  const named = readFileName(name)
  if (named !== undefined && !isResultOf(result, named.key, named.seed)) return 'is not what its name says'
  const cell = named === undefined ? cellOf(result) : { ...cellOf(result), key: named.key }
  const group = groups.get(cell.key) ?? { cell, planned: new Set(), kept: new Map() }
  groups.set(cell.key, group)
  const known = group.kept.get(result.seed)
  if (known !== undefined)
    return known.stateHash === result.stateHash
      ? undefined
      : `contradicts ${known.file}: equal settings, another end; one is of another version`
  group.kept.set(result.seed, {
    file: path,
    stateHash: result.stateHash,
    values: figures.map(({ of }) => of(result)),
    randoms: figures.map(({ random }) => random?.(result)),
    happened: happenings(result)
  })
  return undefined
}

function cellOf({ policy, nodes, view: viewSize, rounds, scenario }: Result): Cell {
  const settings = { policy, nodes, viewSize, rounds, scenario }
  return { key: namedKeyOf(settings), ...settings }
}

function mergedCell({ cell, planned, kept }: Group): MergedCell {
  const all = [...kept.values()]
  const spreads = figures.map(({ key }, i) => {
    const values = all.map(({ values }) => values[i] ?? null)
    return [key, spreadOf(values.filter(value => value !== null))] as const
  })
  const randoms = figures.flatMap(({ key }, i) => {
    const spread = spreadOf(all.map(({ randoms }) => randoms[i]).filter(value => value !== undefined))
    return spread === null ? [] : [[key, spread.mean] as const]
  })
  return {
    cell,
    seeds: [...kept.keys()].toSorted((a, b) => a - b),
    missing: [...planned].filter(seed => !kept.has(seed)).toSorted((a, b) => a - b),
    spreads: new Map(spreads),
    randoms: new Map(randoms),
    happened: new Set(all.flatMap(({ happened }) => happened))
  }
}
