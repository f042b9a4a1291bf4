/**
 * Finds the elements of one list in a JSON text, and the lines on which they begin. It needs no whole text: of a file that
 * was cut off while somebody wrote it, everything before the cut is found.
 */

export interface Element {
  /** Line in the text, from 1. */
  readonly line: number
  /** The element's own JSON text. */
  readonly text: string
}

/** The elements of the list that the outermost object has under `name`; nothing where it has none. */
export function elementsOf(text: string, name: string): readonly Element[] | undefined {
  const scanner = new Scanner(text, name)
  scanner.run()
  return scanner.elements
}

class Scanner {
  /** Bounded by the text. */
  elements: Element[] | undefined
  readonly #text: string
  readonly #name: string
  /** How many brackets are open. */
  #depth = 0
  #line = 1
  #lastString = ''
  #key = ''
  /** Whether the open list at depth 2 is the one that is wanted. */
  #isInside = false
  #start = -1
  #startLine = 0

  constructor(text: string, name: string) {
    this.#text = text
    this.#name = name
  }

  run(): void {
    const text = this.#text
    for (let i = 0; i < text.length; i++) {
      const char = text[i]!
      if (char === '\n') this.#line++
      else if (char === '"') {
        this.#begin(i)
        i = this.#skipString(i)
      } else if (char === '{' || char === '[') this.#open(i, char)
      else if (char === '}' || char === ']') this.#close(i)
      else if (char === ',' && this.#depth === 2) this.#end(i)
      else if (char === ':' && this.#depth === 1) this.#key = this.#lastString
      else if (char > ' ') this.#begin(i)
    }
  }

  /** The index of the quotation mark that ends the string. */
  #skipString(from: number): number {
    for (let i = from + 1; i < this.#text.length; i++) {
      const char = this.#text[i]!
      if (char === '\\') i++
      else if (char === '\n') this.#line++
      else if (char === '"') {
        if (this.#depth === 1) this.#lastString = this.#text.slice(from + 1, i)
        return i
      }
    }
    return this.#text.length
  }

  #open(i: number, char: string): void {
    this.#begin(i)
    if (char === '[' && this.#depth === 1 && this.#key === this.#name) {
      this.#isInside = true
      // Bounded by the text.
      this.elements ??= []
    }
    this.#depth++
  }

  #close(i: number): void {
    if (this.#depth === 2) {
      this.#end(i)
      this.#isInside = false
    }
    this.#depth--
    if (this.#depth === 2) this.#end(i + 1)
  }

  #begin(i: number): void {
    if (!this.#isInside || this.#depth !== 2 || this.#start >= 0) return
    this.#start = i
    this.#startLine = this.#line
  }

  #end(i: number): void {
    if (!this.#isInside || this.#start < 0) return
    this.elements!.push({ line: this.#startLine, text: this.#text.slice(this.#start, i).trim() })
    this.#start = -1
  }
}
