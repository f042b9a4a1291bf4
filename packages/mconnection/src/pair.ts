/** Two ends of a stream in memory: for tests, and for two parties that live in one process. */
import { PexError } from '@pex/core'
import type { Duplex } from './duplex.ts'

/** Bytes that a direction holds before its writer has to wait. */
const ROOM = 65_536

/** Two connected ends; what one writes the other reads, chunk by chunk. @param room bytes held each way, default 64 KiB */
export function duplexPair(room: number = ROOM): [Duplex, Duplex] {
  const there = new Lane(room)
  const back = new Lane(room)
  return [new End(there, back), new End(back, there)]
}

/** One direction. */
class Lane {
  readonly #room: number
  /** Bounded by `#room`: a writer waits while it is full, and holds one chunk. */
  readonly #chunks: Uint8Array[] = []
  #held = 0
  #ended = false
  /** Why it broke, as the writer and the reader hear it. */
  #broken: { readonly writer: Error; readonly reader: Error } | undefined
  /** Bounded by the calls under way at the two ends; all leave at the next change. */
  #waiting: (() => void)[] = []

  constructor(room: number) {
    this.#room = room
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#check()
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#held += chunk.length
    this.#changed()
    while (this.#held > this.#room) {
      await this.#change()
      this.#check()
    }
  }

  async *read(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      if (this.#broken !== undefined) throw this.#broken.reader
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) {
        this.#held -= chunk.length
        this.#changed()
        yield chunk
      } else if (this.#ended) return
      else await this.#change()
    }
  }

  end(): void {
    this.#ended = true
    this.#changed()
  }

  break(writer: Error, reader: Error): void {
    if (this.#ended && this.#chunks.length === 0) return
    this.#broken ??= { writer, reader }
    this.#chunks.length = 0
    this.#held = 0
    this.#changed()
  }

  /** Resolves when the reader has taken everything, or never will. */
  async drained(): Promise<void> {
    while (this.#chunks.length > 0) await this.#change()
  }

  #check(): void {
    if (this.#broken !== undefined) throw this.#broken.writer
    if (this.#ended) throw new PexError('PEX_CLOSED', 'the stream has been closed')
  }

  #change(): Promise<void> {
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  #changed(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}

class End implements Duplex {
  readonly source: AsyncIterable<Uint8Array>
  readonly #out: Lane
  readonly #in: Lane

  constructor(out: Lane, from: Lane) {
    this.#out = out
    this.#in = from
    this.source = from.read()
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#out.write(chunk)
  }

  async close(): Promise<void> {
    this.#out.end()
    await this.#out.drained()
    this.#in.end()
  }

  abort(reason: Error = new PexError('PEX_CLOSED', 'the stream has been aborted')): void {
    const there = new PexError('PEX_CLOSED', 'the other side has aborted the stream', { cause: reason })
    this.#out.break(reason, there)
    this.#in.break(there, reason)
    this.#out.end()
    this.#in.end()
  }
}
