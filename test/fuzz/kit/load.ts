/** The targets on disk, and the manifest that says which there have to be. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fuzzed, Target } from './target.ts'

/** What the manifest says of a target. */
export interface Listed {
  /** What is fuzzed: exports as `package:name`, or a module of the workspace. */
  readonly covers: readonly string[]
  /** Outcomes that `npm test` must have seen: a run in which everything is refused alike has tested nothing. */
  readonly outcomes: readonly string[]
  /** Which part of the asked number of inputs it gets. @default 1 */
  readonly share?: number
  /** Why it gets fewer. */
  readonly why?: string
}

export interface Manifest {
  /** Inputs of each target in `npm test`. */
  readonly suite: number
  readonly seed: number
  readonly targets: Readonly<Record<string, Listed>>
  /** Exports that look like decoders and have no target, and why. */
  readonly exempt: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '..')

export const manifest: Manifest = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8')) as Manifest

/** The targets that have a file. */
export function filesOfTargets(): string[] {
  return readdirSync(join(root, 'targets'))
    .map(file => file.replace(/\.ts$/, ''))
    .toSorted()
}

/** Makes a target ready. */
export async function load(name: string): Promise<Fuzzed> {
  const { target } = (await import(join(root, 'targets', `${name}.ts`))) as { readonly target: Target }
  return target()
}

/** How many of so many inputs a target gets. */
export function shareOf(name: string, count: number): number {
  return Math.ceil(count * (manifest.targets[name]?.share ?? 1))
}
