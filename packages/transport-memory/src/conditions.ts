/**
 * How well the network works: latency, loss and duplication, changeable while it runs, each checked when it is set.
 */
import { between, chance, PexError } from '@pex/core'
import type { Rng } from '@pex/core'

/** The way of one message in ms: always the same, or uniform between two bounds (messages then overtake each other). */
export type Latency = number | readonly [minMs: number, maxMs: number]

export interface Conditions {
  /** One way, in ms. @default 0 */
  latencyMs: Latency
  /** Chance that one message (a question, an answer or a refusal) is lost, 0 to 1. @default 0 */
  loss: number
  /** Chance that a question arrives twice, as a carrier that repeats itself lets it, 0 to 1. @default 0 */
  duplication: number
}

/** What happens to one message. */
export interface Fate {
  readonly lost: boolean
  readonly latencyMs: number
}

/** Conditions that can be changed, and that decide each message's fate by the network's chance. */
export class Weather implements Conditions {
  readonly #rng: Rng
  #latency: readonly [number, number] = [0, 0]
  #loss = 0
  #duplication = 0

  constructor(rng: Rng, conditions: Partial<Conditions>) {
    this.#rng = rng
    this.latencyMs = conditions.latencyMs ?? 0
    this.loss = conditions.loss ?? 0
    this.duplication = conditions.duplication ?? 0
  }

  get latencyMs(): Latency {
    const [min, max] = this.#latency
    return min === max ? min : this.#latency
  }

  set latencyMs(latency: Latency) {
    const [min, max] = typeof latency === 'number' ? [latency, latency] : latency
    if (!(min >= 0 && max >= min && max < Infinity)) {
      throw new PexError(
        'PEX_INVALID_PARAMETER',
        `latencyMs is a number >= 0 or [min, max], not ${String(latency)}`
      )
    }
    this.#latency = [min, max]
  }

  get loss(): number {
    return this.#loss
  }

  set loss(probability: number) {
    this.#loss = checked('loss', probability)
  }

  get duplication(): number {
    return this.#duplication
  }

  set duplication(probability: number) {
    this.#duplication = checked('duplication', probability)
  }

  /** Always two draws, so that a change of conditions does not shift the chance of later messages. */
  fate(): Fate {
    const lost = chance(this.#rng, this.#loss)
    return { lost, latencyMs: between(this.#rng, ...this.#latency) }
  }

  /** How often the next question is sent. */
  copies(): number {
    return chance(this.#rng, this.#duplication) ? 2 : 1
  }
}

function checked(name: string, probability: number): number {
  if (probability >= 0 && probability <= 1) return probability
  throw new PexError('PEX_INVALID_PARAMETER', `${name} is a probability from 0 to 1, not ${probability}`)
}
