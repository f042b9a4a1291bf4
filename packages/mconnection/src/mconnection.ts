/**
 * CometBFT's MConnection: messages on prioritized channels over one stream (usually a SecretConnection), packet by packet,
 * with pings, and limits to the rate both ways. Byte for byte what Go's writes and reads.
 */
import { abortError } from '@pex/core'
import type { Duplex } from './duplex.ts'
import { brokenBy, ConnectionError } from './errors.ts'
import type { Flow } from './flow-meter.ts'
import { Keepalive } from './keepalive.ts'
import { untilAborted } from './message-stream.ts'
import { invalid, optionsOf } from './options.ts'
import type { MConnectionInit, Options } from './options.ts'
import { Outlet } from './outlet.ts'
import { Receiver } from './receiver.ts'
import { Sender } from './sender.ts'

export interface ChannelStatus {
  readonly id: number
  readonly priority: number
  /** Messages that its queue holds, most, and now. */
  readonly sendQueueCapacity: number
  readonly sendQueueSize: number
  /** Bytes sent lately: a fifth of it is forgotten every two seconds. */
  readonly recentlySent: number
}

export interface ConnectionStatus {
  /** Since it was started, ms. */
  readonly durationMs: number
  readonly sent: Flow
  readonly received: Flow
  readonly channels: readonly ChannelStatus[]
}

export class MConnection {
  readonly #duplex: Duplex
  readonly #init: MConnectionInit
  readonly #options: Options
  /** Bounded by the channels. */
  readonly #outlets: ReadonlyMap<number, Outlet>
  readonly #sender: Sender
  readonly #receiver: Receiver
  readonly #keepalive: Keepalive
  readonly #began: number
  #state: 'new' | 'running' | 'flushing' | 'stopped' = 'new'
  #sending: Promise<boolean> | undefined
  #flushed: Promise<boolean> | undefined

