/** What the tests of this package share: ends of streams that can be looked into, and hex. */
import type { Clock, Rng } from '@pex/core'
import { below } from '@pex/core'
import { virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import type { ChannelDescriptor, ConnectionError, Duplex, MConnectionInit } from '../src/index.ts'
import { duplexPair, MConnection } from '../src/index.ts'
import { decodePacket } from '../src/packets.ts'
import { Parser } from '../src/parser.ts'

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** So many bytes of chance. */
export function randomBytes(rng: Rng, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => below(rng, 256))
}

/** Cuts the bytes at places of chance, empty pieces too. */
export function cut(rng: Rng, bytes: Uint8Array, most: number = 64): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const size = below(rng, most + 1)
    pieces.push(bytes.slice(at, at + size))
    at += size
  }
  return pieces
}

export function concat(chunks: Iterable<Uint8Array>): Uint8Array {
  return new Uint8Array(Buffer.concat([...chunks]))
}

/** A stream whose other end is the test: what comes is what is fed, what goes is kept. */
export class Wire implements Duplex {
  readonly #ends = duplexPair(1 << 30)
  readonly source = this.#ends[0].source
  readonly written: Uint8Array[] = []
  /** Why it was aborted, if it was. */
  aborted: Error | undefined
  isClosed = false
  /** Writes wait while this is open. */
  gate: Promise<void> | undefined

  #failWrites: (reason: Error) => void = () => {}

  async write(chunk: Uint8Array): Promise<void> {
    if (this.gate !== undefined) {
      const failed = new Promise<never>((_resolve, reject) => {
        this.#failWrites = reject
      })
      await Promise.race([this.gate, failed])
    }
    if (this.aborted !== undefined) throw this.aborted
    this.written.push(chunk)
  }

  /** Closing waits while this is open. */
  closing: Promise<void> | undefined

  async close(): Promise<void> {
    await this.closing
    this.isClosed = true
    this.#ends[0].abort()
  }

  abort(reason: Error = new Error('aborted')): void {
    this.aborted ??= reason
    this.#failWrites(reason)
    this.#ends[0].abort(reason)
  }

  async feed(...chunks: Uint8Array[]): Promise<void> {
    for (const chunk of chunks) await this.#ends[1].write(chunk)
  }

  /** The test closes its end. */
  end(): void {
    void this.#ends[1].close()
  }

  get sent(): Uint8Array {
    return concat(this.written)
  }
}

export interface Peer {
  readonly connection: MConnection
  readonly received: [channel: number, message: Uint8Array][]
  readonly errors: ConnectionError[]
}

const one: readonly ChannelDescriptor[] = [{ id: 1 }]

/** A started connection that keeps what it hears. */
export function peer(duplex: Duplex, clock: Clock, init: Partial<MConnectionInit> = {}): Peer {
  const received: Peer['received'] = []
  const errors: ConnectionError[] = []
  const connection = new MConnection(duplex, {
    channels: one,
    clock,
    onReceive: (channel, message) => void received.push([channel, message]),
    onError: error => void errors.push(error),
    ...init
  })
  connection.start()
  return { connection, received, errors }
}

/** A packet of channel 1 with the whole message “abc”. */
export const abc = '0b1a09080110011a03616263'

/** No limits to the rate. */
export const never = { receiveRate: 0, sendRate: 0 }

/** The packets that a wire has carried, in short: `ping`, `pong`, or channel, bytes and `.` at the end of a message. */
export function packetsOn(wire: Wire): string[] {
  return [...new Parser(1 << 20).push(wire.sent)].map(bytes => {
    const packet = decodePacket(bytes)
    if (typeof packet === 'string') return packet
    return packet.kind === 'msg'
      ? `${packet.channel}:${packet.data.length}${packet.eof ? '.' : ''}`
      : packet.kind
  })
}

/** Two started connections, one at each end of a stream in memory. */
export function two(
  clock: VirtualClock = virtualClock(),
  init: Partial<MConnectionInit> = {}
): { clock: VirtualClock; a: Peer; b: Peer } {
  const [left, right] = duplexPair()
  return { clock, a: peer(left, clock, init), b: peer(right, clock, init) }
}
