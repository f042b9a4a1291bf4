/**
 * A few guards are broken with every run of the tests, to see that the machine which breaks them works: it notices what tests
 * notice, and tells apart what it cannot judge. All of them: `npm run mutate`.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guards } from './guards.ts'
import { sampled } from './kit/choice.ts'
import type { Listed } from './kit/guard.ts'
import { judge } from './kit/judge.ts'
import type { Judged } from './kit/judge.ts'
import { root } from './kit/mutation.ts'

const map = 'packages/core/src/bounded-map.ts'
const bound = 'if (this.#map.size >= this.max)'
const like = { area: 'core', threat: 'T27', file: map, find: bound, replace: 'if (false)' } as const
const mapped = ['packages/core/test/bounded-map.test.ts']

/** Mutations of which it is known what becomes of them. */
const known: readonly Listed[] = [
  { ...like, name: 'killed', tests: mapped },
  { ...like, name: 'killed by one test', tests: mapped, only: 'never holds' },
  { ...like, name: 'survived', replace: `/* the same */ ${bound}`, tests: mapped },
  {
    ...like,
    name: 'not loaded',
    file: 'packages/rpc/src/gate.ts',
    find: 'if (!isInside) return',
    tests: mapped
  },
  { ...like, name: 'broken', replace: 'if (', tests: mapped },
  { ...like, name: 'no such test', tests: mapped, only: 'no test is called that' },
  { ...like, name: 'stale', find: 'nothing that is there', tests: mapped },
  {
    ...like,
    name: 'killed in a process that a test starts',
    file: 'apps/node/src/duration.ts',
    find: 'if (match === null) return undefined',
    replace: 'if (match === null) return 1',
    tests: ['apps/node/test/wrong-input.test.ts'],
    only: 'a tick of 0'
  }
]

describe('breaking guards', () => {
  const cache = mkdtempSync(join(tmpdir(), 'pex-mutate-'))
  const before = new Map<string, string>()
  const verdicts = new Map<string, Judged>()
  const all = [...known, ...guards.filter(({ name }) => sampled.includes(name))]

  beforeAll(async () => {
    for (const { file } of all) before.set(file, readFileSync(join(root, file), 'utf8'))
    await judge(all, { jobs: 1, cache, onJudged: one => verdicts.set(one.name, one) })
  }, 1_200_000)

  afterAll(() => rmSync(cache, { recursive: true, force: true }))

  it.each(sampled)('is noticed: %s', name => {
    expect(verdicts.get(name)).toMatchObject({ verdict: 'killed' })
  })

  it('is told from what no test notices, and from what cannot be judged', () => {
    const found = known.map(({ name }) => [name, verdicts.get(name)?.verdict])
    expect(found).toEqual([
      ['killed', 'killed'],
      ['killed by one test', 'killed'],
      ['survived', 'survived'],
      ['not loaded', 'not loaded'],
      ['broken', 'broken'],
      ['no such test', 'broken'],
      ['stale', 'stale'],
      ['killed in a process that a test starts', 'killed']
    ])
  })

  it('says which test turned red, and where', () => {
    expect(verdicts.get('killed')).toMatchObject({
      where: mapped[0],
      by: expect.stringContaining('never holds')
    })
  })

  it('leaves the sources as they are', () => {
    for (const [file, text] of before) expect(readFileSync(join(root, file), 'utf8')).toBe(text)
    expect(existsSync(cache)).toBe(true)
  })
})
