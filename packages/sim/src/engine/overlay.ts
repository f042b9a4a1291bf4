/**
 * A network that somebody else leads through its rounds: who comes, goes, turns hostile and is cut off is told from
 * outside, step by step. For suites, benchmarks and experiments that no scenario describes.
 */
import { PexError, limits } from '@pex/core'
import type { SamplingInit } from '@pex/core'
import { hub } from './attacks/hub.ts'
import { Immediate } from './immediate.ts'
import { Network } from './network.ts'
import { policyOf } from './simulate.ts'

export interface OverlayInit {
  /** A name from core's `policies`, or a policy of one's own. */
  readonly policy: string | SamplingInit['policy']
  /** Most nodes that will ever have joined. */
  readonly nodes: number
  /** c, from 1 to `limits.maxViewSize`. @default limits.viewSize */
  readonly viewSize?: number
  /** Records in a message, the own one included. @default what suits the policy */
  readonly exchangeSize?: number
  /** A safe integer: equal seeds and equal steps give equal networks, on every machine. */
  readonly seed: number
}

/** Nodes are numbers that go up from 0 as they join; a number that died is never given again. */
export class Overlay {
  readonly viewSize: number
  readonly #network: Network
  readonly #driver: Immediate
  readonly #row: Uint32Array
  readonly #most: number
  #joined = 0

  /** Throws `PEX_INVALID_PARAMETER` for a policy that there is none of. */
  constructor({ policy, nodes, viewSize = limits.viewSize, exchangeSize, seed }: OverlayInit) {
    const rules = policyOf(policy)
    this.viewSize = viewSize
    this.#most = nodes
    this.#network = new Network({
      policy: rules,
      nodes: 0,
      rows: nodes,
      strangers: 0,
      viewSize,
      exchangeSize: exchangeSize ?? rules.exchangeSize ?? limits.exchangeSize,
      seed
    })
    this.#driver = new Immediate(this.#network)
    this.#network.driver = this.#driver
    this.#row = new Uint32Array(viewSize)
  }

  /** A newcomer, told of one contact or of nobody. Returns its number; throws `PEX_INVALID_PARAMETER` where there is no more room. */
  join(contact?: number): number {
    if (this.#joined === this.#most)
      throw new PexError('PEX_INVALID_PARAMETER', `there is room for ${this.#most} nodes only`)
    if (contact === undefined) this.#network.add()
    else this.#network.join(contact)
    return this.#joined++
  }

  /** A live honest node dies, without a word. */
  kill(node: number): void {
    if (this.#network.isHonest(node)) this.#network.kill(node)
  }

  /** Honest nodes turn hostile: each pushes to a random honest node in every round, and shows nobody but its own kind. */
  turn(nodes: readonly number[]): void {
    this.#network.attack ??= hub(this.#network, { force: 1 })
    for (const node of nodes) if (this.#network.isHonest(node)) this.#network.turn(node)
  }

  /** While true, even and odd numbers hear nothing of each other. */
  split(isSplit: boolean): void {
    this.#network.split = isSplit
  }

  /** Every live node, in fresh random order, makes its round. */
  round(): void {
    this.#driver.play()
  }

  /** Whom a node holds. */
  view(node: number): number[] {
    return [...this.#row.subarray(0, this.#network.sampling.view(node, this.#row))]
  }

  /** Whom a node remembers beside its view. */
  memory(node: number): number[] {
    const { size, peers, counts } = this.#network.sampling.memory
    return [...peers.subarray(node * size, node * size + counts[node]!)]
  }
}
