/** Breaks guards one after the other and says what became of each. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Listed } from './guard.ts'
import { Laboratory } from './laboratory.ts'
import type { Outcome } from './lab.ts'
import { isStale } from './mutation.ts'

export type Verdict =
  /** A test turned red. */
  | 'killed'
  /** The tests did not come to an end: somebody would have noticed. */
  | 'hung'
  /** All tests stayed green. */
  | 'survived'
  /** The anchor does not occur exactly once. */
  | 'stale'
  /** Tests are red without the mutation, too. */
  | 'red before'
  /** The tests do not load the module. */
  | 'not loaded'
  /** The mutated module does not load. */
  | 'broken'

/** Whether the tests noticed that the guard was broken. */
export function isCaught({ verdict }: Judged): boolean {
  return verdict === 'killed' || verdict === 'hung'
}

export interface Judged {
  readonly name: string
  readonly area: string
  readonly threat: string
  readonly file: string
  readonly verdict: Verdict
  /** The test that turned red first, or what went wrong. */
  readonly by: string | undefined
  /** The file of that test. */
  readonly where: string | undefined
  readonly ms: number
}

/** Longer than any test takes, several times. */
const HUNG_MS = 180_000

export interface JudgeInit {
  readonly jobs: number
  /** A folder for what can be thrown away. */
  readonly cache: string
  readonly onJudged: (judged: Judged) => void
}

/** Judges guards, `jobs` at a time, in the order given. */
export async function judge(
  guards: readonly Listed[],
  { jobs, cache, onJudged }: JudgeInit
): Promise<Judged[]> {
  mkdirSync(cache, { recursive: true })
  const judged: Judged[] = []
  const waiting = [...guards]
  const before = new Map<string, Promise<Outcome | 'hung'>>()
  const work = async (lab: Laboratory): Promise<void> => {
    try {
      for (let guard = waiting.shift(); guard !== undefined; guard = waiting.shift()) {
        const one = await judgeOne(guard, lab, before)
        judged.push(one)
        onJudged(one)
      }
    } finally {
      lab.end()
    }
  }
  const labs = Array.from({ length: Math.min(jobs, guards.length) }, (_, i) => {
    return new Laboratory(join(cache, `${process.pid}-${i}.json`))
  })
  const end = (): void => labs.forEach(lab => lab.end())
  process.on('exit', end)
  await Promise.all(labs.map(work))
  process.off('exit', end)
  return judged
}

async function judgeOne(
  guard: Listed,
  lab: Laboratory,
  before: Map<string, Promise<Outcome | 'hung'>>
): Promise<Judged> {
  const { name, area, threat, file, find, replace, tests, only } = guard
  const began = performance.now()
  const say = (verdict: Verdict, by?: string, where?: string): Judged => {
    return { name, area, threat, file, verdict, by, where, ms: Math.round(performance.now() - began) }
  }
  if (isStale(guard)) return say('stale', find)
  const outcome = await lab.run({ mutation: { file, find, replace }, tests, only }, HUNG_MS)
  if (outcome === 'hung') return say('hung')
  const [first] = outcome.red
  if (outcome.broken !== undefined && first === undefined) return say('broken', outcome.broken)
  if (!outcome.applied) return say('not loaded')
  if (first === undefined) return say('survived')
  const red = say('killed', first, outcome.where)
  // What is red anyway says nothing: each file runs once without any mutation.
  const files = outcome.where === undefined ? tests : [outcome.where]
  const key = JSON.stringify([files, only])
  if (!before.has(key)) before.set(key, lab.run({ mutation: undefined, tests: files, only }, HUNG_MS))
  const plain = await before.get(key)!
  const isSound = plain !== 'hung' && plain.broken === undefined && !plain.red.includes(first)
  return isSound ? red : { ...red, verdict: 'red before' }
}
