/** One channel's way out: its queue, those who wait for room in it, the message being sent, and how much it has sent. */
import type { Passed } from './metrics.ts'
import type { Channel } from './options.ts'
import { msgPacketBytes, writeMsgPacket } from './packets.ts'

/** Calls of `send` that wait for room in one channel's queue, most; one more is refused. Guess. */
export const MAX_WAITING = 1_024

interface Waiter {
  readonly message: Uint8Array
  readonly settle: (queued: boolean) => void
}

export class Outlet {
  readonly channel: Channel
  /** Bounded by the channel's `sendQueueCapacity`. */
  readonly #queue: Uint8Array[] = []
  /** Bounded by `MAX_WAITING`; each leaves when there is room or its time is over. */
  readonly #waiting: Waiter[] = []
  readonly #passed: Passed | undefined
  #sending: Uint8Array | undefined
  #sent = 0
  #recently = 0

  /** @param passed where to count what is sent, if anywhere */
  constructor(channel: Channel, passed?: Passed) {
    this.channel = channel
    this.#passed = passed
  }

  /** Messages that wait in the queue. */
  get queued(): number {
    return this.#queue.length
  }

  /** Bytes sent lately: a fifth of it is forgotten every two seconds. */
  get recentlySent(): number {
    return this.#recently
  }

  get hasRoom(): boolean {
    return this.#queue.length < this.channel.sendQueueCapacity
  }

  /** Whether there is anything to send. */
  get isPending(): boolean {
    return this.#sending !== undefined || this.#queue.length > 0
  }

  /** The channel with the least of these has its turn. */
  get ratio(): number {
    return this.#recently / this.channel.priority
  }

  /** Queues the message if there is room. */
  push(message: Uint8Array): boolean {
    if (!this.hasRoom) return false
    this.#queue.push(message)
    return true
  }

  /** Calls back once the message is queued; the way to give up. Nothing where too many wait already. */
  wait(message: Uint8Array, onQueued: (queued: boolean) => void): (() => void) | undefined {
    if (this.#waiting.length >= MAX_WAITING) return undefined
    const waiter = { message, settle: onQueued }
    this.#waiting.push(waiter)
    return () => {
      const place = this.#waiting.indexOf(waiter)
      if (place >= 0) this.#waiting.splice(place, 1)
    }
  }

  /** Nothing more is taken: whoever waits is told so. */
  refuse(): void {
    for (const waiter of this.#waiting.splice(0)) waiter.settle(false)
  }

  /** Bytes that the next packet takes in the stream. */
  nextBytes(maxPayload: number): number {
    const { length } = this.#current()
    const rest = length - this.#sent
    return msgPacketBytes(this.channel.id, rest <= maxPayload, Math.min(rest, maxPayload))
  }

  /** Writes the next packet; the offset after it. */
  write(into: Uint8Array, offset: number, maxPayload: number): number {
    const message = this.#current()
    const part = message.subarray(this.#sent, this.#sent + maxPayload)
    const eof = this.#sent + part.length === message.length
    const end = writeMsgPacket(into, offset, this.channel.id, eof, part)
    this.#recently += end - offset
    this.#sent += part.length
    if (eof) this.#sending = undefined
    if (this.#passed !== undefined) {
      this.#passed.bytes += end - offset
      if (eof) this.#passed.messages++
    }
    return end
  }

  decay(factor: number): void {
    this.#recently = Math.floor(this.#recently * factor)
  }

  /** The message being sent; the next one of the queue where there is none, which makes room for who waits. */
  #current(): Uint8Array {
    if (this.#sending === undefined) {
      this.#sending = this.#queue.shift()!
      this.#sent = 0
      const waiter = this.#waiting.shift()
      if (waiter !== undefined) {
        this.#queue.push(waiter.message)
        waiter.settle(true)
      }
    }
    return this.#sending
  }
}
