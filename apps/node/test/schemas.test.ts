/** The published JSON Schemas: they say what the shapes say, and what the commands really print is valid by them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { Command } from 'commander'
import { describe, expect, it, vi } from 'vitest'
import { build } from '../src/cli/program.ts'
import { schemaNames } from '../src/schemas/files.ts'
import { printed } from '../src/schemas/lines.ts'
import { folder, makeSchemas } from './make-schemas.ts'
import { pex, temporaryDirectory, TestHost } from './processes.ts'

// Each test runs the command as a process: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

const ajv = new Ajv2020({ strict: true, allErrors: true, formats: { uri: text => URL.canParse(text) } })
const validators = new Map(schemaNames().map(name => [name, ajv.compile(fileOf(name))]))

function fileOf(name: string): object {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as object
}

function linesOf(stdout: string): readonly object[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as object)
}

function expectValid(name: string, lines: readonly object[]): void {
  const validate: ValidateFunction = validators.get(name)!
  for (const line of lines) {
    const isValid = validate(line)
    expect({ isValid, line, errors: validate.errors }).toEqual({ isValid: true, line, errors: null })
  }
  expect(lines.length).toBeGreaterThan(0)
}

describe('the files', () => {
  it('are what the shapes say: node --conditions=@pex/source apps/node/test/make-schemas.ts writes them', () => {
    const made = makeSchemas()
    expect(schemaNames()).toEqual([...made.keys()].toSorted())
    for (const [name, schema] of made) expect(fileOf(name), name).toEqual(JSON.parse(JSON.stringify(schema)))
  })

  it('are there for every command that takes --json', () => {
    const takingIn = (command: Command, path: readonly string[]): string[] =>
      command.commands.flatMap(each => {
        const names = [...path, each.name()]
        const isTaking = each.options.some(({ long }) => long === '--json')
        return [...(isTaking ? [names.join('-')] : []), ...takingIn(each, names)]
      })
    const taking = takingIn(
      build(() => {}),
      []
    )
    expect(taking.toSorted()).toEqual(printed.map(({ name }) => name).toSorted())
  })

  it('are printed and listed by pex schema', async () => {
    const [list, one] = await Promise.all([pex(['schema']), pex(['schema', 'doctor'])])
    expect(list.stdout.trimEnd().split('\n')).toEqual(schemaNames())
    expect(JSON.parse(one.stdout)).toEqual(fileOf('doctor'))
  })
})

describe('a line', () => {
  it('that a host, and whoever asks it, prints is valid', async () => {
    const host = new TestHost(temporaryDirectory())
    const { address } = await host.listening()
    const other = new TestHost(temporaryDirectory(), ['--bootstrap', address])
    const { id } = await other.listening()
    await host.knows([id])
    for (const name of ['id', 'view', 'sample'])
      expectValid(name, linesOf((await pex([name, '--json', '--data', host.data])).stdout))
    host.kill('SIGTERM')
    await host.ended
    expectValid('start', host.lines)
  })

  it('of a demo is valid', async () => {
    const { code, stdout } = await pex([
      'demo',
      '--json',
      '--nodes',
      '2',
      '--tick',
      '100ms',
      '--exit-when-converged'
    ])
    expect(code).toBe(0)
    expectValid('demo', linesOf(stdout))
  })

  it('of any other command is valid', async () => {
    const directory = temporaryDirectory()
    const book = join(directory, 'book.json')
    writeFileSync(book, JSON.stringify({ key: 'a'.repeat(24), addrs: [{}] }))
    const runs: readonly (readonly [string, readonly string[]])[] = [
      ['doctor', ['doctor', '--data', join(directory, 'none'), '--discover', 'crawl:127.0.0.1:8000-8001']],
      ['sim', ['sim', '--nodes', '50', '--rounds', '3']],
      ['sim-scenarios', ['sim', 'scenarios']],
      ['probe', ['probe', 'nonsense']],
      ['book-show', ['book', 'show', book]],
      ['book-check', ['book', 'check', book]],
      ['book-convert', ['book', 'convert', book, '--to', 'list']],
      ['book-merge', ['book', 'merge', book, '--out', join(directory, 'merged.json')]],
      ['book-repair', ['book', 'repair', book]]
    ]
    for (const [name, args] of runs) {
      const { stdout } = await pex([...args, '--json'])
      expectValid(name, linesOf(stdout))
    }
  })

  it('that says why a command failed is valid for each', async () => {
    const { stdout } = await pex(['id', '--json', '--data', join(temporaryDirectory(), 'none')])
    for (const name of schemaNames()) expectValid(name, linesOf(stdout))
  })

  it('with a field of the wrong kind, or without one, is not; with a field more it is', () => {
    const line = { at: 1, event: 'stopping', reason: 'SIGTERM' }
    const validate = validators.get('start')!
    expect(validate(line)).toBe(true)
    expect(validate({ ...line, more: 1 })).toBe(true)
    expect(validate({ ...line, reason: 1 })).toBe(false)
    expect(validate({ at: 1, event: 'stopping' })).toBe(false)
    expect(validate({ ...line, event: 'party' })).toBe(false)
  })
})
