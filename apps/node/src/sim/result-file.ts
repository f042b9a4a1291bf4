/** What a run leaves on disk: `result.json` for programs and `pex sim compare`, `report.html` for people. */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Result } from '@pex/sim/report'
import * as v from 'valibot'
import { makeDirectory } from '../data-directory.ts'
import { Failure, oneLine, systemCode } from '../failure.ts'
import { resultShape } from './shape.ts'

const resultName = 'result.json'

/** The directory for what is written: the user's, or a new one of ours. Fails with `PEX_DATA`. */
export function placeFor(out: string | undefined): string {
  if (out === undefined) return mkdtempSync(join(tmpdir(), 'pex-sim-'))
  const path = resolve(out)
  try {
    makeDirectory(path)
    if (!statSync(path).isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' })
    return path
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** Writes a file into the directory and returns its path. Fails with `PEX_DATA`. */
export function write(directory: string, name: string, text: string): string {
  const path = join(directory, name)
  try {
    writeFileSync(path, text)
    return path
  } catch (error) {
    throw unwritable(path, error)
  }
}

export function writeResult(directory: string, result: Result): string {
  return write(directory, resultName, `${JSON.stringify(result)}\n`)
}

/** A result from the file, or from the directory that holds it. Fails with `PEX_USAGE` and `PEX_DATA`. */
export function readResult(path: string): Result {
  const next = 'a result.json that pex sim --out has written, or its directory'
  const shown = oneLine(path)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new Failure('PEX_USAGE', `there is no file ${shown}`, next)
  const file = stat.isDirectory() ? join(path, resultName) : path
  try {
    // The shape says what the type says, field by field.
    return v.parse(resultShape, JSON.parse(readFileSync(file, 'utf8'))) as unknown as Result
  } catch (error) {
    const message = `${oneLine(file)} is no result of a simulation (${why(error)})`
    throw new Failure('PEX_DATA', message, next, { cause: error })
  }
}

function why(error: unknown): string {
  if (error instanceof v.ValiError) {
    const [issue] = error.issues
    return oneLine(`${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`)
  }
  return systemCode(error) ?? oneLine((error as Error).message)
}

function unwritable(path: string, error: unknown): Failure {
  const message = `${oneLine(path)} cannot be written (${systemCode(error) ?? oneLine(String(error))})`
  return new Failure('PEX_DATA', message, '--out with a directory that is yours', { cause: error })
}
