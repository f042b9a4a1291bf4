/** Elements without markup: whatever is put into one is text, so that what a peer says of itself can never be more. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>
export type Child = Node | string | number

const SVG = 'http://www.w3.org/2000/svg'

export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  return fill(document.createElement(name), attributes, children)
}

export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Name] {
  return fill(document.createElementNS(SVG, name), attributes, children)
}

/** The element that the document has under that id. */
export function byId(id: string): HTMLElement {
  return document.getElementById(id)!
}

/** Sets a text, and leaves the document alone where it says that already. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** What is left of a text that a stranger chose: no control characters, none that turn the direction of reading. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\uFFFD')
}

function fill<T extends Element>(element: T, attributes: Attributes, children: readonly Child[]): T {
  for (const name of Object.keys(attributes)) {
    const value = attributes[name]
    if (value === undefined || value === false) continue
    element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.map(child => (typeof child === 'number' ? String(child) : child)))
  return element
}
