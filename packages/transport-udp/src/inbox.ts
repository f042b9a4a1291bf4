/**
 * Questions of peers, from their first piece to the end of our answer, and what they may cost: so many for one peer and for
 * all, so many bytes, so long. Whoever is slow makes room for the next: the oldest goes first.
 */
import { Assembly } from './assembly.ts'
import type { UdpLimits } from './constants.ts'
import type { FragmentFrame } from './frames.ts'
import type { Outgoing } from './outgoing.ts'
import type { Peer } from './peer.ts'
import { ReplayWindow } from './replay.ts'

/** One question of a peer. */
export interface Serving {
  readonly peer: Peer
  /** The peer's number for it. */
  readonly id: number
  readonly deadline: number
  /** Its pieces, until it is whole. */
  assembly: Assembly | undefined
  /** Its answer, until the peer has it. */
  answer: Outgoing | undefined
}

/** What the questions of all peers cost together. */
export class Load {
  readonly #limits: UdpLimits
  // Bounded by maxIncomplete and maxIncompleteBytes, the oldest first; whoever has a session adds to it.
  readonly #incomplete = new Set<Serving>()
  // Bounded by maxRunning: handlers at work.
  readonly #running = new Set<Serving>()
  // Bounded by maxAnswerBytes and by each peer's servings: the oldest first.
  readonly #answers = new Set<Serving>()
  #incompleteBytes = 0
  #answerBytes = 0

  constructor(limits: UdpLimits) {
    this.#limits = limits
  }

  get incomplete(): number {
    return this.#incomplete.size
  }

  get incompleteBytes(): number {
    return this.#incompleteBytes
  }

  get running(): number {
    return this.#running.size
  }

  get answers(): number {
    return this.#answers.size
  }

  /** Makes room for a question that begins; returns those that have to go for it. */
  begin(serving: Serving): Serving[] {
    const evicted: Serving[] = []
    this.#incomplete.add(serving)
    this.#incompleteBytes += serving.assembly!.total
    const { maxIncomplete, maxIncompleteBytes } = this.#limits
    for (const oldest of this.#incomplete) {
      if (this.#incomplete.size <= maxIncomplete && this.#incompleteBytes <= maxIncompleteBytes) break
      this.end(oldest)
      evicted.push(oldest)
    }
    return evicted
  }

  /** A question is whole: false where too many handlers are at work. */
  run(serving: Serving): boolean {
    this.#complete(serving)
    if (this.#running.size >= this.#limits.maxRunning) return false
    this.#running.add(serving)
    return true
  }

  /** There is an answer; returns those whose answers have to go for it. */
  answer(serving: Serving): Serving[] {
    const evicted: Serving[] = []
    this.#running.delete(serving)
    this.#answers.add(serving)
    this.#answerBytes += serving.answer!.payload.length
    for (const oldest of this.#answers) {
      if (this.#answerBytes <= this.#limits.maxAnswerBytes) break
      this.end(oldest)
      evicted.push(oldest)
    }
    return evicted
  }

  end(serving: Serving): void {
    this.#complete(serving)
    this.#running.delete(serving)
    if (this.#answers.delete(serving)) this.#answerBytes -= serving.answer!.payload.length
  }

  #complete(serving: Serving): void {
    if (this.#incomplete.delete(serving)) this.#incompleteBytes -= serving.assembly!.total
  }
}

/** The questions of one peer. */
export class Inbox {
  readonly #limits: UdpLimits
  // Bounded by maxServingsPerPeer, in the order of their deadlines; the peer chooses the keys.
  readonly #servings = new Map<number, Serving>()
  readonly #seen: ReplayWindow
  #bytes = 0

  constructor(limits: UdpLimits) {
    this.#limits = limits
    this.#seen = new ReplayWindow(limits.replayWindow)
  }

  get size(): number {
    return this.#servings.size
  }

  /** The deadline that comes first; Infinity where there is none. */
  get deadline(): number {
    for (const { deadline } of this.#servings.values()) return deadline
    return Infinity
  }

  get(id: number): Serving | undefined {
    return this.#servings.get(id)
  }

  all(): Serving[] {
    return [...this.#servings.values()]
  }

  /** Whether the question with this number has been begun before: then it is never begun again. */
  isKnown(id: number): boolean {
    return this.#seen.has(id)
  }

  /** Begins a question with its first piece to come; nothing where the peer has too many in hand. */
  begin(now: number, peer: Peer, { id, total }: FragmentFrame): Serving | undefined {
    const { maxServingsPerPeer, maxIncompleteBytesPerPeer, servingMs } = this.#limits
    // What is refused once stays refused: its pieces count as arrived.
    this.#seen.add(id)
    if (this.#servings.size >= maxServingsPerPeer || this.#bytes + total > maxIncompleteBytesPerPeer)
      return undefined
    const serving = { peer, id, deadline: now + servingMs, assembly: new Assembly(total), answer: undefined }
    this.#servings.set(id, serving)
    this.#bytes += total
    return serving
  }

  /** Its pieces are not needed any more: they are whole, or nobody waits for the rest. */
  release(serving: Serving): Assembly {
    const assembly = serving.assembly!
    this.#bytes -= assembly.total
    serving.assembly = undefined
    return assembly
  }

  end(serving: Serving): void {
    if (!this.#servings.delete(serving.id)) return
    if (serving.assembly !== undefined) this.#bytes -= serving.assembly.total
    if (serving.answer !== undefined) serving.answer.dropped = true
  }
}
