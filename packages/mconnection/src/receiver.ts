/**
 * The way in of an MConnection: one loop that takes packets from the stream, as fast as the rate allows and the receiver
 * follows, and puts messages together.
 */
import type { Duplex } from './duplex.ts'
import { ended, rejected } from './errors.ts'
import { FlowMeter } from './flow-meter.ts'
import { Inlet } from './inlet.ts'
import type { MConnectionMetrics } from './metrics.ts'
import type { Options } from './options.ts'
import { decodePacket, maxPacketBytes } from './packets.ts'
import { Parser } from './parser.ts'
import { varintSize } from './protobuf.ts'

export interface ReceiverEvents {
  readonly onPing: () => void
  readonly onPong: () => void
  readonly onMessage: (channel: number, message: Uint8Array) => void | Promise<void>
  /** Whether reading has come to rest, because of the rate or the receiver. */
  readonly onHold: (isHeld: boolean) => void
}

export class Receiver {
  readonly meter: FlowMeter
  readonly #duplex: Duplex
  readonly #options: Options
  readonly #events: ReceiverEvents
  readonly #metrics: MConnectionMetrics | undefined
  readonly #parser: Parser
  /** Bounded by the channels. */
  readonly #inlets: ReadonlyMap<number, Inlet>
  #isStopped = false
  #endPause = (): void => {}

  constructor(
    duplex: Duplex,
    options: Options,
    metrics: MConnectionMetrics | undefined,
    events: ReceiverEvents
  ) {
    this.#metrics = metrics
    this.#duplex = duplex
    this.#options = options
    this.#events = events
    this.#parser = new Parser(maxPacketBytes(options.maxReceivedPayloadBytes))
    this.#inlets = new Map(
      options.channels.map(({ id, maxMessageBytes }) => [id, new Inlet(maxMessageBytes)])
    )
    this.meter = new FlowMeter(options.receiveRate, options.clock.now())
  }

  /**
   * Reads until the stream ends; rejects with what is wrong, the end included, unless it has been stopped. Once stopped it
   * goes on reading without looking, so that the other side is not held up while we write our last.
   */
  async run(): Promise<void> {
    for await (const chunk of this.#duplex.source) {
      for (const bytes of this.#isStopped ? [] : this.#parser.push(chunk)) {
        const { clock } = this.#options
        const waitMs = this.meter.waitMs(clock.now())
        if (waitMs > 0) await this.#held(this.#pause(waitMs))
        if (this.#isStopped) break
        const length = varintSize(bytes.length) + bytes.length
        this.meter.count(length, clock.now())
        const taken = this.#packet(bytes, length)
        if (taken !== undefined) await this.#held(taken)
      }
      if (!this.#isStopped && this.#parser.fault !== undefined) throw rejected(this.#parser.fault)
    }
    if (!this.#isStopped) throw ended(this.#parser.isPartial)
  }

  stop(): void {
    this.#isStopped = true
    this.#endPause()
  }

  /** Does what one packet asks for, which has taken so many bytes; a promise where the receiver wants time. */
  #packet(bytes: Uint8Array, length: number): Promise<void> | undefined {
    const packet = decodePacket(bytes)
    if (typeof packet === 'string') throw rejected(packet)
    if (packet.kind === 'ping') this.#events.onPing()
    else if (packet.kind === 'pong') this.#events.onPong()
    else {
      const inlet = this.#inlets.get(packet.channel)
      if (inlet === undefined) throw rejected('unknown-channel')
      const message = inlet.take(packet.data, packet.eof)
      if (typeof message === 'string') throw rejected(message)
      const counts = this.#metrics?.channel(packet.channel)?.received
      if (counts !== undefined) {
        counts.bytes += length
        if (message !== undefined) counts.messages++
      }
      if (message !== undefined) return this.#deliver(packet.channel, message)
    }
    return undefined
  }

  #deliver(channel: number, message: Uint8Array): Promise<void> | undefined {
    let taken
    try {
      taken = this.#events.onMessage(channel, message)
    } catch (error) {
      throw rejected('unusable-message', error)
    }
    return taken?.catch((error: unknown) => {
      throw rejected('unusable-message', error)
    })
  }

  async #held(work: Promise<void>): Promise<void> {
    this.#events.onHold(true)
    try {
      await work
    } finally {
      this.#events.onHold(false)
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const cancel = this.#options.clock.after(ms, resolve)
      this.#endPause = () => {
        cancel()
        resolve()
      }
    })
  }
}
