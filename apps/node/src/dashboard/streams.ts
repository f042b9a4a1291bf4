/**
 * The readers of the event stream (server-sent events, of the HTML standard). There are so many and no more, and what waits for
 * one of them is bounded: who does not keep up is sent away, and may come back where it was.
 */
import type { ServerResponse } from 'node:http'
import type { Entry } from './journal.ts'
import type { Recorder } from './recorder.ts'
import type { GapShape } from './shapes.ts'

export interface StreamsInit {
  readonly recorder: Recorder
  /** Most readers at once. @default 16 */
  readonly maxReaders?: number
  /** Most bytes that wait for one reader. @default 256 KiB */
  readonly maxWaitingBytes?: number
}

/** How long a browser waits before it comes back, ms. */
const RETRY_MS = 2_000

export class Streams {
  readonly #recorder: Recorder
  readonly #maxReaders: number
  readonly #maxWaitingBytes: number
  // Bounded by maxReaders.
  readonly #readers = new Set<ServerResponse>()
  readonly #deafen: () => void
  #dropped = 0

  constructor({ recorder, maxReaders = 16, maxWaitingBytes = 262_144 }: StreamsInit) {
    this.#recorder = recorder
    this.#maxReaders = maxReaders
    this.#maxWaitingBytes = maxWaitingBytes
    this.#deafen = recorder.listen(entry => this.#send(lineOf(entry)))
  }

  /** Readers that were too slow, since the start. */
  get dropped(): number {
    return this.#dropped
  }

  get isFull(): boolean {
    return this.#readers.size >= this.#maxReaders
  }

  /** Begins to tell a reader; `after`: the last event that it knows. */
  open(response: ServerResponse, after: string | undefined): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store'
    })
    response.write(`retry: ${RETRY_MS}\n\n${this.#missed(after)}`)
    this.#readers.add(response)
    response.on('close', () => this.#readers.delete(response))
    response.on('error', () => this.#readers.delete(response))
  }

  /** A second is over. */
  step(): void {
    this.#send(`event: tick\ndata: ${JSON.stringify(this.#recorder.step(this.#dropped))}\n\n`)
  }

  close(): void {
    this.#deafen()
    for (const reader of this.#readers) reader.end()
  }

  #missed(after: string | undefined): string {
    if (after === undefined) return ''
    const entries = this.#recorder.journal.after(after)
    if (entries !== undefined) return entries.map(lineOf).join('')
    return `event: gap\ndata: ${JSON.stringify({ at: Date.now() } satisfies GapShape)}\n\n`
  }

  #send(text: string): void {
    for (const reader of this.#readers) {
      if (reader.writableLength + text.length <= this.#maxWaitingBytes) reader.write(text)
      else {
        this.#dropped++
        this.#readers.delete(reader)
        reader.destroy()
      }
    }
  }
}

function lineOf({ id, event, data }: Entry): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`
}
