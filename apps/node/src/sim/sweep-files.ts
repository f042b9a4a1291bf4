/**
 * A sweep on disk: one file for each result, named by what was run, and the plan beside them, so that whoever merges knows
 * what should be there. Machines may share the directory: files are made whole or not at all, and those of two that do the
 * same work are the same.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '@pex/sim/report'
import * as v from 'valibot'
import { Failure, oneLine, systemCode } from '../failure.ts'
import { resultShape } from './shape.ts'
import { fileNameOf, hash, startOf } from './sweep-grid.ts'
import type { Plan, SweepTask } from './sweep-grid.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const planShape = v.object({
  cells: v.array(
    v.object({
      key: v.pipe(v.string(), v.nonEmpty()),
      policy: v.string(),
      nodes: count,
      viewSize: count,
      rounds: count,
      scenario: v.string()
    })
  ),
  seeds: v.array(count)
})

/** Whether a file in the directory of a sweep is a plan. */
export function isPlanName(name: string): boolean {
  return /^sweep-[0-9a-f]{8}\.json$/.test(name)
}

/** Writes the plan under a name of its own: sweeps of several grids can share a directory. Returns the path. Fails with `PEX_DATA`. */
export function writePlan(directory: string, plan: Plan): string {
  const text = `${JSON.stringify(plan)}\n`
  const path = join(directory, `sweep-${hash(text)}.json`)
  writeWhole(path, text)
  return path
}

/** Nothing where the text is no plan. */
export function parsePlan(text: string): Plan | undefined {
  return v.is(planShape, parseJson(text)) ? (JSON.parse(text) as Plan) : undefined
}

/** Writes the result of a task. Fails with `PEX_DATA`. */
export function writeTaskResult(directory: string, task: SweepTask, result: Result): void {
  writeWhole(join(directory, fileNameOf(task)), `${JSON.stringify(result)}\n`)
}

/** Whether the result of a task is there and whole; one that is not is to be made again. */
export function hasResult(directory: string, task: SweepTask): boolean {
  let text: string
  try {
    text = readFileSync(join(directory, fileNameOf(task)), 'utf8')
  } catch {
    return false
  }
  const result = parseResult(text)
  return result !== undefined && isResultOf(result, task.cell.key, task.seed)
}

/** Nothing where the text is no result. */
export function parseResult(text: string): Result | undefined {
  const value = parseJson(text)
  // The shape says what the type says, field by field.
  return v.is(resultShape, value) ? (value as unknown as Result) : undefined
}

/** Whether a result is of the cell and the seed that the name of its file says. */
export function isResultOf(result: Result, key: string, seed: number): boolean {
  const { policy, nodes, view, rounds } = result
  return result.seed === seed && key.startsWith(startOf(policy, nodes, view, rounds))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Under a name that nobody else draws, and then in its place: several machines may write the same file at once. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.new-${randomBytes(6).toString('hex')}`
  try {
    const file = openSync(draft, 'wx', 0o644)
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    const message = `${oneLine(path)} cannot be written (${systemCode(error) ?? oneLine(String(error))})`
    throw new Failure('PEX_DATA', message, '--out with a directory that is yours and has room', {
      cause: error
    })
  }
}
