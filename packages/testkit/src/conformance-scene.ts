/**
 * A sampler's network on the stage: leads it through rounds, keeps in mind who lives, and takes the snapshots that the
 * metrics of `@pex/sim/metrics` are computed from.
 */
import { below } from '@pex/core'
import type { Rng } from '@pex/core'
import { seededRng, state } from '@pex/sim'
import type { Snapshot } from '@pex/sim'
import type { Sampler, SamplerNetwork } from './conformance-sampler.ts'

export class Scene {
  readonly network: SamplerNetwork
  readonly viewSize: number
  readonly rng: Rng
  /** Entries seen in views that have no business there: the owner, somebody twice, nobody who ever joined, one too many. */
  faults = 0
  #joined = 0
  readonly #states: Uint8Array

  /** An empty network with room for so many nodes. */
  constructor(sampler: Sampler, nodes: number, seed: number) {
    this.network = sampler.create(nodes, seed)
    this.viewSize = sampler.viewSize
    this.rng = seededRng(seed, 5)
    this.#states = new Uint8Array(nodes)
  }

  get live(): number[] {
    const nodes = Array.from({ length: this.#joined }, (_, node) => node)
    return nodes.filter(node => this.#states[node] === state.honest)
  }

  /** Newcomers, each told of a random live node. */
  join(count: number): void {
    for (let i = 0; i < count; i++) this.#join(this.#joined === 0 ? undefined : this.#anybody())
  }

  /** Newcomers that are all told of node 0. */
  joinStar(count: number): void {
    for (let i = 0; i < count; i++) this.#join(this.#joined === 0 ? undefined : 0)
  }

  #join(contact: number | undefined): void {
    this.network.join(this.#joined, contact)
    this.#states[this.#joined++] = state.honest
  }

  /** A random live honest node. */
  #anybody(): number {
    for (;;) {
      const node = below(this.rng, this.#joined)
      if (this.#states[node] === state.honest) return node
    }
  }

  /** Random nodes die. */
  kill(count: number): void {
    for (let i = 0; i < count; i++) {
      const node = this.#anybody()
      this.network.kill(node)
      this.#states[node] = state.dead
    }
  }

  /** Random nodes turn hostile. */
  turn(count: number): void {
    const nodes: number[] = []
    while (nodes.length < count) {
      const node = this.#anybody()
      this.#states[node] = state.hostile
      nodes.push(node)
    }
    this.network.turn!(nodes)
  }

  async play(rounds: number, watch?: (round: number) => void): Promise<void> {
    for (let round = 1; round <= rounds; round++) {
      await this.network.round()
      watch?.(round)
    }
  }

  /** The network as it is now. */
  snapshot(): Snapshot {
    const { viewSize } = this
    const nodes = this.#states.length
    const views = new Uint32Array(nodes * viewSize)
    const sizes = new Uint8Array(nodes)
    const memories: number[][] = []
    for (const node of this.live) {
      const row = this.#sound(node, this.network.view(node))
      views.set(row, node * viewSize)
      sizes[node] = row.length
      memories[node] = Array.from(this.network.memory?.(node) ?? [])
    }
    const memorySize = memories.reduce((most, row) => Math.max(most, row.length), 0)
    const packed = new Uint32Array(nodes * memorySize)
    const memorySizes = new Uint8Array(nodes)
    for (const [node, row] of memories.entries()) {
      packed.set(row ?? [], node * memorySize)
      memorySizes[node] = row?.length ?? 0
    }
    const sides = Uint8Array.from({ length: nodes }, (_, node) => node % 2)
    const states = this.#states.slice()
    return { nodes, viewSize, views, sizes, states, sides, memorySize, memories: packed, memorySizes }
  }

  /** A view without what has no business there. */
  #sound(node: number, view: ArrayLike<number>): number[] {
    const held = new Set<number>()
    for (let i = 0; i < view.length; i++) {
      const peer = view[i]!
      const isSomebody = Number.isInteger(peer) && peer >= 0 && peer < this.#joined
      if (isSomebody && peer !== node && !held.has(peer) && held.size < this.viewSize) held.add(peer)
      else this.faults++
    }
    return [...held]
  }
}
