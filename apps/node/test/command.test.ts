/** The command as a whole: quick, taught by its own help, and printing what README.md says. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { answerShapes, demoShapes, hostShapes, parseLine } from '../src/shapes.ts'
import { toolShapes } from '../src/tool-shapes.ts'
import type { Shape } from '../src/shapes.ts'
import { pex } from './processes.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The rows of the README's table below a heading: names in code marks, by the name in the first column. */
function documented(heading: string): Map<string, string[]> {
  const section = readme.split(`### ${heading}\n`)[1]!.split('\n#')[0]!
  const rows = section.split('\n').filter(line => line.startsWith('| `'))
  return new Map(
    rows.map(row => {
      const [first, second] = row.split('|').slice(1)
      return [codes(first!)[0]!, codes(second!)]
    })
  )
}

function codes(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(match => match[1]!)
}

function fieldsOf(shapes: ReadonlyMap<string, Shape>, common: readonly string[]): Map<string, string[]> {
  return new Map(
    [...shapes].map(([name, { entries }]) => [
      name,
      Object.keys(entries).filter(key => !common.includes(key))
    ])
  )
}

describe('README.md', () => {
  it('documents every event and answer with every field, and no other', () => {
    expect(documented('Lines of `pex start --json`')).toEqual(fieldsOf(hostShapes, ['at', 'event']))
    expect(documented('Lines of `pex demo --json`')).toEqual(fieldsOf(demoShapes, ['at', 'event']))
    expect(documented('Answers of `pex id`, `pex view` and `pex sample`')).toEqual(fieldsOf(answerShapes, []))
    expect(documented('Answers of `pex probe` and `pex book`')).toEqual(fieldsOf(toolShapes, []))
  })
})

describe('a line', () => {
  it.each([
    ['of an unknown event', '{"event":"party","at":1}', 'no event "party"'],
    ['with a field too many', '{"event":"stopped","at":1,"why":1}', 'why'],
    ['with a field too few', '{"event":"stopped"}', 'at'],
    ['with a field of the wrong kind', '{"event":"stopping","at":1,"reason":2}', 'Expected string'],
    ['of a host with no name', '{"event":"stopped","at":1,"host":"x"}', 'Invalid format'],
    ['that is no object', '1', 'Expected Object'],
    ['that is no JSON', 'pex', 'JSON']
  ])('%s is none of ours', (_, line, why) => expect(() => parseLine(line)).toThrow(why))

  it('of a demo carries the name of its host', () => {
    const line = { event: 'stopped', at: 1, host: 'n1' }
    expect(parseLine(JSON.stringify(line))).toEqual(line)
  })
})

describe('the help', () => {
  it('without arguments lists the commands and succeeds', async () => {
    const { code, stdout, stderr } = await pex([])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const command of ['demo', 'start', 'id', 'view', 'sample', 'probe', 'book', 'crawl', 'seed'])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
  })

  it.each(['demo', 'start', 'id', 'view', 'sample', 'probe', 'book', 'crawl', 'seed'])(
    'of %s has a paragraph and two or three examples',
    async command => {
      const { code, stdout } = await pex([command, '--help'])
      expect(code).toBe(0)
      const [before, after] = stdout.split('Examples:\n')
      expect(before!.split('\n\n')[1]!.length).toBeGreaterThan(80)
      const examples = after!.split('\n').filter(line => line.startsWith('  pex '))
      expect(examples.length).toBeGreaterThanOrEqual(2)
      expect(examples.length).toBeLessThanOrEqual(3)
      for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(84)
    }
  )

  it('and the version load nothing but the command line itself', async () => {
    expect((await pex(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    const seen = new Set<string>()
    const visit = (name: string, from: URL): void => {
      const isOwn = name.startsWith('.')
      const url = isOwn ? new URL(name, from) : undefined
      const path = url === undefined ? name : url.pathname.split('/src/')[1]!
      if (seen.has(path)) return
      seen.add(path)
      if (url === undefined) return
      const source = readFileSync(url, 'utf8')
      for (const [, imported] of source.matchAll(/^(?:import|export) (?!type)[^'\n]*'([^']+)'/gm))
        visit(imported!, url)
    }
    visit('./cli/program.ts', new URL('../src/', import.meta.url))
    const others = [...seen].filter(path => !path.startsWith('cli/'))
    expect(others.toSorted()).toEqual(['commander', 'failure.ts', 'node:fs', 'output.ts', 'paint.ts'])
  })
})
