/**
 * Messages that wait for the application's verdict: bounded in number and bytes, in all and for each sender, and for so
 * long. Who is known to have one needs not be sent it.
 */
import { bounds } from './bounds.ts'
import type { Message } from './message.ts'

export interface Pending {
  readonly message: Message
  readonly from: string
  readonly hop: number
  readonly due: number
  /** Who has sent it meanwhile, the first one included. Bounded by the neighbours, and the first sender. */
  readonly senders: Set<string>
  /** Who has announced it. Bounded by the neighbours. */
  readonly announcers: Set<string>
}

export class PendingMessages {
  // Bounded by `pending` and `pendingBytes`; keyed by hashes that we have computed ourselves.
  readonly #pending = new Map<string, Pending>()
  // Bounded by `pending`: a sender without anything pending leaves; keyed by authenticated ids.
  readonly #bySender = new Map<string, { count: number; bytes: number }>()
  #bytes = 0

  get size(): number {
    return this.#pending.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get due(): number {
    const [first] = this.#pending.values()
    return first?.due ?? Infinity
  }

  get(id: string): Pending | undefined {
    return this.#pending.get(id)
  }

  hasRoom(from: string, { payload }: Message): boolean {
    const { count, bytes } = this.#bySender.get(from) ?? { count: 0, bytes: 0 }
    return (
      this.#pending.size < bounds.pending &&
      this.#bytes + payload.length <= bounds.pendingBytes &&
      count < bounds.pendingPerPeer &&
      bytes + payload.length <= bounds.pendingBytesPerPeer
    )
  }

  add(id: string, pending: Pending): void {
    this.#pending.set(id, pending)
    const share = this.#bySender.get(pending.from) ?? { count: 0, bytes: 0 }
    share.count++
    share.bytes += pending.message.payload.length
    this.#bySender.set(pending.from, share)
    this.#bytes += pending.message.payload.length
  }

  /** Takes one out, if it is still there. */
  take(id: string): Pending | undefined {
    const pending = this.#pending.get(id)
    if (pending === undefined) return undefined
    this.#pending.delete(id)
    const share = this.#bySender.get(pending.from)!
    share.count--
    share.bytes -= pending.message.payload.length
    if (share.count === 0) this.#bySender.delete(pending.from)
    this.#bytes -= pending.message.payload.length
    return pending
  }

  /** The ids of those that have waited too long. */
  overdue(now: number): string[] {
    const ids: string[] = []
    for (const [id, { due }] of this.#pending) {
      if (due > now) break
      ids.push(id)
    }
    return ids
  }
}
