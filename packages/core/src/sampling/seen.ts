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

/** With fewer network groups than that around, counts of groups say nothing. */
export const fewGroups = 64

/** What the square of a sum adds to its variance, since honest peers are not all alike: 15 %. */
const unlike = 0.0225

/** True where a sum of counts is so many standard deviations above what is usual; where nothing is known of that, never. */
export function exceeds(sum: number, usual: number, deviations: number): boolean {
  return usual > 0 && sum > usual + deviations * Math.sqrt(usual + unlike * usual * usual) + 1
}

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
    // Without branches: nobody could guess which one is the lower.
    const more = first - second
    const count = second + (more & (more >> 31))
    // Only the lower one is raised: the higher one is somebody else's (conservative update, Estan and Varghese 2002).
    if (count < 255) {
      cells[one] = first + ((more - 1) >>> 31)
      cells[other] = second + ((-1 - more) >>> 31)
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
    const words = this.#words
    const length = this.size / this.window / 4
    const row = node * (this.size / 4)
    // Steps by the golden section: a few rounds in a row look at parts of all ages.
    this.#look(node, row + ((round * golden) % this.window) * length, length)
    const first = row + (round % this.window) * length
    for (let at = first; at < first + length; at++) words[at] = (words[at]! >>> 1) & 0x7f7f7f7f
  }

  /**
   * Looks at some words of four cells each. What the cells come to is added up in halves of a word, which up to 512 cells cannot
   * overflow.
   */
  #look(node: number, first: number, length: number): void {
    const words = this.#words
    const counts = this.#counts[node]!
    const most = counts < 4 ? 254 : Math.min(Math.floor((2 * this.#sums[node]!) / counts) + 1, 255)
    let sum = 0
    let ordinary = 0
    for (let at = first; at < first + length; at++) {
      const word = words[at]!
      const even = word & 0x00ff00ff
      const odd = (word >>> 8) & 0x00ff00ff
      ordinary += within(even, 1, most) + within(odd, 1, most)
      sum += (even & mask(within(even, 2, most + 1))) + (odd & mask(within(odd, 2, most + 1)))
    }
    this.#sums[node]! += halves(sum) - this.#sums[node]! / memory
    this.#counts[node]! += halves(ordinary) - counts / memory
  }
}

/** For two cells, each in the lower half of 16 bits: 1 in each half whose cell is `low` to `high`. */
function within(pair: number, low: number, high: number): number {
  const least = pair + 0x0001_0001 * (256 - low)
  const above = pair + 0x0001_0001 * (255 - Math.min(high, 255))
  return ((least & ~above) >>> 8) & 0x0001_0001
}

/** All eight bits of a cell where there is a 1. */
function mask(ones: number): number {
  return (ones << 8) - ones
}

/** What both halves of a word come to. */
function halves(word: number): number {
  return (word & 0xffff) + (word >>> 16)
}

/** The bits that choose both cells: other ones for each node, so that peers who share cells share them nowhere else. */
function wordOf(node: number, hash: number): number {
  return mix(hash ^ Math.imul(node, 0x9e3779b1))
}
