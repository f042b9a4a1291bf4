/** Bytes as a row of choices: how a machine's history becomes an input like any other, that can be cut, mutated and kept. */

export class Tape {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Whether there is nothing left to choose by. */
  get isOver(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** The next byte; 0 behind the end. */
  byte(): number {
    return this.#bytes[this.#at++] ?? 0
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return n <= 256 ? this.byte() % n : (this.byte() * 256 + this.byte()) % n
  }

  /** One of several. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  flag(): boolean {
    return this.byte() >= 128
  }

  /** As many bytes as there are of so many. */
  take(length: number): Uint8Array {
    const taken = this.#bytes.slice(this.#at, this.#at + length)
    this.#at += length
    return taken
  }
}
