/**
 * How many addresses a source group may tell unasked: a token bucket for each, as Bitcoin Core has one for each peer
 * (0.1 a second, 1 000 at most; what was asked for comes on top). It is of the group, because ids cost nothing.
 */
import { BoundedMap } from '@pex/core'
import type { BookRules } from './rules.ts'

interface Tokens {
  count: number
  /** What was asked for and has not come. */
  asked: number
  at: number
}

/** Groups remembered, most. Guess; who can speak from more of them loses only what their tokens had grown to. */
const GROUPS = 4_096

export class Allowance {
  readonly #everyMs: number
  readonly #burst: number
  /** Bounded by GROUPS, that of the group heard longest ago gives way; keyed by where a source is. */
  readonly #groups = new BoundedMap<string, Tokens>(GROUPS)

  constructor({ sourceEveryMs, sourceBurst }: BookRules) {
    this.#everyMs = sourceEveryMs
    this.#burst = sourceBurst
  }

  /** Takes one address of a source; false where it has told too many. */
  take(group: string, now: number): boolean {
    if (this.#everyMs === 0) return true
    const tokens = this.#tokens(group, now)
    if (tokens.asked >= 1) tokens.asked--
    else if (tokens.count >= 1) tokens.count--
    else return false
    return true
  }

  /** Somebody of the group was asked for so many addresses. */
  expect(group: string, count: number, now: number): void {
    if (this.#everyMs === 0) return
    const tokens = this.#tokens(group, now)
    tokens.asked = Math.min(tokens.asked + count, this.#burst)
  }

  #tokens(group: string, now: number): Tokens {
    const tokens = this.#groups.get(group) ?? { count: 1, asked: 0, at: now }
    const grown = Math.max(0, now - tokens.at) / this.#everyMs
    tokens.count = Math.min(this.#burst, tokens.count + grown)
    tokens.at = now
    this.#groups.set(group, tokens)
    return tokens
  }
}
