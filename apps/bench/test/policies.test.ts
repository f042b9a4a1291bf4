/** What `npm run policies` writes: a page whose figures are those of its runs, or none. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { simulate } from '@pex/sim'
import { describe, expect, it } from 'vitest'
import { figures } from '../src/policies/figures.ts'
import { fill } from '../src/policies/page.ts'
import { keyOf, plan, quick, scenarios } from '../src/policies/plan.ts'
import { Runs } from '../src/policies/runs.ts'
import type { Known } from '../src/policies/runs.ts'
import { tables } from '../src/policies/tables.ts'
import { isVariant, policyOf } from '../src/policies/variants.ts'

const docs = join(import.meta.dirname, '..', '..', '..', 'docs')

/** One short run stands for all: the page's form does not hang on what was measured. */
function made(): Runs {
  const result = simulate({ policy: 'balanced', nodes: 40, rounds: 3, seed: 1, scenario: 'steady' })
  const known: Known = {}
  for (const job of plan(quick)) known[keyOf(job)] = result
  return new Runs(known, quick)
}

describe('the page about policies', () => {
  it('has a place for every table', async () => {
    const page = await readFile(join(docs, 'policies.md'), 'utf8')
    expect(fill(page, tables(made(), 'versions'))).toContain('versions')
  })

  it('shows every figure that is drawn', async () => {
    const page = await readFile(join(docs, 'policies.md'), 'utf8')
    for (const name of Object.keys(figures(made()))) expect(page).toContain(`(figures/${name})`)
  })

  it('is not written at all where a place is missing', () => {
    expect(() => fill('<!-- calm -->', { calm: '…' })).toThrow('no place for calm')
  })

  it('is filled again without growing', () => {
    const once = fill('a\n<!-- calm -->\n<!-- /calm -->\nb', { calm: '1' })
    expect(fill(once, { calm: '1' })).toBe(once)
    expect(fill(once, { calm: '2' })).toBe('a\n<!-- calm -->\n2\n<!-- /calm -->\nb')
  })
})

describe('the plan', () => {
  it('runs each simulation once, and knows every policy and scenario', () => {
    const jobs = plan(quick)
    expect(new Set(jobs.map(keyOf)).size).toBe(jobs.length)
    for (const { policy, scenario } of jobs) {
      expect(policyOf(policy).name).toBe(policy)
      expect(scenarios[scenario].name).not.toBe('')
    }
    expect(jobs.some(({ policy }) => isVariant(policy))).toBe(true)
  })
})
