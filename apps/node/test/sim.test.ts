/** `pex sim` around the simulator: what it is told, how it shows how far it is, and what it leaves behind. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { bar, showProgress, words } from '../src/sim/progress.ts'
import { resultShape } from '../src/sim/shape.ts'
import { madeUpResult } from './made-up-result.ts'
import { pex, temporaryDirectory } from './processes.ts'

const script = fileURLToPath(new URL('made-up-simulation.ts', import.meta.url))

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command on a simulator that is made up; what it writes without being told where goes to `TMPDIR`. */
function sim(options: object, env: NodeJS.ProcessEnv = {}): Ended {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@pex/source', script, JSON.stringify(options)],
    { encoding: 'utf8', env: { ...process.env, ...env } }
  )
  return { status, stdout, stderr }
}

describe('a simulation', () => {
  it('ends with a table, a result and a report, and says where they are', () => {
    const out = join(temporaryDirectory(), 'new', 'place')
    const { status, stdout, stderr } = sim({ out })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^balanced · crash:0.25\n4 nodes, views of 2, 2 rounds, seed 1\n/)
    expect(stdout).toMatch(/\ndead links +12.5 %\n/)
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([
      `wrote ${join(out, 'result.json')}`,
      `wrote ${join(out, 'report.html')}`
    ])
    expect(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'))).toEqual(madeUpResult())
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/^<!doctype html>.*<\/html>\s*$/s)
  })

  it('leaves its report in a temporary directory where no other is named', () => {
    const { stdout } = sim({}, { TMPDIR: temporaryDirectory() })
    const path = /^wrote (.*report\.html)$/m.exec(stdout)![1]!
    expect(existsSync(path)).toBe(true)
  })

  it('with --json prints one object and nothing else, and writes only where it is told to', () => {
    const [out, temporary] = [temporaryDirectory(), temporaryDirectory()]
    for (const options of [{ json: true }, { json: true, out }]) {
      const { status, stdout, stderr } = sim(options, { TMPDIR: temporary })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout.split('\n').length).toBe(2)
      expect(v.parse(resultShape, JSON.parse(stdout))).toEqual(madeUpResult())
    }
    expect(existsSync(join(out, 'result.json'))).toBe(true)
    expect(readdirSync(temporary)).toEqual([])
  })

  it('ends at the first signal with status 130, and writes nothing', () => {
    const out = temporaryDirectory()
    const { status, stdout, stderr } = sim({ rounds: '4', out })
    expect({ status, stdout }).toEqual({ status: 130, stdout: '' })
    expect(stderr).toBe('pex: stopped (SIGINT) with 25 % done; nothing has been written\n')
    expect(existsSync(join(out, 'result.json'))).toBe(false)
  })

  it.each<[string, object, number, RegExp]>([
    ['an unknown policy', { policy: 'newscats' }, 2, /--policy "newscats" is no policy; try balanced, casm$/],
    [
      'an unknown scenario',
      { scenario: 'flod' },
      2,
      /--scenario: there is no scenario "flod"; try pex sim sc/
    ],
    [
      'no number of nodes',
      { nodes: 'many' },
      2,
      /--nodes "many" is not a whole number; try .* 2 to 1000000$/
    ],
    ['half a node', { nodes: '2.5' }, 2, /--nodes "2.5" is not a whole number/],
    ['a lonely node', { nodes: '1' }, 2, /--nodes "1" is out of range/],
    ['a view of nobody', { view: '0' }, 2, /--view "0" is out of range; try a whole number from 1/],
    ['no round', { rounds: '0' }, 2, /--rounds "0" is out of range/],
    ['a seed below zero', { seed: '-1' }, 2, /--seed "-1" is out of range; try .* 0 to 4294967295$/],
    ['a file as a directory', { out: script }, 1, /cannot be written \((?:EEXIST|ENOTDIR)\); try --out/]
  ])('refuses %s in one line with a next step', (_, options, code, says) => {
    const { status, stdout, stderr } = sim({
      ...options,
      rounds: (options as { rounds?: string }).rounds ?? '4'
    })
    expect(stderr).toMatch(/^pex: [^\n]+; try [^\n]+\n$/)
    expect(stderr.trim()).toMatch(says)
    expect({ status, stdout }).toEqual({ status: code, stdout: '' })
  })
})

