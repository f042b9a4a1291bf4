/**
 * What a sampler has to show of itself to be judged: an adapter of a few lines over any implementation, ours or somebody
 * else's. Nodes are numbers.
 */
import { Stream } from '@pex/core'
import type { Rng, SamplingInit } from '@pex/core'
import { Overlay, seededRng } from '@pex/sim'

/** A network of nodes that all run the sampler. What is left out is not judged. */
export interface SamplerNetwork {
  /** A node joins, told of one contact that has joined before, or of nobody. Numbers go up from 0, each once. */
  join(node: number, contact: number | undefined): void
  /** A node dies without a word: whoever calls it from now on gets no answer. */
  kill(node: number): void
  /** One round: every live node, in random order, begins one exchange, and all of them are over. */
  round(): void | Promise<void>
  /** Whom a live node holds. */
  view(node: number): ArrayLike<number>
  /** Whom a live node remembers beside its view, if it does. */
  memory?(node: number): ArrayLike<number>
  /** One sample that an application at this node asks for; undefined where there is none at the moment. */
  draw?(node: number): number | undefined
  /** While true, even and odd numbers hear nothing of each other. */
  split?(isSplit: boolean): void
  /**
   * These nodes turn hostile: in every round each pushes its message to a random honest node; and it always answers, with
   * its own kind, itself among them, as fresh as can be and as many as a message holds.
   */
  turn?(nodes: readonly number[]): void
}

export interface Sampler {
  /** Names it in the tests. */
  readonly name: string
  /** c: places in a view, 255 at most. */
  readonly viewSize: number
  /** An empty network, with room for so many nodes over its life. All chance is to come from the seed. */
  create(nodes: number, seed: number): SamplerNetwork
}

export interface PolicySamplerOptions {
  /** c @default 20 */
  readonly viewSize?: number
  /** Records in a message. @default what suits the policy */
  readonly exchangeSize?: number
}

/** A policy as a sampler, by its name in core's `policies` or one's own: the shipped core in `@pex/sim`. */
export function policySampler(
  policy: string | SamplingInit['policy'],
  { viewSize = 20, exchangeSize }: PolicySamplerOptions = {}
): Sampler {
  return {
    name: typeof policy === 'string' ? policy : policy.name,
    viewSize,
    create: (nodes, seed) =>
      new PolicyNetwork(
        new Overlay({
          policy,
          nodes,
          viewSize,
          seed,
          ...(exchangeSize === undefined ? {} : { exchangeSize })
        }),
        seededRng(seed, 4)
      )
  }
}

class PolicyNetwork implements SamplerNetwork {
  readonly #overlay: Overlay
  readonly #rng: Rng
  // Bounded by the nodes that somebody draws at.
  readonly #streams = new Map<number, Stream>()

  constructor(overlay: Overlay, rng: Rng) {
    this.#overlay = overlay
    this.#rng = rng
  }

  join(_node: number, contact: number | undefined): void {
    this.#overlay.join(contact)
  }

  kill(node: number): void {
    this.#overlay.kill(node)
  }

  round(): void {
    this.#overlay.round()
    for (const stream of this.#streams.values()) stream.begin()
  }

  view(node: number): number[] {
    return this.#overlay.view(node)
  }

  memory(node: number): number[] {
    return this.#overlay.memory(node)
  }

  /** What a host's `stream()` gives. */
  draw(node: number): number | undefined {
    const stream = this.#streams.get(node) ?? new Stream(this.#overlay.viewSize)
    this.#streams.set(node, stream)
    const view = Uint32Array.from(this.view(node))
    stream.observe(view, view.length)
    return stream.next(this.#rng)
  }

  split(isSplit: boolean): void {
    this.#overlay.split(isSplit)
  }

  turn(nodes: readonly number[]): void {
    this.#overlay.turn(nodes)
  }
}
