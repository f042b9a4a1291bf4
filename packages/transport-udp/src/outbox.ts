/**
 * Messages to one peer, taking turns piece by piece: a long one does not hold up the short ones behind it.
 */
import type { Outgoing, Piece } from './outgoing.ts'

export class Outbox {
  // Bounded by this host's own questions, and by the servings of the peer; what has arrived or is dropped leaves.
  readonly #messages = new Set<Outgoing>()

  get size(): number {
    return this.#messages.size
  }

  add(message: Outgoing): void {
    this.#messages.add(message)
  }

  remove(message: Outgoing): void {
    message.dropped = true
    this.#messages.delete(message)
  }

  /** The message whose turn it is; nothing where no piece waits. */
  next(): Outgoing | undefined {
    for (const message of this.#messages) if (message.isWaiting) return message
    return undefined
  }

  /** Takes a piece of the message, which then waits until all others have had their turn. */
  take(message: Outgoing): Piece {
    this.#messages.delete(message)
    this.#messages.add(message)
    return { message, index: message.take() }
  }

  /** A piece has arrived; true where its message is complete with it. */
  arrived({ message, index }: Piece): boolean {
    message.arrived(index)
    return message.hasArrived && this.#messages.delete(message)
  }
}
