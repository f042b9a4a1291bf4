/**
 * One message at a time over a stream, each behind its length: what a handshake is. What follows the last message stays
 * unread, for whoever takes the stream over.
 */
import { abortError } from '@pex/core'
import type { Duplex } from './duplex.ts'
import { brokenBy, ended, rejected } from './errors.ts'
import { Parser } from './parser.ts'
import { delimited } from './protobuf.ts'

export class MessageStream {
  readonly #duplex: Duplex
  readonly #chunks: AsyncIterator<Uint8Array>
  /** What has been read and not used. Bounded by one message and one chunk. */
  #rest: Uint8Array = new Uint8Array()

  constructor(duplex: Duplex) {
    this.#duplex = duplex
    this.#chunks = duplex.source[Symbol.asyncIterator]()
  }

  /** The next message, of at most so many bytes. Fails with a `ConnectionError`. One call at a time. */
  async read(maxBytes: number, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<Uint8Array> {
    for (;;) {
      const parser = new Parser(maxBytes)
      const found = parser.first(this.#rest)
      if (found !== undefined) {
        this.#rest = found.rest
        return found.message
      }
      if (parser.fault !== undefined) throw rejected(parser.fault)
      const chunk = await untilAborted(this.#next(), signal)
      this.#rest = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk)
    }
  }

  async write(message: Uint8Array): Promise<void> {
    try {
      await this.#duplex.write(delimited(message))
    } catch (error) {
      throw brokenBy(error)
    }
  }

  /** The stream from here on. The message stream must not be used any more. */
  unwrap(): Duplex {
    const duplex = this.#duplex
    return {
      source: resumed(this.#rest, this.#chunks),
      write: chunk => duplex.write(chunk),
      close: () => duplex.close(),
      abort: reason => duplex.abort(reason)
    }
  }

  async #next(): Promise<Uint8Array> {
    let result
    try {
      result = await this.#chunks.next()
    } catch (error) {
      throw brokenBy(error)
    }
    if (result.done !== true) return result.value
    throw ended(this.#rest.length > 0)
  }
}

/** The promise, or the failure of an aborted signal, whichever comes first. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  // Whoever loses the race has failed unheard.
  promise.catch(() => {})
  if (signal.aborted) throw abortError(signal)
  let stop = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(abortError(signal))
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function* resumed(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  for (;;) {
    const result = await chunks.next()
    if (result.done === true) return
    yield result.value
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
