/**
 * How often each node has been offered each peer of late: a counting filter (Fan et al. 1998) that forgets by rolling
 * halving, and from it the rate at which an ordinary peer is offered. Peers that are offered much more often are pushed by
 * somebody: frequency is what attackers on gossip cannot hide.
 *
 * The rate is estimated as Good and Turing would: among Poisson counts, (v + 1) n(v + 1) / n(v) is the mean for every v. Only
 * small counts are looked at, so that a minority that is counted often does not move it.
 */
import { mix } from './peers.ts'

/** Rounds over which what is looked at is averaged. */
const memory = 8
/** Coprime to every window that is a power of two, and near its golden section for 64. */
const golden = 39

export class Seen {
  /** Cells of each node, a power of two. */
  readonly size: number
  /** Rounds after which every cell has been halved once. */
  readonly window: number
  readonly #cells: Uint8Array
  readonly #shift: number
  readonly #words: Uint32Array
  readonly #sums: Float32Array
  readonly #counts: Float32Array

  constructor(nodes: number, size: number, window: number) {
    this.size = size
    this.window = window
    this.#cells = new Uint8Array(nodes * size)
    this.#shift = Math.clz32(size - 1)
    this.#words = new Uint32Array(this.#cells.buffer)
    this.#sums = new Float32Array(nodes)
    this.#counts = new Float32Array(nodes)
  }

  clear(node: number): void {
    this.#cells.fill(0, node * this.size, (node + 1) * this.size)
    this.#sums[node] = 0
    this.#counts[node] = 0
  }

  /** How often something with this hash was offered before, and once more now. */
  count(node: number, hash: number): number {
    const cells = this.#cells
    const word = wordOf(node, hash)
    const one = node * this.size + (word & (this.size - 1))
    const other = node * this.size + (word >>> this.#shift)
    const first = cells[one]!
    const second = cells[other]!
    const count = first < second ? first : second
    // Only the lower one is raised: the higher one is somebody else's (conservative update, Estan and Varghese 2002).
    if (count < 255) {
      if (first === count) cells[one] = count + 1
      if (second === count) cells[other] = count + 1
    }
    return count
  }

  /** How often something with this hash was offered. */
  of(node: number, hash: number): number {
    const word = wordOf(node, hash)
    const first = this.#cells[node * this.size + (word & (this.size - 1))]!
    const second = this.#cells[node * this.size + (word >>> this.#shift)]!
    return first < second ? first : second
  }

  /** The mean count of ordinary peers; 0 while nothing is known. */
  mean(node: number): number {
    const counts = this.#counts[node]!
    return counts < 4 ? 0 : this.#sums[node]! / counts
  }

  /** About how many cells hold something. */
  ordinary(node: number): number {
    return (this.#counts[node]! * this.window) / memory
  }

  /** A round goes by: one part of the cells is halved, and another looked at. */
  pass(node: number, round: number): void {
    const length = this.size / this.window
    const row = node * this.size
    // Steps by the golden section: a few rounds in a row look at parts of all ages.
    this.#look(node, row + ((round * golden) % this.window) * length, length)
    const words = this.#words
    const first = (row + (round % this.window) * length) >>> 2
    for (let at = first; at < first + (length >>> 2); at++) {
      const word = words[at]!
      if (word !== 0) words[at] = (word >>> 1) & 0x7f7f7f7f
    }
  }

  #look(node: number, row: number, length: number): void {
    const counts = this.#counts[node]!
    const most = counts < 4 ? 254 : Math.floor((2 * this.#sums[node]!) / counts) + 1
    let sum = 0
    let ordinary = 0
    const cells = this.#cells
    for (let at = row; at < row + length; at++) {
      const count = cells[at]!
      if (count === 0) continue
      if (count > 1 && count <= most + 1) sum += count
      if (count <= most) ordinary++
    }
    this.#sums[node]! += sum - this.#sums[node]! / memory
    this.#counts[node]! += ordinary - counts / memory
  }
}

/** The bits that choose both cells: other ones for each node, so that peers who share cells share them nowhere else. */
function wordOf(node: number, hash: number): number {
  return mix(hash ^ Math.imul(node, 0x9e3779b1))
}
