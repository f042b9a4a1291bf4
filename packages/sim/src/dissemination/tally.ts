/**
 * What became of each message: who got it, how often, when and over how many hops.
 */

/** Figures over some messages. */
export interface Spread {
  /** Messages that the figures are over. */
  readonly messages: number
  /** Share of the nodes which live to the end that got a message: mean, and of the message that did worst. */
  readonly reliability: number
  readonly worst: number
  /** Relative message redundancy, payloads / (receivers − 1) − 1: mean. 0 is a tree. */
  readonly redundancy: number
  /** Hops until the last node had it: mean and most. */
  readonly lastHops: number
  readonly mostHops: number
  /** Ms until the last node had it: mean and most. */
  readonly lastMs: number
  readonly mostMs: number
  /** Announced ids, and messages asked for, by message and node. */
  readonly announced: number
  readonly grafted: number
}

interface Record {
  readonly publishedAt: number
  readonly publisher: number
  /** By node: when it came, or less than 0. */
  readonly at: Float64Array
  payloads: number
  lastHop: number
}

export class Tally {
  readonly #nodes: number
  // Bounded by the messages of the run.
  readonly #messages = new Map<string, Record>()
  announced = 0
  grafted = 0

  constructor(nodes: number) {
    this.#nodes = nodes
  }

  published(id: string, publisher: number, now: number): void {
    const at = new Float64Array(this.#nodes).fill(-1)
    at[publisher] = now
    this.#messages.set(id, { publishedAt: now, publisher, at, payloads: 0, lastHop: 0 })
  }

  /** A payload has arrived at a live node; one of an earlier tally counts no more. */
  payload(id: string): void {
    const message = this.#messages.get(id)
    if (message !== undefined) message.payloads++
  }

  /** A node got it for the first time. */
  got(id: string, node: number, hop: number, now: number): void {
    const message = this.#messages.get(id)
    if (message === undefined) return
    message.at[node] = now
    message.lastHop = Math.max(message.lastHop, hop)
  }

  /** The figures of all messages until now, over the nodes that are alive; a new tally begins. */
  conclude(alive: Uint8Array): Spread {
    const messages = [...this.#messages.values()]
    const live = alive.reduce((sum, isAlive) => sum + isAlive, 0)
    const shares: number[] = []
    const redundancies: number[] = []
    const hops: number[] = []
    const times: number[] = []
    for (const { publishedAt, at, payloads, lastHop } of messages) {
      const got = at.reduce((sum, time, node) => sum + (time >= 0 && alive[node] === 1 ? 1 : 0), 0)
      const receivers = at.reduce((sum, time) => sum + (time >= 0 ? 1 : 0), 0)
      shares.push(got / live)
      redundancies.push(payloads / Math.max(receivers - 1, 1) - 1)
      hops.push(lastHop)
      times.push(Math.max(...at) - publishedAt)
    }
    const spread: Spread = {
      messages: messages.length,
      reliability: mean(shares),
      worst: Math.min(...shares),
      redundancy: mean(redundancies),
      lastHops: mean(hops),
      mostHops: Math.max(...hops),
      lastMs: mean(times),
      mostMs: Math.max(...times),
      announced: this.announced / (messages.length * live),
      grafted: this.grafted / (messages.length * live)
    }
    this.#messages.clear()
    this.announced = 0
    this.grafted = 0
    return spread
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
