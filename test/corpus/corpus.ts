/**
 * The malformed corpus: `files/<family>/<reason>--<what>`, one file for each fault. `--write` writes the folder anew; what the
 * fuzzer finds becomes a line of a family, in the same change as its repair.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Family } from './family.ts'

export const folder: string = join(import.meta.dirname, 'files')

/** The families by the names of their modules. */
export async function families(): Promise<ReadonlyMap<string, Family>> {
  const names = readdirSync(join(import.meta.dirname, 'families')).map(file => file.replace(/\.ts$/, ''))
  const found = new Map<string, Family>()
  for (const name of names.toSorted()) {
    const { family } = (await import(join(import.meta.dirname, 'families', `${name}.ts`))) as {
      family: Family
    }
    found.set(name, family)
  }
  return found
}

/** The name of a fault's file. */
export function fileOf(fault: string, { extension = 'bin' }: Family): string {
  return `${fault}.${extension}`
}

if (process.argv.includes('--write')) {
  rmSync(folder, { recursive: true, force: true })
  for (const [name, family] of await families()) {
    mkdirSync(join(folder, name), { recursive: true })
    for (const [fault, content] of Object.entries(family.faults))
      writeFileSync(join(folder, name, fileOf(fault, family)), content)
  }
}
