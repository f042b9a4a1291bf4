/**
 * A broadcast over an overlay of the core's own sampling, in virtual time: every node runs the shipped machine of
 * `@pex/broadcast`, its neighbours come from its view, messages take their time, and the dead are found out by what is sent
 * to them. Flooding is the same machine in its other mode.
 */
import { BroadcastMachine } from '@pex/broadcast'
import type { Frame, Input } from '@pex/broadcast'
import { below, between, limits, PexError } from '@pex/core'
import type { Rng } from '@pex/core'
import { Overlay } from '../engine/overlay.ts'
import { seededRng } from '../engine/rng.ts'
import { Mesh } from './mesh.ts'
import { Tally } from './tally.ts'
import type { Spread } from './tally.ts'
import { Timeline } from './timeline.ts'

export interface DisseminationOptions {
  /** From 2 to 100 000. */
  readonly nodes: number
  /** `flood` pushes to every neighbour. @default 'tree' */
  readonly mode?: 'tree' | 'flood'
  /** Links that each node opens; it takes in up to twice as many. @default 4 */
  readonly links?: number
  /** Messages in steady state, after as many that nobody counts while the tree forms. @default 50 */
  readonly messages?: number
  /** Share of the nodes that die at once after them; then as many messages again. @default 0 */
  readonly crash?: number
  /** Ms between two messages, each from a random live node. @default 1 000 */
  readonly everyMs?: number
  /** One hop, ms: uniform between two bounds. @default [10, 100] */
  readonly latencyMs?: readonly [least: number, most: number]
  /** Ms until what is sent to a dead node has failed. @default 1 000 */
  readonly failMs?: number
  /** Chance that one push, announcement, graft or prune is lost, and nobody is told. @default 0 */
  readonly loss?: number
  /** A safe integer: equal seeds give equal runs, on every machine. */
  readonly seed: number
}

export interface Dissemination {
  /** Neighbours that a node has, mean. */
  readonly degree: number
  readonly steady: Spread
  /** Messages from the crash on; nothing where there was none. */
  readonly crashed: Spread | undefined
}

/** Rounds of sampling before anybody has neighbours. */
const warmUpRounds = 40
/** Sampling goes on: a round every so many ms. */
const tickMs = 10_000
/** Ms until the last repair is over. */
const drainMs = 30_000

const PROTOCOL = 'test'

/** Runs a broadcast. Throws `PEX_INVALID_PARAMETER` for options that make no sense. */
export function runDissemination(options: DisseminationOptions): Dissemination {
  const { nodes, crash = 0, messages = 50, everyMs = 1_000 } = options
  if (!Number.isInteger(nodes) || nodes < 2 || nodes > 100_000)
    throw new PexError('PEX_INVALID_PARAMETER', 'nodes must be an integer between 2 and 100000')
  if (!(crash >= 0 && crash < 1)) throw new PexError('PEX_INVALID_PARAMETER', 'crash must be a share below 1')
  if (!Number.isInteger(messages) || messages < 1)
    throw new PexError('PEX_INVALID_PARAMETER', 'messages must be an integer of 1 or more')
  const network = new Network(options)
  network.play(messages, everyMs)
  network.conclude()
  network.play(messages, everyMs)
  const { degree } = network
  const steady = network.conclude()
  if (crash === 0) return { degree, steady, crashed: undefined }
  network.kill(Math.floor(crash * nodes))
  network.play(messages, everyMs)
  return { degree, steady, crashed: network.conclude() }
}

class Network {
  readonly #timeline = new Timeline()
  readonly #overlay: Overlay
  readonly #mesh: Mesh
  readonly #machines: readonly BroadcastMachine[]
  readonly #names: readonly string[]
  /** When each node is to be woken. */
  readonly #wakeAt: Float64Array
  readonly #tally: Tally
  readonly #rng: Rng
  readonly #latencyMs: readonly [number, number]
  readonly #failMs: number
  readonly #loss: number

