/** The page for those who come from libonomy-p2p names every defect, and only tests that are there. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../../', import.meta.url)
const page = readFileSync(new URL('docs/from-libonomy.md', root), 'utf8')
const defects = page.split('\n').flatMap(line => /^\| (D\d+) \| (.*) \| (.*) \|$/.exec(line)?.slice(1) ?? [])
const named = [...page.matchAll(/`([^`]+\.ts)` › `([^`]+)`/g)].map(([, file, title]) => ({
  file: file!,
  title: title!
}))

/** The titles of a file, as they stand between quotes. */
function titlesOf(file: string): ReadonlySet<string> {
  const text = readFileSync(new URL(file, root), 'utf8')
  return new Set([...text.matchAll(/(['"`])((?:(?!\1)[^\\\n])+)\1/g)].map(([, , title]) => title!))
}

describe('docs/from-libonomy.md', () => {
  it('has a row for each of the 42 defects, in order', () => {
    const numbers = defects.filter((_, i) => i % 3 === 0)
    expect(numbers).toEqual(Array.from({ length: 42 }, (_, i) => `D${i + 1}`))
  })

  it('names a test for each of them, or says why there is none', () => {
    for (let i = 0; i < defects.length; i += 3)
      expect(defects[i + 2], defects[i]).toMatch(/^`(packages|apps)\/[^`]+\.ts` › `|^Not applicable/)
  })

  it('names only tests that are there', () => {
    expect(named.length).toBeGreaterThan(100)
    const missing = named.filter(({ file, title }) => !titlesOf(file).has(title))
    expect(missing).toEqual([])
  })

  it('names every test of a defect that calls itself one', () => {
    const all = ['libonomy', 'hostile', 'parts'].flatMap(name => [
      ...titlesOf(`packages/host/test/${name}.test.ts`)
    ])
    const ours = all.filter(title => /^D\d+ /.test(title))
    expect(ours.length).toBeGreaterThan(8)
    for (const title of ours) expect(named.map(({ title }) => title)).toContain(title)
  })
})
