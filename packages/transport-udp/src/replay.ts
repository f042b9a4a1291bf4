/**
 * Which numbers of an ascending series have been seen (RFC 4303, §3.4.3; RFC 6479): a bitmap below the highest one. A number
 * that is too old to tell counts as seen.
 */
export class ReplayWindow {
  readonly #bits: number
  readonly #words: Uint32Array
  #highest = -1

  /** The window's width in bits, a multiple of 32. */
  constructor(bits: number) {
    this.#bits = bits
    this.#words = new Uint32Array(bits / 32)
  }

  /** The highest number so far, -1 before the first. */
  get highest(): number {
    return this.#highest
  }

  has(number: number): boolean {
    if (number > this.#highest) return false
    if (number <= this.#highest - this.#bits) return true
    return (this.#words[this.#wordOf(number)]! & (1 << (number & 31))) !== 0
  }

  /** Marks a number that has not been seen. */
  add(number: number): void {
    if (number > this.#highest) {
      // The words between the old highest and the new one belong to new numbers.
      const steps = Math.min(Math.floor(number / 32) - Math.floor(this.#highest / 32), this.#words.length)
      for (let i = 0; i < steps; i++) this.#words[this.#wordOf(number - i * 32)] = 0
      this.#highest = number
    }
    this.#words[this.#wordOf(number)]! |= 1 << (number & 31)
  }

  #wordOf(number: number): number {
    return Math.floor(number / 32) % this.#words.length
  }
}