  /** Takes the stream over; nothing is read or written before `start`. Fails with `PEX_INVALID_PARAMETER`. */
  constructor(duplex: Duplex, init: MConnectionInit) {
    const options = optionsOf(init)
    this.#duplex = duplex
    this.#init = init
    this.#options = options
    this.#began = options.clock.now()
    this.#outlets = new Map(
      options.channels.map(channel => [
        channel.id,
        new Outlet(channel, init.metrics?.channel(channel.id)?.sent)
      ])
    )
    this.#keepalive = new Keepalive(options, {
      onPingDue: () => this.#sender.ping(),
      onTimeout: () =>
        this.#fail(new ConnectionError('PEX_TIMEOUT', `no pong within ${options.pongTimeoutMs} ms`))
    })
    this.#sender = new Sender(duplex, options, [...this.#outlets.values()], {
      onPing: () => this.#keepalive.pinged(),
      onStall: error => this.#fail(error)
    })
    const { metrics } = init
    this.#receiver = new Receiver(duplex, options, metrics, {
      onPing: () => this.#sender.pong(),
      onPong: () => this.#keepalive.ponged(),
      onMessage: (channel, message) => this.#init.onReceive(channel, message),
      onHold: isHeld => this.#keepalive.hold(isHeld)
    })
  }

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  /** Begins to read, write and ping. Does nothing on a connection that has been started or stopped. */
  start(): void {
    if (this.#state !== 'new') return
    this.#state = 'running'
    const { signal } = this.#init
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (signal?.aborted === true) {
      this.stop()
      return
    }
    this.#keepalive.start()
    const failed = (error: unknown): false => {
      this.#fail(brokenBy(error))
      return false
    }
    this.#sending = this.#sender.run().then(() => true, failed)
    // Once stopped there is nobody to tell; while it runs, `failed` tells.
    void this.#receiver.run().catch(failed)
  }

  /**
   * Queues a message, and waits for room where there is none. False where the channel is unknown, the connection does not
   * run, or there is no room within `sendTimeoutMs`. The message must not be changed any more. Fails with
   * `PEX_INVALID_PARAMETER` when it is longer than the channel's bound, with `PEX_ABORTED` for the signal.
   */
  async send(
    channel: number,
    message: Uint8Array,
    { signal }: { signal?: AbortSignal | undefined } = {}
  ): Promise<boolean> {
    if (this.trySend(channel, message)) return true
    const outlet = this.#outlets.get(channel)
    if (outlet === undefined || !this.isRunning) return false
    if (signal?.aborted === true) throw abortError(signal)
    let giveUp: (() => void) | undefined
    let cancel: (() => void) | undefined
    const queued = new Promise<boolean>(resolve => {
      giveUp = outlet.wait(message, resolve)
      if (giveUp === undefined) resolve(false)
      else cancel = this.#options.clock.after(this.#options.sendTimeoutMs, () => resolve(false))
    })
    try {
      return await untilAborted(queued, signal)
    } finally {
      cancel?.()
      giveUp?.()
    }
  }

  /** Queues a message if there is room now. Otherwise as `send`. */
  trySend(channel: number, message: Uint8Array): boolean {
    const outlet = this.#outlets.get(channel)
    if (outlet === undefined || !this.isRunning) return false
    const { maxMessageBytes } = outlet.channel
    if (message.length > maxMessageBytes) {
      throw invalid(
        `a message on channel ${channel} has at most ${maxMessageBytes} bytes, not ${message.length}`
      )
    }
    const queued = outlet.push(message)
    if (queued) this.#sender.wake()
    return queued
  }

  /** Whether `trySend` would take a message now. */
  canSend(channel: number): boolean {
    return this.isRunning && this.#outlets.get(channel)?.hasRoom === true
  }

  /** Ends the connection at once; what has not been written is lost. */
  stop(): void {
    this.#finish(new ConnectionError('PEX_CLOSED', 'the connection has been stopped'))
  }

  /**
   * Takes and delivers no more messages, writes those that are queued, then closes. Resolves to whether all of them went
   * out; the other side has `pongTimeoutMs` for each 64 KiB of them.
   */
  flushStop(): Promise<boolean> {
    this.#flushed ??= this.#flushStop()
    return this.#flushed
  }

  status(): ConnectionStatus {
    const now = this.#options.clock.now()
    this.#sender.decay()
    return {
      durationMs: now - this.#began,
      sent: this.#sender.meter.flow(now),
      received: this.#receiver.meter.flow(now),
      channels: [...this.#outlets.values()].map(({ channel, queued, recentlySent }) => ({
        id: channel.id,
        priority: channel.priority,
        sendQueueCapacity: channel.sendQueueCapacity,
        sendQueueSize: queued,
        recentlySent
      }))
    }
  }

  async #flushStop(): Promise<boolean> {
    if (this.#state !== 'running') {
      this.stop()
      return false
    }
    this.#state = 'flushing'
    this.#keepalive.stop()
    this.#receiver.stop()
    for (const outlet of this.#outlets.values()) outlet.refuse()
    this.#sender.drain()
    let isSent = await this.#sending!
    if (isSent) {
      const { clock, pongTimeoutMs } = this.#options
      const cancel = clock.after(pongTimeoutMs, () => this.stop())
      isSent = await this.#duplex.close().then(
        () => this.#state === 'flushing',
        () => false
      )
      cancel()
    }
    this.stop()
    return isSent
  }

  /** The connection is broken: tells why, unless its end has been asked for. */
  #fail(error: ConnectionError): void {
    const isNews = this.#state === 'running'
    this.#finish(error)
    if (!isNews) return
    this.#init.metrics?.failed(error)
    this.#init.onError(error)
  }

  #finish(reason: ConnectionError): void {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#init.signal?.removeEventListener('abort', this.#onAbort)
    this.#keepalive.stop()
    this.#receiver.stop()
    this.#sender.stop()
    for (const outlet of this.#outlets.values()) outlet.refuse()
    this.#duplex.abort(reason)
  }

  readonly #onAbort = (): void => this.stop()
}
