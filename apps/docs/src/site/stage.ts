/**
 * Puts the pages together in one folder, as vitepress wants them: links lead to pages of the site where there is one and to the
 * repository where not, comments are gone, and the site's own pictures stand in the page itself, so that they follow its colours.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { entryPoints } from './entry-points.ts'
import { changeLinks, withoutComments } from './markdown.ts'
import type { Link } from './markdown.ts'
import { figures, withNumbers } from './numbers.ts'
import { follow, repository, root } from './pages.ts'
import type { Page } from './pages.ts'

/** Gives what is wrong with them: every link that leads nowhere, and every number that nobody has measured. */
export function stage(all: readonly Page[], folder: string): string[] {
  rmSync(folder, { recursive: true, force: true })
  const problems: string[] = []
  const known = figures()
  for (const page of all) {
    const numbers = withNumbers(page.text, known)
    for (const name of numbers.missing) problems.push(`${page.source}: docs/benchmarks.md has no ${name}`)
    const text = changeLinks(numbers.text, link => {
      const target = hrefFor(link, page, all, folder)
      if (target === undefined) problems.push(`${page.source}:${link.line}: ${link.href} leads nowhere`)
      return target ?? link.href
    })
    const finished = withFileNames(withFigures(withoutComments(text), page))
    write(join(folder, page.route), editLine(page) + finished + exportsOf(page))
  }
  cpSync(join(root, 'apps/docs/src/pages/public'), join(folder, 'public'), { recursive: true })
  cpSync(join(root, 'apps/docs/src/vitepress'), join(folder, '.vitepress'), { recursive: true })
  return problems
}

/** The front matter says where the page is written, for the link that invites to edit it. */
function editLine(page: Page): string {
  return page.text.startsWith('---\n') ? '' : `---\nsource: ${page.source}\n---\n\n`
}

function hrefFor(link: Link, page: Page, all: readonly Page[], folder: string): string | undefined {
  const target = follow(link.href, page, all)
  if (target.kind === 'outside') return target.url
  if (target.kind === 'generated') return `/${target.route}`
  const anchor = 'anchor' in target && target.anchor !== undefined ? `#${target.anchor}` : ''
  if (target.kind === 'page') return `/${target.page.route.replace(/(?:(?<=^|\/)index)?\.md$/, '')}${anchor}`
  if (target.kind === 'broken') return undefined
  if (!link.isImage) return `${repository}/blob/main/${target.path}${anchor}`
  if (target.path.startsWith('apps/docs/')) return link.href
  const name = basename(target.path)
  mkdirSync(join(folder, 'public', 'figures'), { recursive: true })
  cpSync(join(root, target.path), join(folder, 'public', 'figures', name))
  return `/figures/${name}`
}

/** The site's own pictures, drawn into the page: `![what it shows](figures/name.svg)` in a line of its own. */
function withFigures(text: string, page: Page): string {
  return text.replaceAll(/^!\[([^\]]*)\]\((\S+\.svg)\)$/gm, (whole, alt: string, href: string) => {
    if (href.startsWith('/')) return whole
    const svg = readFileSync(join(root, dirname(page.source), href), 'utf8').trim()
    const label = alt.replaceAll('"', '&quot;')
    return `<figure class="figure" role="img" tabindex="0" aria-label="${label}">${svg}</figure>`
  })
}

/** A block with the name of a file shows it, as a group of one; bytes in hex are text. */
function withFileNames(text: string): string {
  return text
    .replaceAll(/^```hex$/gm, '```text')
    .replaceAll(/^```\w+ \[[\w.-]+\]\n[^]*?^```$/gm, block => `::: code-group\n\n${block}\n\n:::`)
}

/** Under the README of a package: where its exports are told. */
function exportsOf({ source, title }: Page): string {
  if (!source.startsWith('packages/')) return ''
  const names = [...entryPoints().values()].filter(name => name === title || name.startsWith(`${title}/`))
  return `\n## Exports\n\n${names.map(name => `* [\`${name}\`](/api/${name})`).join('\n')}\n`
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
