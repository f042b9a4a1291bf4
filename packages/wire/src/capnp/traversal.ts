/**
 * Pointers of a Cap'n Proto message (encoding specification, "Structs", "Lists", "Inter-Segment Pointers"): from a pointer's
 * place to what it points at, within its segment and within what may be read of one message altogether.
 */
import { capnpReject, isCapnpRejection } from './rejection.ts'
import type { CapnpRejection } from './rejection.ts'

/** Where some content begins. */
export interface Place {
  readonly segment: DataView
  /** Bytes from the segment's beginning. */
  readonly offset: number
}

/** A struct that lies within its segment. */
export interface StructContent extends Place {
  readonly kind: 'struct'
  readonly dataBytes: number
  readonly pointers: number
}

/** A list that lies within its segment; the pointer's own words, before a composite list's tag is looked at. */
export interface ListContent extends Place {
  readonly kind: 'list'
  /** The element size as the pointer says it, 0 to 7. */
  readonly size: number
  /** Elements; for composite lists words, the tag not counted. */
  readonly count: number
}

const WORD = 8
const COMPOSITE = 7

/** Bits of an element, by what a list pointer says; pointers are words, composite lists are counted in words. */
const ELEMENT_BITS = [0, 1, 8, 16, 32, 64, 64, 64] as const

/** What pointers of one message may still cost. */
export class Traversal {
  readonly #segments: readonly DataView[]
  #words: number

  constructor(segments: readonly DataView[], words: number) {
    this.#segments = segments
    this.#words = words
  }

  get first(): DataView {
    return this.#segments[0]!
  }

  /** Takes so many words off what may still be read. */
  spend(words: number): CapnpRejection | undefined {
    if (words > this.#words) return capnpReject('traversal-limit')
    this.#words -= words
    return undefined
  }

  /** What the pointer at this place points at; nothing for a null pointer. */
  follow({ segment, offset }: Place): StructContent | ListContent | undefined | CapnpRejection {
    const low = segment.getUint32(offset, true)
    const high = segment.getUint32(offset + 4, true)
    if (low === 0 && high === 0) return undefined
    if ((low & 3) !== 2) {
      const distance = (low | 0) >> 2
      return this.#content({ segment, offset: offset + WORD + distance * WORD }, low, high)
    }
    return this.#far(low, high)
  }

  /** A far pointer leads to a landing pad: a pointer beside its content, or (of two words) another far pointer and a tag. */
  #far(low: number, high: number): StructContent | ListContent | undefined | CapnpRejection {
    const double = (low & 4) !== 0
    const pad = this.#at(low, high, double ? 2 * WORD : WORD)
    if (isCapnpRejection(pad)) return pad
    const spent = this.spend(double ? 2 : 1)
    if (spent !== undefined) return spent
    const { segment, offset } = pad
    const padLow = segment.getUint32(offset, true)
    const padHigh = segment.getUint32(offset + 4, true)
    if (!double) return (padLow & 3) === 2 ? capnpReject('bad-far-pointer') : this.follow(pad)
    // Of the two words the first has to be a single far pointer, the second a pointer's description without a distance.
    if ((padLow & 7) !== 2) return capnpReject('bad-far-pointer')
    const start = this.#at(padLow, padHigh, 0)
    if (isCapnpRejection(start)) return start
    const tagLow = segment.getUint32(offset + WORD, true)
    if ((tagLow & 3) === 2 || tagLow >>> 2 !== 0) return capnpReject('bad-far-pointer')
    return this.#content(start, tagLow, segment.getUint32(offset + WORD + 4, true))
  }

  /** The place that a far pointer names, with so many bytes there. */
  #at(low: number, high: number, bytes: number): Place | CapnpRejection {
    const segment = this.#segments[high]
    if (segment === undefined) return capnpReject('bad-far-pointer')
    const offset = (low >>> 3) * WORD
    return offset + bytes > segment.byteLength ? capnpReject('out-of-bounds') : { segment, offset }
  }

  #content(
    { segment, offset }: Place,
    low: number,
    high: number
  ): StructContent | ListContent | CapnpRejection {
    switch (low & 3) {
      case 0: {
        const dataBytes = (high & 0xffff) * WORD
        const pointers = high >>> 16
        const wrong = this.#claim({ segment, offset }, dataBytes / WORD + pointers)
        return wrong ?? { kind: 'struct', segment, offset, dataBytes, pointers }
      }
      case 1: {
        const size = high & 7
        const count = high >>> 3
        const words = Math.ceil((count * ELEMENT_BITS[size]!) / 64) + (size === COMPOSITE ? 1 : 0)
        // A list of nothings costs no bytes, and whoever counts to its end pays for each.
        const wrong = this.#claim({ segment, offset }, words, size === 0 ? count : words)
        return wrong ?? { kind: 'list', segment, offset, size, count }
      }
      default:
        // A capability: there is nobody behind a datagram or a file who could be called.
        return capnpReject('bad-pointer')
    }
  }

  #claim({ segment, offset }: Place, words: number, cost: number = words): CapnpRejection | undefined {
    if (offset < 0 || offset + words * WORD > segment.byteLength) return capnpReject('out-of-bounds')
    return this.spend(Math.max(cost, 1))
  }
}
