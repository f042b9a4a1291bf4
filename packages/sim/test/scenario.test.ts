import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkScenario, loadScenario, namedScenarios, parseScenario, simulateAll } from '../src/index.ts'
import type { ScenarioFile } from '../src/index.ts'
import { simulate } from '../src/index.ts'
import { lasting } from './engine-lasting.ts'

async function file(name: string, text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pex-scenario-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, name), text)
  return join(directory, name)
}

describe('a scenario’s name', () => {
  it('is read into what happens, with parameters by place', () => {
    expect(parseScenario('partition:500+churn:0.001')).toEqual({
      name: 'partition:500+churn:0.001',
      start: 'random',
      warmUp: 100,
      conditions: [
        { kind: 'partition', at: 0, values: { rounds: 500 } },
        { kind: 'churn', at: 0, values: { share: 0.001 } }
      ]
    })
    expect(parseScenario('hub:.02').conditions[0]!.values).toEqual({ share: 0.02, force: 1 })
    expect(parseScenario('hub:2e-2:10').conditions[0]!.values).toEqual({ share: 0.02, force: 10 })
  })

  it('warms up before an event, longer before an attack, and not at all without one', () => {
    const warmUps = [
      'steady',
      'star',
      'star+loss:0.1',
      'loss:0.1',
      'crash:0.5',
      'hub:0.1',
      'crash:0.1+sybil:10:1'
    ]
    expect(warmUps.map(name => parseScenario(name).warmUp)).toEqual([0, 0, 0, 100, 100, 600, 600])
  })

  it('is explained', () => {
    const usages = namedScenarios.map(({ usage }) => usage)
    expect(usages).toContain('hub:<share>[:force]')
    expect(usages).toContain('sybil:<ids>:<groups>[:force][:over]')
    expect(usages).toContain('partition:<rounds>')
  })

  it('that makes no sense is refused, with what would', () => {
    expect(() => parseScenario('storm')).toThrow(
      /no scenario "storm"; there are: steady, star, crash:<share>/
    )
    expect(() => parseScenario('__proto__')).toThrow(/no scenario/)
    expect(() => parseScenario('crash')).toThrow(/crash needs a share/)
    expect(() => parseScenario('crash:half')).toThrow(/share must be a number/)
    expect(() => parseScenario('crash:0x1')).toThrow(/share must be a number/)
    expect(() => parseScenario('crash:1.5')).toThrow(/between 0 and 1/)
    expect(() => parseScenario('crash:0.1:2')).toThrow(/at most/)
    expect(() => parseScenario('partition:1.5')).toThrow(/integer/)
    expect(() => parseScenario('steady:1')).toThrow(/no numbers/)
    expect(() => parseScenario('hub:0.1+flood:0.1')).toThrow(/one adversary/)
    expect(() => parseScenario('partition:1+partition:2')).toThrow(/one partition/)
    expect(() => parseScenario('')).toThrow(/no scenario ""/)
  })
})

describe('a scenario file', () => {
  const wrong =
    (value: unknown): (() => unknown) =>
    () =>
      checkScenario(value as ScenarioFile)

  it('names its conditions, and when each begins', () => {
    expect(
      checkScenario({ name: 'late', conditions: [{ kind: 'loss', share: 0.1, at: 20 }] }).conditions
    ).toEqual([{ kind: 'loss', at: 20, values: { share: 0.1 } }])
  })

  it('that makes no sense is refused', () => {
    expect(wrong(null)).toThrow(/an object/)
    expect(wrong({})).toThrow(/a name/)
    expect(wrong({ name: 'x', seed: 1 })).toThrow(/no "seed"/)
    expect(wrong({ name: 'x', start: 'ring' })).toThrow(/start/)
    expect(wrong({ name: 'x', warmUp: -1 })).toThrow(/warmUp/)
    expect(wrong({ name: 'x', conditions: {} })).toThrow(/a list/)
    expect(wrong({ name: 'x', conditions: [null] })).toThrow(/a kind/)
    expect(wrong({ name: 'x', conditions: [{ kind: 'crash', part: 1 }] })).toThrow(/no "part"/)
    expect(wrong({ name: 'x', conditions: [{ kind: 'crash', share: '1' }] })).toThrow(/between/)
    expect(wrong({ name: 'x', conditions: [{ kind: 'crash', share: 1, at: -1 }] })).toThrow(/at must/)
    expect(wrong({ name: 'x', adversary: { share: 0.1 } })).toThrow(/opens to its rules/)
  })

  it('is read from JSON or from a module, and runs as it says', async () => {
    const conditions = [{ kind: 'crash', share: 0.5, at: 2 }]
    const json = await loadScenario(
      await file('late.json', JSON.stringify({ name: 'late', warmUp: 3, conditions }))
    )
    const module = await loadScenario(
      await file(
        'late.mjs',
        `export const scenario = { name: 'late', warmUp: 3, conditions: ${JSON.stringify(conditions)} }`
      )
    )
    expect(module).toEqual(json)
    const { series } = simulate({ policy: 'cyclon', nodes: 20, rounds: 4, seed: 1, scenario: json })
    expect(series.map(({ round, live }) => [round, live])).toEqual([
      [-3, 20],
      [-2, 20],
      [-1, 20],
      [1, 20],
      [2, 20],
      [3, 10],
      [4, 10]
    ])
  })

  it('is loaded by name as well', async () => {
    const scenario = await loadScenario('star+loss:0.1')
    expect(checkScenario(scenario)).toEqual(parseScenario('star+loss:0.1'))
    await expect(loadScenario('storm')).rejects.toThrow(/no scenario/)
  })

  it('that cannot be read says so', async () => {
    await expect(loadScenario('nowhere.json')).rejects.toMatchObject({ code: 'PEX_INVALID_PARAMETER' })
    await expect(loadScenario(await file('bad.json', '{'))).rejects.toThrow(/cannot be read/)
    await expect(loadScenario(await file('empty.mjs', ''))).rejects.toThrow(/an object/)
  })
})

describe('worker threads', () => {
  const task = { policy: 'cyclon', nodes: 100, rounds: 10, seed: 1, scenario: 'crash:0.5' } as const

  it('come to the same results as the main thread, in the order of the tasks', async () => {
    const path = await file(
      'late.mjs',
      `export default { name: 'late', conditions: [{ kind: 'hub', share: 0.1 }] }`
    )
    const tasks = [task, { ...task, seed: 2 }, { ...task, scenario: path }]
    const progress = new Set<number>()
    const results = await simulateAll(tasks, { workers: 2, onProgress: index => void progress.add(index) })
    const expected = [task, { ...task, seed: 2 }, { ...task, scenario: await loadScenario(path) }]
    expect(results.map(lasting)).toEqual(expected.map(options => lasting(simulate(options))))
    expect([...progress].sort()).toEqual([0, 1, 2])
  })

  it('hand errors back with their code', async () => {
    await expect(simulateAll([{ ...task, policy: 'nobody' }])).rejects.toMatchObject({
      code: 'PEX_INVALID_PARAMETER',
      message: expect.stringContaining('nobody')
    })
    await expect(simulateAll([])).resolves.toEqual([])
  })

  it('end when they are told to', async () => {
    const ending = new AbortController()
    const tasks = [{ ...task, nodes: 1_000, rounds: 1_000_000 }]
    const running = simulateAll(tasks, {
      signal: ending.signal,
      onProgress: () => ending.abort(new Error('enough'))
    })
    await expect(running).rejects.toThrow('enough')
  })
})
