/**
 * The machine of one namespace: everything that a node decides in peer exchange, and nothing else. It never waits, sends
 * or stores: inputs go in with the time, outputs come out (events.ts), and the driver carries them out. One exchange of
 * our own at a time; requests of others are answered at any time, each in one step.
 */
import type { SizeEstimate } from './counting.ts'
import type { Entry } from './descriptor.ts'
import type { Input, Output } from './events.ts'
import type { Gossip } from './gossip.ts'
import { Initiator } from './initiator.ts'
import { Node } from './node.ts'
import { Pings } from './pings.ts'
import { between } from './random.ts'
import type { Rng } from './random.ts'
import type { PeerRecord } from './record.ts'
import { recovery, remember, restore } from './remembered.ts'
import type { Remembered } from './remembered.ts'
import { Responder } from './responder.ts'
import { self } from './roster.ts'
import { nobody } from './sampling/peers.ts'
import type { NetworkScope } from './scope.ts'
import type { View } from './view.ts'

export interface NamespaceInit {
  /** Our own record. */
  readonly own: PeerRecord
  readonly gossip: Gossip
  readonly rng: Rng
  /** How far the network reaches: a record without an address within it is held by nobody here. @default any address will do */
  readonly scope?: NetworkScope | undefined
  /** What an earlier run remembered. */
  readonly remembered?: Iterable<Remembered>
}

export class Namespace {
  readonly #node: Node
  readonly #pings: Pings
  readonly #initiator: Initiator
  readonly #responder: Responder

  constructor({ own, gossip, rng, scope, remembered = [] }: NamespaceInit) {
    this.#node = new Node(own, gossip, rng, scope)
    this.#pings = new Pings(this.#node)
    this.#initiator = new Initiator(this.#node, this.#pings)
    this.#responder = new Responder(this.#node, this.#pings)
    restore(this.#node, remembered)
    this.#node.roster.endStep()
  }

  /** Whom we know now. */
  get view(): View {
    return this.#node.view
  }

  /** Peers that stopped answering, pinged now and then. */
  get recovery(): readonly Entry[] {
    return recovery(this.#node)
  }

  /** The present round; after a restart it goes on so that no age falls before round 0. */
  get round(): number {
    return this.#node.round
  }

  /**
   * Random peers of the view, different ones, or all of them where there are fewer. Nobody is drawn again before everybody
   * of the present view has been.
   */
  sample(count: number): PeerRecord[] {
    return this.#node.sample(count)
  }

  /**
   * The next peer of the stream (stream.ts): a random one of those whose stay in the view has not been used; undefined when
   * there is nobody new yet, which may be otherwise after the next input.
   */
  next(): PeerRecord | undefined {
    return this.#node.next()
  }

  /** How many nodes there are; undefined before it is known. */
  get estimate(): SizeEstimate | undefined {
    return this.#node.counting.estimate
  }

  /** What should survive a restart. */
  remember(): Remembered[] {
    return remember(this.#node)
  }

  /** The one door: what happened goes in with the time, what to do about it comes out. */
  handle(now: number, input: Input): readonly Output[] {
    const node = this.#node
    node.outputs = []
    this.#handle(now, input)
    node.look()
    node.roster.endStep()
    return node.outputs
  }

  #handle(now: number, input: Input): void {
    switch (input.type) {
      case 'tick':
        return this.#tick(now)
      case 'bootstrap':
        return this.#initiator.bootstrap(input.contacts)
      case 'called':
        return this.#responder.called(now, input.from)
      case 'requested':
        return this.#responder.requested(now, input.from, input.question, input.places)
      case 'answered': {
        const { attempt, from, response, places } = input
        if (this.#initiator.has(attempt)) this.#initiator.answered(attempt, from, response, places)
        else if (this.#pings.has(attempt)) this.#pings.pong(attempt, from, response)
        return undefined
      }
      case 'unanswered':
        if (this.#initiator.has(input.attempt)) this.#initiator.unanswered(input.attempt, input.fault)
        else if (this.#pings.has(input.attempt)) this.#pings.silence(input.attempt, input.fault)
        return undefined
      case 'found':
        return this.#initiator.discovered(input.contact)
      case 'discovered':
        return this.#initiator.discovered(undefined)
      case 'offered':
        return this.#offered(input.records)
      case 'renewed':
        return this.#node.roster.renew(input.own)
    }
  }

  #tick(now: number): void {
    const { rng, gossip, outputs } = this.#node
    outputs.push({ type: 'wake', at: now + between(rng, gossip.tickMs / 2, gossip.tickMs) })
    this.#node.count()
    this.#initiator.tick()
  }

  /** Newer records of those we hold take their places; others come in as far as there is room. */
  #offered(records: readonly PeerRecord[]): void {
    const node = this.#node
    const { roster, sampling } = node
    for (const record of records) {
      const news = roster.compare(record)
      if (record.id === roster.own.id || !roster.isCallable(record) || news < 0) continue
      const known = roster.find(record.id)
      const held = known !== nobody && sampling.holds(self, known)
      if (held && news > 0) node.hear(record)
      // Who finds no place leaves no trace: what we know of others is not theirs to push out.
      if (sampling.views.isFull(self) || (held && sampling.isBuried(self, known))) continue
      sampling.learn(self, node.hear(record), 2)
    }
    node.look()
    if (node.outputs.length > 0) node.outputs.push({ type: 'persist' })
  }
}
