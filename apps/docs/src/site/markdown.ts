/**
 * Markdown as the site's tools look at it: headings and their anchors, links, and blocks of code with what a reader does not see of
 * them. Anchors are GitHub's, so that a link works in the repository and on the site.
 */

export interface Block {
  /** What stands behind the fence: `js`, `sh`, …; empty for plain text. */
  readonly language: string
  readonly code: string
  /** Line of the fence, from 1. */
  readonly line: number
  /** What a comment above it, `<!-- before … -->`, puts before its code when it is run. */
  readonly before: string
  /** The same below it: `<!-- after … -->`. */
  readonly after: string
  /** The comment above is `<!-- and then -->`: it goes on where the block before it has ended. */
  readonly continues: boolean
}

export interface Link {
  readonly href: string
  /** From 1. */
  readonly line: number
  readonly isImage: boolean
}

/** A heading's anchor, without the number that a second one of the same name gets. */
export function slug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}

/** The text without its code and comments, line for line as long as before: what a search for prose may look at. */
export function proseOf(text: string): string {
  const blank = (found: string): string => found.replaceAll(/[^\n]/g, ' ')
  return text
    .replaceAll(/^( *)(```+)[^\n]*\n[^]*?^\1\2 *$/gm, blank)
    .replaceAll(/<!--[^]*?-->/g, blank)
    .replaceAll(/(`+)(?!`)[^]*?[^`]\1(?!`)/g, blank)
}

/** The anchors that a page has. */
export function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  const withoutBlocks = text.replaceAll(/^( *)(```+)[^\n]*\n[^]*?^\1\2 *$/gm, '')
  for (const [, heading = ''] of withoutBlocks.matchAll(/^#{1,6} +(.+?) *#* *$/gm)) {
    const plain = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '')
    const base = slug(plain)
    const count = seen.get(base) ?? 0
    seen.set(base, count + 1)
    anchors.add(count === 0 ? base : `${base}-${count}`)
  }
  return anchors
}

/** The page's first heading, as plain text. */
export function titleOf(text: string): string | undefined {
  return /^# +(.+)$/m.exec(text)?.[1]?.replaceAll(/[`*]/g, '')
}

const linkForm = /(!?)\[(?:[^[\]]|\[[^\]]*\])*\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)/g

/** Every link and picture outside of code, those in a home page's front matter included. */
export function linksOf(text: string): Link[] {
  // Code inside a link's text must not hide the link, so only blocks and comments are blanked, and code without a bracket behind it.
  const prose = proseOf(text.replaceAll(/\[`([^`\]]*)`\]\(/g, '[ $1 ]('))
  const lineAt = (index: number): number => text.slice(0, index).split('\n').length
  const links = [...prose.matchAll(linkForm)].map(found => ({
    href: found[2]!,
    line: lineAt(found.index),
    isImage: found[1] === '!'
  }))
  const front = /^---\n[^]*?\n---\n/.exec(text)?.[0] ?? ''
  for (const found of front.matchAll(/^\s*-?\s*link: *(\S+)/gm))
    links.push({ href: found[1]!, line: lineAt(found.index), isImage: false })
  return links
}

/** The text with every link as `change` wants it. */
export function changeLinks(text: string, change: (link: Link) => string): string {
  const known = new Map(linksOf(text).map(link => [link.href, link]))
  const parts = text.split(/(^ *```+[^\n]*\n[^]*?^ *```+ *$)/gm)
  return parts
    .map((part, i) => {
      if (i % 2 === 1) return part
      return part.replaceAll(linkForm, (whole, _mark: string, href: string) => {
        const link = known.get(href)
        return link === undefined ? whole : `${whole.slice(0, -href.length - 1)}${change(link)})`
      })
    })
    .join('')
}

/** The text without comments; those in blocks of code stay. */
export function withoutComments(text: string): string {
  const parts = text.split(/(^ *```+[^\n]*\n[^]*?^ *```+ *$)/gm)
  return parts.map((part, i) => (i % 2 === 1 ? part : part.replaceAll(/<!--[^]*?-->\n?/g, ''))).join('')
}

/** Every block of code, in order. */
export function blocksOf(text: string): Block[] {
  const fence = /^( *)(```+)([^\n]*)\n([^]*?)^\1\2 *$/gm
  return [...text.matchAll(fence)].map(found => {
    const [whole, indent = '', , info = '', body = ''] = found
    const above = /<!-- (before|and then)((?:(?!-->)[^])*)-->\s*$/.exec(text.slice(0, found.index))
    const below = /^\s*<!-- after\n((?:(?!-->)[^])*)-->/.exec(text.slice(found.index + whole.length))
    return {
      language: info.trim().split(/[\s{]/)[0]!,
      code: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      line: text.slice(0, found.index).split('\n').length,
      before: above?.[1] === 'before' ? above[2]!.trimStart() : '',
      after: below?.[1] ?? '',
      continues: above?.[1] === 'and then'
    }
  })
}
