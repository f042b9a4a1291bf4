/**
 * Pictures of a running network: the snapshots that the metrics are computed from, and a hash of every view.
 */
import { mix } from '@pex/core'
import { state } from '../snapshot.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Network } from './network.ts'

export class Camera {
  readonly #network: Network
  readonly #row: Uint32Array
  readonly #picture: Snapshot

  constructor(network: Network) {
    this.#network = network
    const { rows, peers, viewSize, states, sides, sampling } = network
    this.#row = new Uint32Array(viewSize)
    this.#picture = {
      nodes: peers,
      viewSize,
      views: new Uint32Array(rows * viewSize),
      sizes: new Uint8Array(rows),
      states,
      sides,
      memorySize: sampling.memory.size,
      memories: sampling.memory.peers,
      memorySizes: sampling.memory.counts
    }
  }

  /** The network as it is now, until the next picture is taken or the next round played; rows of strangers are left out. */
  take(): Snapshot {
    const { rows, viewSize, states, sampling } = this.#network
    const { views, sizes } = this.#picture
    const row = this.#row
    for (let node = 0; node < rows; node++) {
      if (states[node] !== state.honest) continue
      const size = sampling.view(node, row)
      const start = node * viewSize
      for (let i = 0; i < size; i++) views[start + i] = row[i]!
      sizes[node] = size
    }
    return this.#picture
  }

  /** A picture to keep; without recovery memories. */
  keep(): Snapshot {
    const { views, sizes, states, ...rest } = this.take()
    return { ...rest, views: views.slice(), sizes: sizes.slice(), states: states.slice() }
  }
}

/** 16 hex digits that are equal for equal views, whatever the order of the entries in each. */
export function hashOf({ nodes, viewSize, views, sizes, states }: Snapshot): string {
  const row = new Uint32Array(viewSize)
  let high = 0x811c_9dc5
  let low = 0x9e37_79b9
  const take = (word: number): void => {
    high = mix(high ^ word)
    low = mix((low + word + 1) >>> 0) ^ high
  }
  for (let node = 0; node < nodes; node++) {
    if (states[node] !== state.honest) continue
    const size = sizes[node]!
    for (let i = 0; i < size; i++) row[i] = views[node * viewSize + i]!
    row.subarray(0, size).sort()
    take(node)
    take(size)
    for (let i = 0; i < size; i++) take(row[i]!)
  }
  return [high, low].map(word => (word >>> 0).toString(16).padStart(8, '0')).join('')
}
