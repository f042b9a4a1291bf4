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
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  let text = parts[0]!
  for (const [i, value] of values.entries()) text += render(value) + parts[i + 1]!
  return new Html(text)
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
