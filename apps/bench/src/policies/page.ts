/**
 * Puts what was measured into docs/policies.md, between markers; everything else on the page is written by people.
 */
import { PexError } from '@pex/core'

/** The page with each part between `<!-- name -->` and `<!-- /name -->` written anew. Throws where a marker is missing. */
export function fill(page: string, parts: Readonly<Record<string, string>>): string {
  let filled = page
  for (const [name, text] of Object.entries(parts)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const from = filled.indexOf(begin)
    const to = filled.indexOf(end)
    if (from < 0 || to < from)
      throw new PexError('PEX_INVALID_PARAMETER', `the page has no place for ${name}: ${begin} … ${end}`)
    filled = `${filled.slice(0, from + begin.length)}\n${text}\n${filled.slice(to)}`
  }
  return filled
}
