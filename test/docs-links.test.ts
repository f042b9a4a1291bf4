/**
 * No link of the documentation leads nowhere: each page, each file and each anchor that one names is there. Links to other sites are
 * checked for their form alone, for a test needs no network.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorsOf, blocksOf, changeLinks, linksOf } from '../apps/docs/src/site/markdown.ts'
import { figures, withNumbers } from '../apps/docs/src/site/numbers.ts'
import type { Figures } from '../apps/docs/src/site/numbers.ts'
import { follow, pages, root } from '../apps/docs/src/site/pages.ts'
import type { Page } from '../apps/docs/src/site/pages.ts'

const all = pages()
const readme: Page = {
  source: 'README.md',
  route: 'readme.md',
  text: readFileSync(join(root, 'README.md'), 'utf8'),
  title: 'pex'
}

describe('the pages of the site', () => {
  it('have every document, package and example among them', () => {
    const sources = all.map(({ source }) => source)
    for (const source of [
      'docs/PROTOCOL.md',
      'docs/LIMITS.md',
      'docs/METRICS.md',
      'docs/PAPERS.md',
      'docs/from-libonomy.md',
      'packages/core/README.md',
      'examples/chat/README.md',
      'SECURITY.md'
    ])
      expect(sources).toContain(source)
    expect(new Set(all.map(({ route }) => route)).size, 'a route for each').toBe(all.length)
  })

  it.each([...all, readme].map(page => [page.source, page] as const))(
    '%s leads nowhere that is not there',
    (_, page) => {
      const broken = linksOf(page.text).flatMap(({ href, line }) => {
        const target = follow(href, page, all)
        return target.kind === 'broken' ? [`line ${line}: ${href}: ${target.why}`] : []
      })
      expect(broken).toEqual([])
    }
  )
})

describe('numbers of the benchmarks', () => {
  it('are there under the names that the pages have for them', () => {
    const known = figures()
    for (const page of [...all, readme])
      expect(withNumbers(page.text, known).missing, page.source).toEqual([])
  })

  it('are in the README, which nobody makes anew, still about what was measured last', () => {
    const form = /([\d.]+)<!-- = [^>]+-->/g
    const written = [...readme.text.matchAll(form)]
    expect(written.length).toBeGreaterThan(0)
    for (const [whole, number] of written) {
      const now = Number(withNumbers(whole, figures()).text.replaceAll(/[^\d.]/g, ''))
      // Runs differ, those of others most: what is written may be half or twice as much.
      expect(Math.abs(Math.log2(Number(number) / now)), `${whole}: now ${now}`).toBeLessThan(1)
    }
  })

  it('are shown as they are now, with as many decimals as were written', () => {
    const known: Figures = new Map([
      ['a / b: c', 1_234.56],
      ['a / b: c / rival', 0.2481]
    ])
    const shown = (text: string): string => withNumbers(text, known).text
    expect(shown('| 1.0<!-- = a / b: c --> ms |')).toBe('| 1 234.6 ms |')
    expect(shown('9 %<!-- = a / b: c / rival -->')).toBe('25 %')
    expect(withNumbers('1<!-- = a / d -->', known)).toEqual({ text: '1', missing: ['a / d'] })
  })
})

describe('the reader of markdown', () => {
  const page = (text: string): Page => ({ source: 'docs/a.md', route: 'reference/a.md', text, title: 'a' })
  const kindOf = (href: string): string => follow(href, page('# A\n\n## It is: `here`, 1\n'), all).kind

  it('tells links that lead somewhere from those that do not', () => {
    expect(kindOf('PROTOCOL.md')).toBe('page')
    expect(kindOf('#it-is-here-1')).toBe('page')
    expect(kindOf('../package.json')).toBe('file')
    expect(kindOf('https://example.org/a')).toBe('outside')
    for (const href of [
      'NOTHING.md',
      '#nothing',
      'PROTOCOL.md#nothing',
      '../../out.md',
      'http://example.org',
      'https://'
    ])
      expect(kindOf(href), href).toBe('broken')
  })

  it('sees links, also behind code, and none in code or comments', () => {
    const text = '[a](x.md) [`b`](y.md) `[c](no.md)` <!-- [d](no.md) -->\n```\n[e](no.md)\n```\n![f](z.svg)\n'
    expect(linksOf(text).map(({ href, isImage, line }) => [href, isImage, line])).toEqual([
      ['x.md', false, 1],
      ['y.md', false, 1],
      ['z.svg', true, 5]
    ])
    expect(changeLinks('[a](x.md) and `[c](x.md)`\n```\n[e](x.md)\n```\n', () => 'w.md')).toContain(
      '[a](w.md)'
    )
  })

  it('gives headings the anchors of GitHub', () => {
    const text =
      '# `@pex/core`\n## What it is\n## What it is\n### new/tried, at 4.5 %\n```\n# no heading\n```\n'
    expect([...anchorsOf(text)]).toEqual(['pexcore', 'what-it-is', 'what-it-is-1', 'newtried-at-45-'])
  })

  it('finds code with what stands before and after it', () => {
    const text =
      '<!-- before\nconst a = 1\n-->\n\n```js [b.mjs]\nconst b = a\n```\n\n<!-- after\nif (b !== 1) throw b\n-->\n'
    expect(blocksOf(text)).toEqual([
      {
        language: 'js',
        code: 'const b = a\n',
        line: 5,
        before: 'const a = 1\n',
        after: 'if (b !== 1) throw b\n',
        continues: false
      }
    ])
  })
})
