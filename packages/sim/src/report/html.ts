/**
 * Markup that cannot be broken by what is put into it: every text and number is escaped, and only markup made here stays
 * markup.
 */

/** Markup that is safe as it stands. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may stand between the parts of a template; nothing is left out of `undefined` and `false`. */
export type Content = Html | string | number | undefined | false | readonly Content[]

/** A template of markup: html`<p>${anything}</p>`. */
export function html(template: TemplateStringsArray, ...values: readonly Content[]): Html {
  const parts = squeezed(template)
  let text = parts[0]!
  for (const [i, value] of values.entries()) text += render(value) + parts[i + 1]!
  return new Html(text)
}

/** Templates without their indentation, by template. Bounded by the templates in the source. */
const known = new WeakMap<TemplateStringsArray, readonly string[]>()

/** Line breaks stand in a template for its readers; in a page of many thousand elements they are a third of its size. */
function squeezed(template: TemplateStringsArray): readonly string[] {
  const parts =
    known.get(template) ?? template.map(part => part.replaceAll(/\s*\n\s*/g, ' ').replaceAll(' >', '>'))
  known.set(template, parts)
  return parts
}

function render(value: Content): string {
  if (value instanceof Html) return value.text
  if (value === undefined || value === false) return ''
  if (typeof value === 'object') return value.map(render).join('')
  return escape(String(value))
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;']
])

/** Text for an element or an attribute in quotes; control characters become a sign for "unknown". */
function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, sign => entities.get(sign)!).replaceAll(/[^\P{Cc}\n\t]/gu, '\uFFFD')
}
