/**
 * Which file becomes which page. The site's own pages lie in `src/pages`; everything else that is documentation stays where it is,
 * and is shown from there. A new file in docs/, a new package and a new example are found by themselves.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { anchorsOf, titleOf } from './markdown.ts'

export interface Page {
  /** Where it is written: relative to the root of the workspace, forward slashes. */
  readonly source: string
  /** Where it is on the site: `guide/transports.md`. */
  readonly route: string
  readonly text: string
  readonly title: string
}

/** The root of the workspace. */
export const root: string = join(import.meta.dirname, '..', '..', '..', '..')

/** Where files that are no pages can be read. */
export const repository = 'https://github.com/pex-js/pex'

const own = 'apps/docs/src/pages'

/** What is shown from where it lies, beside docs/, packages/ and examples/. */
const elsewhere: Readonly<Record<string, string>> = {
  'ARCHITECTURE.md': 'reference/architecture.md',
  'CONTRIBUTING.md': 'reference/contributing.md',
  'SECURITY.md': 'reference/security.md',
  'apps/node/README.md': 'operate/command.md',
  'docs/METRICS.md': 'operate/metrics.md',
  'docs/HTTP-API.md': 'operate/http-api.md'
}

function routeOf(source: string): string {
  if (source.startsWith(`${own}/`)) return source.slice(own.length + 1)
  const [folder, name = ''] = source.split('/')
  if (elsewhere[source] !== undefined) return elsewhere[source]
  if (folder === 'packages') return `packages/${name}.md`
  if (folder === 'examples') return `examples/${name}.md`
  const slug = basename(source).toLowerCase()
  return slug.startsWith('from-') ? `migrate/${slug.slice('from-'.length)}` : `reference/${slug}`
}

const patterns = [
  `${own}/**/*.md`,
  'docs/*.md',
  'packages/*/README.md',
  'examples/*/README.md',
  ...Object.keys(elsewhere)
]

/** Every page but those that are generated, sorted by route. */
export function pages(): Page[] {
  const sources = new Set(
    globSync(patterns, { cwd: root, exclude: path => basename(path) === 'node_modules' }).map(path =>
      path.replaceAll('\\', '/')
    )
  )
  return [...sources]
    .map(source => {
      const text = readFileSync(join(root, source), 'utf8').replaceAll('\r\n', '\n')
      return { source, route: routeOf(source), text, title: titleOf(text) ?? basename(source, '.md') }
    })
    .sort((a, b) => (a.route < b.route ? -1 : 1))
}

/** What a link leads to. */
export type Target =
  | { readonly kind: 'page'; readonly page: Page; readonly anchor: string | undefined }
  | { readonly kind: 'file'; readonly path: string; readonly anchor: string | undefined }
  | { readonly kind: 'generated'; readonly route: string }
  | { readonly kind: 'outside'; readonly url: string }
  | { readonly kind: 'broken'; readonly why: string }

/** Follows a link of a page. Links are relative to the file that holds them; on the site's own pages `/…` is a route. */
export function follow(href: string, from: Page, all: readonly Page[]): Target {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) {
    const isSound =
      href.startsWith('mailto:') || (URL.canParse(href) && /^https:\/\/[^/]+\.[a-z]+/i.test(href))
    return isSound ? { kind: 'outside', url: href } : { kind: 'broken', why: 'no sound https address' }
  }
  const [path = '', anchor] = href.split('#', 2)
  if (path.startsWith('/api/')) return { kind: 'generated', route: path.slice(1) }
  const page = path === '' ? from : pageAt(path, from, all)
  if (page !== undefined) {
    if (anchor === undefined || anchorsOf(page.text).has(decodeURIComponent(anchor)))
      return { kind: 'page', page, anchor }
    return { kind: 'broken', why: `${page.source} has no heading #${anchor}` }
  }
  const file = posix.normalize(posix.join(dirname(from.source), path)).replace(/\/$/, '')
  if (path.startsWith('/') || file.startsWith('..')) return { kind: 'broken', why: 'leads nowhere' }
  if (!existsSync(join(root, file))) return { kind: 'broken', why: `there is no ${file}` }
  if (anchor !== undefined && file.endsWith('.md')) {
    const anchors = anchorsOf(readFileSync(join(root, file), 'utf8'))
    if (!anchors.has(anchor)) return { kind: 'broken', why: `${file} has no heading #${anchor}` }
  }
  return { kind: 'file', path: file, anchor }
}

function pageAt(path: string, from: Page, all: readonly Page[]): Page | undefined {
  if (path.startsWith('/')) {
    const route = path.slice(1).replace(/(?:\.md|\.html)$/, '')
    const wanted = route === '' || route.endsWith('/') ? `${route}index.md` : `${route}.md`
    return all.find(page => page.route === wanted)
  }
  const file = posix.normalize(posix.join(dirname(from.source), path)).replace(/\/$/, '')
  return all.find(({ source }) => source === file || source === `${file}/README.md`)
}
