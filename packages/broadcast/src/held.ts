/**
 * Valid messages that are kept for those that lack them: so many, so many bytes, for so long; the first to come is the first
 * to go.
 */
import type { Message } from './message.ts'

interface Held {
  readonly message: Message
  /** Hops that it has come when it arrives at a neighbour. */
  readonly hop: number
  readonly since: number
  /** Who has asked for it. Bounded by `askers`. */
  readonly askedBy: Set<string>
}

export class HeldMessages {
  readonly #most: number
  readonly #mostBytes: number
  readonly #forMs: number
  // Bounded by count, bytes and time; keyed by hashes of what the application has called valid.
  readonly #held = new Map<string, Held>()
  #bytes = 0

  constructor(most: number, mostBytes: number, forMs: number) {
    this.#most = most
    this.#mostBytes = mostBytes
    this.#forMs = forMs
  }

  get size(): number {
    return this.#held.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** When the next one has to go. */
  get due(): number {
    const [first] = this.#held.values()
    return first === undefined ? Infinity : first.since + this.#forMs
  }

  get(id: string): Held | undefined {
    return this.#held.get(id)
  }

  add(id: string, message: Message, hop: number, now: number): void {
    this.#held.set(id, { message, hop, since: now, askedBy: new Set() })
    this.#bytes += message.payload.length
    for (const [oldest, { message }] of this.#held) {
      if (this.#held.size <= this.#most && this.#bytes <= this.#mostBytes) break
      this.#drop(oldest, message)
    }
  }

  /** Lets go of those whose time is over. */
  expire(now: number): void {
    for (const [id, { since, message }] of this.#held) {
      if (since + this.#forMs > now) break
      this.#drop(id, message)
    }
  }

  /** The latest ones, newest last. */
  latest(count: number): [id: string, held: Held][] {
    return [...this.#held].slice(-count)
  }

  #drop(id: string, { payload }: Message): void {
    this.#held.delete(id)
    this.#bytes -= payload.length
  }
}