  constructor(options: DisseminationOptions) {
    const { nodes, seed, mode = 'tree', links = 4, latencyMs = [10, 100], failMs = 1_000, loss = 0 } = options
    this.#rng = seededRng(seed, 7)
    this.#latencyMs = latencyMs
    this.#failMs = failMs
    this.#loss = loss
    this.#tally = new Tally(nodes)
    this.#names = Array.from({ length: nodes }, (_, node) => String(node))
    this.#wakeAt = new Float64Array(nodes).fill(Infinity)
    this.#overlay = warm(nodes, seed)
    // Ids need not be hard to guess where nobody is hostile.
    let ids = 0
    const nonces = seededRng(seed, 9)
    const idOf = (): string => `message ${ids++}`
    this.#machines = this.#names.map(() => new BroadcastMachine({ mode, idOf, rng: nonces }))
    for (const machine of this.#machines) machine.register(PROTOCOL, 'mid')
    const onChange = (node: number): void => this.#meet(node)
    this.#mesh = new Mesh({ overlay: this.#overlay, nodes, links, rng: this.#rng, onChange })
    for (let node = 0; node < nodes; node++) this.#dial(node)
    this.#timeline.after(tickMs, () => this.#tick())
  }

  /** Neighbours that a live node has, mean. */
  get degree(): number {
    const live = this.#names.map((_, node) => node).filter(node => this.#mesh.alive[node] === 1)
    return live.reduce((sum, node) => sum + this.#mesh.neighbours(node).length, 0) / live.length
  }

  /** Publishes messages, and waits until the last one has gone round. */
  play(messages: number, everyMs: number): void {
    for (let i = 0; i < messages; i++) {
      this.#publish(this.#randomLive())
      this.#timeline.advance(everyMs)
    }
    this.#timeline.advance(drainMs)
  }

  kill(count: number): void {
    for (let i = 0; i < count; i++) {
      const node = this.#randomLive()
      this.#mesh.alive[node] = 0
      this.#overlay.kill(node)
    }
  }

  conclude(): Spread {
    return this.#tally.conclude(this.#mesh.alive)
  }

  #randomLive(): number {
    for (;;) {
      const node = below(this.#rng, this.#names.length)
      if (this.#mesh.alive[node] === 1) return node
    }
  }

  #tick(): void {
    this.#overlay.round()
    for (let node = 0; node < this.#names.length; node++) if (this.#mesh.alive[node] === 1) this.#dial(node)
    this.#timeline.after(tickMs, () => this.#tick())
  }

  #dial(node: number): void {
    this.#mesh.dial(node, () => {
      this.#timeline.after(this.#failMs, () => {
        if (this.#mesh.alive[node] === 1) this.#dial(node)
      })
    })
  }

  #meet(node: number): void {
    const ids = this.#mesh.neighbours(node).map(peer => this.#names[peer]!)
    this.#handle(node, { type: 'neighbours', ids })
  }

  #publish(node: number): void {
    this.#handle(node, { type: 'published', message: { protocol: PROTOCOL, payload: new Uint8Array() } })
  }

  #handle(node: number, input: Input): void {
    const { now } = this.#timeline
    for (const output of this.#machines[node]!.handle(now, input)) {
      switch (output.type) {
        case 'published':
          this.#tally.published(output.id, node, now)
          break
        case 'send':
          this.#send(node, Number(output.to), output.frame)
          break
        case 'validate':
          this.#tally.got(output.id, node, output.hop, now)
          this.#handle(node, { type: 'judged', id: output.id, verdict: 'valid' })
          break
        case 'invalid':
          break
        case 'wake':
          this.#wakeUp(node, output.at)
      }
    }
  }

  /** For the earliest wish alone: what was wished for later is wished for again then. */
  #wakeUp(node: number, at: number): void {
    if (at >= this.#wakeAt[node]!) return
    this.#wakeAt[node] = at
    this.#timeline.after(at - this.#timeline.now, () => {
      if (this.#wakeAt[node] !== at || this.#mesh.alive[node] === 0) return
      this.#wakeAt[node] = Infinity
      this.#handle(node, { type: 'wake' })
    })
  }

  #send(from: number, to: number, frame: Frame): void {
    if (frame.kind === 'announce') this.#tally.announced += frame.announced.length
    if (frame.kind === 'graft') this.#tally.grafted += frame.ids.length
    if (this.#loss > 0 && this.#rng() < this.#loss * 2 ** 32) return
    this.#timeline.after(between(this.#rng, ...this.#latencyMs), () => {
      if (this.#mesh.alive[to] === 0) this.#timeline.after(this.#failMs, () => this.#unreachable(from, to))
      else {
        if (frame.kind === 'data') this.#tally.payload(frame.id)
        this.#handle(to, { type: 'received', from: this.#names[from]!, frames: [frame] })
      }
    })
  }

  #unreachable(node: number, peer: number): void {
    if (this.#mesh.alive[node] === 0) return
    this.#handle(node, { type: 'unreachable', id: this.#names[peer]! })
    this.#mesh.drop(node, peer)
    this.#dial(node)
  }
}

/** An overlay whose views are well mixed. */
function warm(nodes: number, seed: number): Overlay {
  const viewSize = Math.min(limits.viewSize, Math.max(1, nodes - 1))
  const overlay = new Overlay({ policy: 'balanced', nodes, viewSize, seed })
  const rng = seededRng(seed, 8)
  overlay.join()
  for (let node = 1; node < nodes; node++) overlay.join(below(rng, node))
  for (let round = 0; round < warmUpRounds; round++) overlay.round()
  return overlay
}
