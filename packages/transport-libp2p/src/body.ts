/**
 * One body on one half of a stream: its length as an unsigned varint, its bytes, the end of the half. Nothing follows it,
 * so that a stream whose two halves have carried their bodies is closed, and none stays open behind an exchange. On the
 * protocols of casm's Go nodes a body is everything up to the end of the half, and no length comes before it.
 */
import { limits } from '@pex/core'
import type { Stream } from '@libp2p/interface'

/** Bytes of the longest length that is allowed: 65 536 takes three groups of seven bits. */
const MAX_LENGTH_BYTES = 3
/** The first buffer; it doubles as bytes arrive, so that a length promised and never sent costs nothing. */
const FIRST_BYTES = 1_024

/** What a remote writes is not one body. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
}

/** How a body stands on its half: behind its length, or bare. */
export type Framing = 'length' | 'bare'

/** How bodies stand on the streams of a protocol. */
export function framingOf(protocol: string): Framing {
  return protocol.startsWith('/casm/') ? 'bare' : 'length'
}

/** Sends a body and closes the writing half; resolves when the muxer has taken all of it. */
export async function send(
  stream: Stream,
  body: Uint8Array,
  framing: Framing,
  signal: AbortSignal
): Promise<void> {
  const sent = framing === 'length' ? frame(body) : body
  // Whether the muxer wants a pause does not matter here: closing waits until everything has gone.
  if (sent.length > 0) stream.send(sent)
  await stream.close({ signal })
}

/** Receives the remote's body. It has no deadline of its own: who aborts the stream ends it. */
export function receive(stream: Stream, framing: Framing): Promise<Uint8Array> {
  const reader = framing === 'length' ? new BodyReader() : new BareBodyReader()
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  // Bytes that came before anybody listened are still to be handed over when the remote has ended already.
  const finish = (): void => {
    if (stream.remoteWriteStatus !== 'closed' || stream.readBufferLength > 0) return
    if (reader.body === undefined) reject(new BodyError('the stream ends within the body'))
    else resolve(reader.body)
  }
  const onMessage = ({ data }: { data: { subarray(): Uint8Array } }): void => {
    try {
      reader.push(data.subarray())
      finish()
    } catch (error) {
      reject(error)
    }
  }
  const onClose = ({ error }: { error?: Error }): void => {
    if (error === undefined) finish()
    else reject(error)
  }
  stream.addEventListener('message', onMessage)
  stream.addEventListener('remoteCloseWrite', finish)
  stream.addEventListener('close', onClose)
  if (stream.status === 'reset' || stream.status === 'aborted') reject(new BodyError('the stream was reset'))
  else finish()
  return promise.finally(() => {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('remoteCloseWrite', finish)
    stream.removeEventListener('close', onClose)
  })
}

/** The bytes of a body on the wire. */
export function frame(body: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let rest = body.length; length.length === 0 || rest > 0; rest >>>= 7)
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest)
  const framed = new Uint8Array(length.length + body.length)
  framed.set(length)
  framed.set(body, length.length)
  return framed
}

/** Puts a body together from chunks of any size; holds at most twice what has arrived. */
export class BodyReader {
  readonly #bytes = new GrowingBytes()
  #length = 0
  #lengthBytes = 0
  #lengthKnown = false

  /** The body, once it is complete. */
  get body(): Uint8Array | undefined {
    return this.#lengthKnown && this.#bytes.length === this.#length ? this.#bytes.all() : undefined
  }

  /** Takes what has arrived. Throws `BodyError` as soon as it cannot become a body any more. */
  push(chunk: Uint8Array): void {
    let offset = 0
    while (!this.#lengthKnown && offset < chunk.length) this.#readLength(chunk[offset++]!)
    const rest = chunk.subarray(offset)
    if (rest.length === 0) return
    if (this.#bytes.length + rest.length > this.#length) throw new BodyError('bytes follow the body')
    this.#bytes.append(rest, this.#length)
  }

  #readLength(byte: number): void {
    this.#length += (byte & 0x7f) * 2 ** (7 * this.#lengthBytes++)
    this.#lengthKnown = byte < 0x80
    if (
      this.#length > limits.maxMessageBytes ||
      (!this.#lengthKnown && this.#lengthBytes === MAX_LENGTH_BYTES)
    )
      throw tooLong()
  }
}

/** Puts a body together that ends with its half; holds at most twice what has arrived. */
export class BareBodyReader {
  readonly #bytes = new GrowingBytes()

  /** What has arrived: it is the body once the half has ended. */
  get body(): Uint8Array {
    return this.#bytes.all()
  }

  /** Takes what has arrived. Throws `BodyError` as soon as it is more than a body may have. */
  push(chunk: Uint8Array): void {
    if (this.#bytes.length + chunk.length > limits.maxMessageBytes) throw tooLong()
    this.#bytes.append(chunk, limits.maxMessageBytes)
  }
}

class GrowingBytes {
  length = 0
  #buffer = new Uint8Array(0)

  all(): Uint8Array {
    return this.#buffer.subarray(0, this.length)
  }

  /** `most`: bytes that will ever be appended altogether. */
  append(chunk: Uint8Array, most: number): void {
    const bytes = this.length + chunk.length
    if (bytes > this.#buffer.length) {
      const grown = new Uint8Array(Math.min(Math.max(bytes, 2 * this.#buffer.length, FIRST_BYTES), most))
      grown.set(this.all())
      this.#buffer = grown
    }
    this.#buffer.set(chunk, this.length)
    this.length = bytes
  }
}

function tooLong(): BodyError {
  return new BodyError(`a body has at most ${limits.maxMessageBytes} bytes`)
}
