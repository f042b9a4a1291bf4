/** `pex sim` as a user runs it, on the simulator itself. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { resultShape } from '../src/sim/shape.ts'
import { pex, Running, temporaryDirectory } from './processes.ts'

const small = ['sim', '--policy', 'casm', '--nodes', '60', '--view', '12', '--rounds', '12']

interface SimResult {
  readonly stateHash: string
  readonly deadLinks: number
  readonly series: readonly { readonly round: number; readonly deadLinks: number }[]
}

async function result(args: readonly string[]): Promise<SimResult> {
  const { code, stdout, stderr } = await pex([...args, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.trimEnd()).not.toContain('\n')
  v.parse(resultShape, JSON.parse(stdout))
  return JSON.parse(stdout) as SimResult
}

describe('pex sim', () => {
  it('prints the documented fields, equal for equal seeds', async () => {
    const [one, again, other] = await Promise.all([
      result(small),
      result(small),
      result([...small, '--seed', '2'])
    ])
    expect(one).toMatchObject({
      policy: 'casm',
      nodes: 60,
      view: 12,
      rounds: 12,
      seed: 1,
      scenario: 'steady'
    })
    expect(again.stateHash).toBe(one.stateHash)
    expect(again.series).toEqual(one.series)
    expect(other.stateHash).not.toBe(one.stateHash)
  })

  it('shows the event after calm rounds, and writes what compare reads', async () => {
    const out = join(temporaryDirectory(), 'half')
    const ran = await pex([...small, '--scenario', 'crash:0.5', '--out', out])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toMatch(/^casm · crash:0.5\n60 nodes, views of 12, 12 rounds, seed 1\n/)
    const { series } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as SimResult
    expect(series[0]!.round).toBeLessThan(0)
    expect(series.every(({ round, deadLinks }) => round >= 0 || deadLinks === 0)).toBe(true)
    expect(series.find(({ round }) => round > 0)!.deadLinks).toBeGreaterThan(0.2)
    const compared = await pex(['sim', 'compare', out, join(out, 'result.json'), '--out', out])
    expect(compared).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(join(out, 'compare.html'), 'utf8')).toContain('Dead links')
  })

  it('takes scenarios from files', async () => {
    const directory = temporaryDirectory()
    const [json, module] = ['night.json', 'night.mjs'].map(name => join(directory, name))
    const scenario = JSON.stringify({ name: 'bad night', conditions: [{ kind: 'crash', share: 0.5 }] })
    writeFileSync(json!, scenario)
    writeFileSync(module!, `export const scenario = ${scenario}`)
    const [named, ...files] = await Promise.all(
      ['crash:0.5', json!, module!].map(text => result([...small, '--scenario', text]))
    )
    for (const each of files) expect(each.stateHash).toBe(named!.stateHash)
  })

  it('lists the scenarios, for people and for programs', async () => {
    const [people, programs] = await Promise.all([
      pex(['sim', 'scenarios']),
      pex(['sim', 'scenarios', '--json'])
    ])
    const { scenarios } = JSON.parse(programs.stdout) as { scenarios: { usage: string; about: string }[] }
    const names = scenarios.map(({ usage }) => /^\w+/.exec(usage)![0])
    for (const name of 'steady star crash churn partition hub sybil flash loss eclipse'.split(' '))
      expect(names).toContain(name)
    for (const { usage, about } of scenarios)
      expect(people.stdout).toMatch(new RegExp(`\\n?${escaped(usage)} +${escaped(about)}\\n`))
    for (const line of people.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120)
  })

  it('stops a run in the middle, at once', async () => {
    const out = temporaryDirectory()
    const args = ['sim', '--policy', 'casm', '--nodes', '20000', '--rounds', '1000000', '--out', out]
    const run = new Running(args)
    // Its first word comes after ten seconds, where nobody watches: long before its end.
    await new Promise<void>(resolve => run.child.stderr!.once('data', () => resolve()))
    run.kill('SIGINT')
    expect(await run.ended).toEqual({ code: 130, signal: null })
    expect(run.stderr).toMatch(/pex: stopped \(SIGINT\) with \d+ % done; nothing has been written\n$/)
    expect(run.stdout).toBe('')
    expect(existsSync(join(out, 'result.json'))).toBe(false)
  })
})

describe('wrong input', () => {
  it.each<[string, string[], RegExp]>([
    ['an unknown policy', ['--policy', 'newscats'], /"newscats" is no policy; try .*casm/],
    ['an unknown scenario', ['--scenario', 'flod:0.1'], /flod.*partition:<rounds>.*; try pex sim scenarios/],
    [
      'a scenario without its number',
      ['--scenario', 'crash'],
      /crash needs a share.*; try pex sim scenarios/
    ],
    ['a share above one', ['--scenario', 'crash:2'], /crash: share must be between 0 and 1/],
    ['a file that is not there', ['--scenario', './no.json'], /no\.json cannot be read/]
  ])('%s is refused in one line with a next step', async (_, options, says) => {
    const [people, programs] = await Promise.all([
      pex([...small, ...options]),
      pex([...small, ...options, '--json'])
    ])
    expect(people.stderr).toMatch(/^pex: [^\n]+; try [^\n]+\n$/)
    expect(people.stderr).toMatch(says)
    expect(people).toMatchObject({ code: 2, stdout: '' })
    expect(JSON.parse(programs.stdout)).toMatchObject({ event: 'error', code: 'PEX_USAGE' })
  })
})

function escaped(text: string): string {
  return text.replaceAll(/[[\]().*+?^$|{}\\]/g, String.raw`\$&`)
}
