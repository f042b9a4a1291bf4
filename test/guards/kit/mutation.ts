/**
 * The mutation of the moment. It stands in a file, whose path the environment hands down, so that one process can change it
 * for all those below it; the modules on the disk stay as they are.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mutation } from './guard.ts'

/** The root of the workspace. */
export const root: string = join(import.meta.dirname, '../../..')

/** The variable that names the file; tests hand no variable of `pex` itself down to the commands that they start. */
export const MUTATION = 'MUTATED_GUARD'

/** Puts a mutation into the file, or none; what was noted about the one before is gone. */
export function putMutation(path: string, mutation: Mutation | undefined): void {
  writeFileSync(path, JSON.stringify(mutation ?? null))
  writeFileSync(`${path}.applied`, '')
}

/** Whether a process has loaded the mutated module. */
export function wasApplied(path: string): boolean {
  return readFileSync(`${path}.applied`, 'utf8') !== ''
}

/** The text of a module with the mutation of the moment in it, or nothing where that is in another module. */
export function mutated(module: string, text: () => string): string | undefined {
  const path = process.env[MUTATION]
  if (path === undefined) return undefined
  const mutation = JSON.parse(readFileSync(path, 'utf8')) as Mutation | null
  if (mutation === null || module !== join(root, mutation.file)) return undefined
  appendFileSync(`${path}.applied`, `${process.pid}\n`)
  return replaced(text(), mutation)
}

/** The text with the mutation in it. Throws where the anchor does not occur exactly once. */
export function replaced(text: string, { file, find, replace }: Mutation): string {
  const parts = text.split(find)
  if (parts.length !== 2) throw new Error(`${file}: the anchor occurs ${parts.length - 1} times: ${find}`)
  return parts.join(replace)
}

/** Whether the anchor of a mutation does not occur exactly once. */
export function isStale({ file, find }: Mutation): boolean {
  return readFileSync(join(root, file), 'utf8').split(find).length !== 2
}
