/**
 * Room for what some nodes know: for each part of it one array, in which each node has a row of the same width. In a large
 * simulation the rows are more than a processor's caches hold, and it would wait for one part after the other; so whoever
 * knows which node is next has all of its rows fetched at once, in the time that one of them takes.
 */
interface Part {
  readonly bytes: Uint8Array
  readonly width: number
}

/** What a cache fetches at once, bytes. Rows are narrow: whose ends and middle are asked for come whole, or nearly. */
const line = 64
/** The widest that a single value is, bytes. */
const wordBytes = 4

export class Rows {
  readonly nodes: number
  // Bounded by the parts of a policy.
  readonly #parts: Part[] = []
  /** Means nothing: what was read last, so that the reading is not left out. */
  touched = 0

  constructor(nodes: number) {
    this.nodes = nodes
  }

  bytes(width: number): Uint8Array {
    return this.#add(new Uint8Array(this.nodes * width))
  }

  words(width: number): Uint32Array {
    return this.#add(new Uint32Array(this.nodes * width))
  }

  ints(width: number): Int32Array {
    return this.#add(new Int32Array(this.nodes * width))
  }

  shorts(width: number): Uint16Array {
    return this.#add(new Uint16Array(this.nodes * width))
  }

  floats(width: number): Float32Array {
    return this.#add(new Float32Array(this.nodes * width))
  }

  /** The one node of a host is never far: only the rows of many are listed. */
  #add<T extends { readonly buffer: ArrayBufferLike; readonly byteLength: number }>(array: T): T {
    const { buffer, byteLength } = array
    if (this.nodes > 1 && byteLength > 0)
      this.#parts.push({ bytes: new Uint8Array(buffer), width: byteLength / this.nodes })
    return array
  }

  /** Has the rows of a node fetched. */
  touch(node: number): void {
    const parts = this.#parts
    let touched = 0
    for (let i = 0; i < parts.length; i++) {
      const { bytes, width } = parts[i]!
      const first = node * width
      touched ^= bytes[first]!
      if (width <= wordBytes) continue
      touched ^= bytes[first + width - 1]!
      if (width > line) touched ^= bytes[first + (width >>> 1)]!
    }
    this.touched = touched
  }
}
