/** A message on its way in: its pieces, in whatever order they come. */
import { fragmentsOf } from './frames.ts'
import type { FragmentFrame } from './frames.ts'

export class Assembly {
  readonly total: number
  // Bounded by the pieces of the longest message (67); the frame's decoder has checked the total.
  readonly #pieces: (Uint8Array | undefined)[]
  #missing: number

  constructor(total: number) {
    this.total = total
    this.#missing = fragmentsOf(total)
    this.#pieces = Array.from({ length: this.#missing }, () => undefined)
  }

  get isWhole(): boolean {
    return this.#missing === 0
  }

  /** Takes a piece; false for one that belongs to a message of another length. */
  add({ total, index, bytes }: FragmentFrame): boolean {
    if (total !== this.total) return false
    if (this.#pieces[index] === undefined) {
      this.#pieces[index] = bytes
      this.#missing--
    }
    return true
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#pieces as Uint8Array[])
  }
}
