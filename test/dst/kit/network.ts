/** The weather of a run: what faults are on at the moment, made into conditions of the network in memory. */
import type { MemoryNetwork } from '@pex/transport-memory'

/** What a fault does to the network while it lasts. */
export interface Effect {
  readonly loss?: number
  readonly duplication?: number
  /** Messages take up to so long, ms, and overtake each other. */
  readonly latencyMs?: number
  /** Directions that carry nothing. */
  readonly cuts?: readonly (readonly [from: string, to: string])[]
  /** Whoever is in none of them is one more group. */
  readonly groups?: readonly (readonly string[])[]
}

/** A quiet network: from 2 to 40 ms. */
const CALM_MS = [2, 40] as const

export class Weather {
  readonly #links: MemoryNetwork
  /** Bounded by the faults of a plan. */
  readonly #effects = new Set<Effect>()

  constructor(links: MemoryNetwork) {
    this.#links = links
    this.#apply()
  }

  /** From now on, until the returned function is called. */
  add(effect: Effect): () => void {
    this.#effects.add(effect)
    this.#apply()
    return () => {
      if (this.#effects.delete(effect)) this.#apply()
    }
  }

  clear(): void {
    this.#effects.clear()
    this.#apply()
  }

  #apply(): void {
    const all = [...this.#effects]
    const most = (pick: (effect: Effect) => number | undefined): number =>
      Math.max(0, ...all.map(effect => pick(effect) ?? 0))
    this.#links.loss = most(({ loss }) => loss)
    this.#links.duplication = most(({ duplication }) => duplication)
    this.#links.latencyMs = [
      CALM_MS[0],
      Math.max(
        CALM_MS[1],
        most(({ latencyMs }) => latencyMs)
      )
    ]
    this.#links.heal()
    // The latest split counts; two at a time would mostly leave everybody alone.
    const split = all.findLast(({ groups }) => groups !== undefined)
    if (split?.groups !== undefined) this.#links.partition(split.groups)
    for (const { cuts = [] } of all) for (const [from, to] of cuts) this.#links.cut(from, to)
  }
}
