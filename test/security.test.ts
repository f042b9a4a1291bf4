/** SECURITY.md says what is true: every threat is there, every file, test and command that it names exists, and finds something. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loads } from '../apps/bench/src/load/index.ts'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'SECURITY.md'), 'utf8')
const scripts = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
).scripts
const targets = (
  JSON.parse(readFileSync(join(root, 'test/fuzz/manifest.json'), 'utf8')) as {
    targets: Record<string, object>
  }
).targets

/** The rows of the table under a heading, without its head. */
function rowsOf(heading: string): string[][] {
  const [, section = ''] = text.split(`\n## ${heading}\n`)
  const lines = section.split('\n## ', 1)[0]!.split('\n')
  return lines
    .filter(line => line.startsWith('|'))
    .slice(2)
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim())
    )
}

const codeOf = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)

const threats = Array.from({ length: 29 }, (_, i) => `T${i + 1}`)
const guards = rowsOf('Threats and their guards')
const marks = rowsOf('What is asked of each, and what is reached')
const faults = rowsOf('Faults of the network')

describe('the tables of SECURITY.md', () => {
  it('have every threat once, with its guards, its commands, what is asked and what is reached', () => {
    expect(guards.map(([name]) => name)).toEqual(threats)
    expect(marks.map(([name]) => name)).toEqual(threats)
    for (const row of guards)
      expect(
        row.filter(cell => cell !== ''),
        row[0]
      ).toHaveLength(4)
    for (const row of marks)
      expect(
        row.filter(cell => cell !== ''),
        row[0]
      ).toHaveLength(4)
    expect(faults.length).toBeGreaterThanOrEqual(12)
    for (const row of faults)
      expect(
        row.filter(cell => cell !== ''),
        row[0]
      ).toHaveLength(5)
  })

  it.each(guards.map(([name, , , files]) => [name!, codeOf(files!)] as const))(
    '%s: its guards are there',
    (_, files) => {
      expect(files.length).toBeGreaterThan(0)
      for (const file of files) expect(existsSync(join(root, file)), file).toBe(true)
    }
  )

  it.each(
    [...marks.map(row => [row[0]!, row[1]!] as const), ...faults.map(row => [row[0]!, row[3]!] as const)].map(
      ([name, commands]) => [name, codeOf(commands)] as const
    )
  )('%s: its commands run something', (_, commands) => {
    expect(commands.length).toBeGreaterThan(0)
    for (const command of commands) check(command)
  })
})

/** A test by its file and some words of its name; a program of the workspace by its arguments. */
function check(command: string): void {
  const test = /^(?:PEX_FUZZ_RUNS=\d+ )?npx vitest run (\S+\.test\.ts)(?: -t '([^']+)')?$/.exec(command)
  const [, file, words] = test ?? []
  if (file !== undefined) {
    expect(existsSync(join(root, file)), file).toBe(true)
    const source = readFileSync(join(root, file), 'utf8')
    if (words !== undefined) expect(source.includes(words), command).toBe(true)
    if (command.startsWith('PEX_FUZZ_RUNS')) expect(source, command).toContain('PEX_FUZZ_RUNS')
    return
  }
  const [, script, rest = ''] = /^npm run ([\w:]+)(?: -- (.*))?$/.exec(command) ?? []
  expect(Object.keys(scripts), command).toContain(script)
  if (script === 'load')
    expect(
      loads.map(({ name }) => name),
      command
    ).toContain(`load ${rest}`)
  const target = /--target (\S+)/.exec(rest)?.[1]
  if (target !== undefined && target !== 'all') expect(Object.keys(targets), command).toContain(target)
}
