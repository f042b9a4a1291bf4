/** What came out of a build, looked at as a browser would: every link and every anchor of every page, generated ones included. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/** What is wrong, one line each. */
export function builtProblems(site: string): string[] {
  const files = globSync('**/*.html', { cwd: site }).map(file => file.replaceAll('\\', '/'))
  const texts = new Map(files.map(file => [file, readFileSync(join(site, file), 'utf8')]))
  const ids = new Map([...texts].map(([file, text]) => [file, idsOf(text)]))
  const problems = new Set<string>()
  for (const [file, text] of texts) {
    if (file === '404.html') continue
    for (const [, raw = ''] of text.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const href = raw.replaceAll('&amp;', '&')
      if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith('//')) continue
      const [path = '', anchor = ''] = href.split('#', 2)
      const target = path === '' ? file : locate(site, path, file, ids)
      if (target === undefined) problems.add(`${file}: ${href} leads nowhere`)
      else if (anchor !== '' && ids.get(target)?.has(decodeURIComponent(anchor)) === false)
        problems.add(`${file}: ${target} has no #${anchor}`)
    }
  }
  return [...problems].sort()
}

function idsOf(text: string): Set<string> {
  return new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(found => found[1]!))
}

function locate(
  site: string,
  path: string,
  from: string,
  known: ReadonlyMap<string, unknown>
): string | undefined {
  const [clean = ''] = decodeURI(path).split('?', 1)
  const file = posix.normalize(clean.startsWith('/') ? clean.slice(1) : posix.join(dirname(from), clean))
  const forms = [file, `${file}.html`, posix.join(file, 'index.html')]
  return forms.find(form => known.has(form)) ?? (existsSync(join(site, file)) ? file : undefined)
}