describe('pex sim compare', () => {
  it('shows two results side by side, from files or from their directories', async () => {
    const directory = temporaryDirectory()
    const [a, b] = ['a', 'b'].map(name => join(directory, name))
    for (const each of [a!, b!]) mkdirSync(each)
    writeFileSync(join(a!, 'result.json'), JSON.stringify(madeUpResult()))
    writeFileSync(join(b!, 'result.json'), JSON.stringify(madeUpResult({ policy: 'cyclon', deadLinks: 0.5 })))
    const people = await pex(['sim', 'compare', a!, join(b!, 'result.json'), '--out', directory])
    expect(people).toMatchObject({ code: 0, stderr: '' })
    expect(people.stdout).toMatch(/balanced +cyclon +random graph/)
    expect(people.stdout).toMatch(/\ndead links +12.5 % +50.0 %\n/)
    expect(people.stdout).toContain(`wrote ${join(directory, 'compare.html')}\n`)
    expect(readFileSync(join(directory, 'compare.html'), 'utf8')).toContain('cyclon')
    const programs = await pex(['sim', 'compare', a!, b!, '--json'])
    expect(JSON.parse(programs.stdout)).toMatchObject({ a: { policy: 'balanced' }, b: { policy: 'cyclon' } })
  })

  it('names what is wrong with a file that is no result', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'result.json')
    const { clustering: _, ...rest } = madeUpResult()
    for (const [content, says] of [
      ['no JSON', /is no result of a simulation \(.*JSON/],
      ['{}', /\(policy: /],
      [JSON.stringify(rest), /\(clustering: /],
      [JSON.stringify({ ...rest, clustering: 2 }), /\(clustering: /]
    ] as const) {
      writeFileSync(path, content)
      const { code, stdout, stderr } = await pex(['sim', 'compare', path, path])
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(says)
      expect(stderr).toMatch(/^pex: [^\n]+; try a result.json that [^\n]+\n$/)
    }
    const { code, stderr } = await pex(['sim', 'compare', join(directory, 'none'), path])
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/there is no file/) })
  })
})

describe('the help', () => {
  it.each([
    ['sim', 3],
    ['sim compare', 1]
  ])('of %s has a paragraph and examples, and fits', async (command, count) => {
    const { code, stdout } = await pex([...command.split(' '), '--help'])
    expect(code).toBe(0)
    const [before, after] = stdout.split('Examples:\n')
    expect(before!.split('\n\n')[1]!.length).toBeGreaterThan(80)
    expect(after!.split('\n').filter(line => line.startsWith('  pex ')).length).toBe(count)
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(84)
  })

  it('README.md documents every field of a result, and no other', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const section = readme.split('### Result of `pex sim`\n')[1]!.split('\n#')[0]!
    const names = [...section.matchAll(/^\| ((?:`\w+`(?:, )?)+)/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`(\w+)`/g)].map(match => match[1])
    )
    expect(names.toSorted()).toEqual(Object.keys(resultShape.entries).toSorted())
  })
})

describe('progress', () => {
  /** Runs a clock through times, ms, and tells of as many steps. */
  function shown(isWatched: boolean, times: readonly number[]): string[] {
    const written: string[] = []
    let now = 0
    const sink = { columns: 60, write: (text: string) => written.push(text) }
    const progress = showProgress(sink, isWatched, () => now)
    for (const [done, time] of times.entries()) {
      now = time
      progress.update(done, times.length)
    }
    progress.close()
    return written
  }

  it('is drawn in place, not too often, and taken away at the end', () => {
    const written = shown(true, [0, 50, 99, 2_000])
    expect(written).toEqual([
      `\r\u001B[2K${'░'.repeat(30)}  0 % done`,
      `\r\u001B[2K${'█'.repeat(23)}${'░'.repeat(7)}  75 % done, 667 ms left`,
      '\r\u001B[2K'
    ])
  })

  it('says how much time is left once it can know', () => {
    expect(words(0, 10, 5_000)).toBe('0 % done')
    expect(words(5, 10, 500)).toBe('50 % done')
    expect(words(5, 10, 30_000)).toBe('50 % done, 30.0 s left')
    expect(words(999, 1_000, 3_600_000)).toBe('99 % done, 3.6 s left')
    expect(words(0, 0, 5_000)).toBe('0 % done')
  })

  it('is never wider than the terminal', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.integer({ min: 1, max: 1_000 }),
        fc.nat(1e9),
        fc.nat(200),
        (done, total, ms, columns) => {
          const text = words(done, total, ms)
          expect(bar(done, total, text, columns).length).toBeLessThan(Math.max(columns, 1))
        }
      )
    )
  })
})
