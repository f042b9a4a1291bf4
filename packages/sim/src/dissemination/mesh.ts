/**
 * Neighbourhoods as a host keeps them: each node has links to so many peers out of its view and takes in so many from others;
 * a link is known at both ends. Who has died is found out by what is sent to it, and replaced from the view.
 */
import { sample } from '@pex/core'
import type { Rng } from '@pex/core'
import type { Overlay } from '../engine/overlay.ts'

export interface MeshInit {
  readonly overlay: Overlay
  readonly nodes: number
  /** Links that each node opens. */
  readonly links: number
  readonly rng: Rng
  /** Hears whenever somebody's links have changed. */
  readonly onChange: (node: number) => void
}

export class Mesh {
  readonly alive: Uint8Array
  readonly #init: MeshInit
  /** Neighbours by node, and which of them the node itself has called. Bounded by `links` and `mostIn`. */
  readonly #links: readonly Map<number, 'out' | 'in'>[]

  constructor(init: MeshInit) {
    this.#init = init
    this.alive = new Uint8Array(init.nodes).fill(1)
    this.#links = Array.from({ length: init.nodes }, () => new Map())
  }

  neighbours(node: number): number[] {
    return [...this.#links[node]!.keys()]
  }

  /** A node opens the links that it lacks, as far as its view goes. A dead peer takes its time, which `retry` is told of. */
  dial(node: number, retry: () => void): void {
    const { overlay, links, rng } = this.#init
    const mine = this.#links[node]!
    const view = overlay.view(node)
    for (const peer of sample(rng, view, view.length)) {
      if (this.#out(node) >= links) return
      if (mine.has(peer)) continue
      if (this.alive[peer] === 0) return retry()
      const theirs = this.#links[peer]!
      if (theirs.size - this.#out(peer) >= 2 * links) continue
      mine.set(peer, 'out')
      theirs.set(node, 'in')
      this.#init.onChange(peer)
      this.#init.onChange(node)
    }
  }

  /** A node has found out that a neighbour is gone. */
  drop(node: number, peer: number): void {
    if (this.#links[node]!.delete(peer)) this.#init.onChange(node)
  }

  #out(node: number): number {
    let count = 0
    for (const way of this.#links[node]!.values()) if (way === 'out') count++
    return count
  }
}
