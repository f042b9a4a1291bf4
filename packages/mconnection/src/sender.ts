/**
 * The way out of an MConnection: one loop that writes whatever has the next turn. Pongs and pings go first and at once;
 * then packets of the channels, ten at a time, each from the channel that has sent least for its priority; what is written
 * waits a little for more to go out with it.
 */
import type { Duplex } from './duplex.ts'
import { ConnectionError } from './errors.ts'
import { FlowMeter } from './flow-meter.ts'
import type { Options } from './options.ts'
import type { Outlet } from './outlet.ts'
import { PING, PONG } from './packets.ts'

/** Packets between two looks at the rate. From CometBFT. */
const BATCH = 10
/** Bytes that are written together, about, and then without waiting for more. From CometBFT. */
const WRITE_BYTES = 65_536
const FIRST_BYTES = 2_048
/** What has been sent counts less and less: by a fifth every two seconds. From CometBFT. */
const DECAY_MS = 2_000
const DECAY = 0.8

const none = new Uint8Array()

export interface SenderEvents {
  readonly onPing: () => void
  readonly onStall: (error: ConnectionError) => void
}

export class Sender {
  readonly meter: FlowMeter
  readonly #duplex: Duplex
  readonly #options: Options
  readonly #outlets: readonly Outlet[]
  readonly #events: SenderEvents
  /** Bounded by `WRITE_BYTES` and one packet. */
  #buffer: Uint8Array = none
  #filled = 0
  #decayed: number
  #pingDue = false
  #pongOwed = false
  #flushDue = false
  #isDraining = false
  #isStopped = false
  #isWoken = false
  #resume: (() => void) | undefined
  #cancelFlush: (() => void) | undefined
  #cancelStall: (() => void) | undefined

  constructor(duplex: Duplex, options: Options, outlets: readonly Outlet[], events: SenderEvents) {
    this.#duplex = duplex
    this.#options = options
    this.#outlets = outlets
    this.#events = events
    this.#decayed = options.clock.now()
    this.meter = new FlowMeter(options.sendRate, this.#decayed)
  }

  /** Writes until it is stopped, or until nothing is left once it drains. Rejects when the stream does. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      if (this.#pongOwed) await this.#control(PONG)
      else if (this.#pingDue) await this.#control(PING)
      else if (this.#flushDue) await this.#flush()
      else if (this.#outlets.some(({ isPending }) => isPending)) {
        const waitMs = this.meter.waitMs(this.#options.clock.now())
        if (waitMs > 0) await this.#pause(waitMs)
        else await this.#batch()
      } else if (this.#isDraining) {
        await this.#flush()
        return
      } else await this.#pause()
    }
  }

  /** There is something new to send. */
  wake(): void {
    this.#isWoken = true
    this.#resume?.()
  }

  ping(): void {
    this.#pingDue = true
    this.wake()
  }

  /** Several pings that are not answered yet get one pong. */
  pong(): void {
    this.#pongOwed = true
    this.wake()
  }

  /** `run` ends when everything that is queued has been written. */
  drain(): void {
    this.#isDraining = true
    this.wake()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelFlush?.()
    this.#cancelStall?.()
    this.wake()
  }

  /** Forgets a part of what has been sent, for each two seconds that have passed. */
  decay(): void {
    const periods = Math.floor((this.#options.clock.now() - this.#decayed) / DECAY_MS)
    if (periods <= 0) return
    this.#decayed += periods * DECAY_MS
    for (const outlet of this.#outlets) outlet.decay(DECAY ** periods)
  }

  async #control(packet: Uint8Array): Promise<void> {
    if (packet === PONG) this.#pongOwed = false
    else {
      this.#pingDue = false
      this.#events.onPing()
    }
    this.#reserve(packet.length)
    this.#buffer.set(packet, this.#filled)
    this.#wrote(packet.length)
    await this.#flush()
  }

  async #batch(): Promise<void> {
    this.decay()
    const { maxPayloadBytes } = this.#options
    for (let i = 0; i < BATCH; i++) {
      const outlet = this.#next()
      if (outlet === undefined) break
      this.#reserve(outlet.nextBytes(maxPayloadBytes))
      this.#wrote(outlet.write(this.#buffer, this.#filled, maxPayloadBytes) - this.#filled)
    }
    if (this.#filled >= WRITE_BYTES) await this.#flush()
    else this.#flushSoon()
  }

  /** The channel whose turn it is; of several with equal right the one listed first. */
  #next(): Outlet | undefined {
    let least: Outlet | undefined
    for (const outlet of this.#outlets) {
      if (outlet.isPending && (least === undefined || outlet.ratio < least.ratio)) least = outlet
    }
    return least
  }

  #flushSoon(): void {
    this.#cancelFlush ??= this.#options.clock.after(this.#options.flushThrottleMs, () => {
      this.#cancelFlush = undefined
      this.#flushDue = true
      this.wake()
    })
  }

  async #flush(): Promise<void> {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    this.#flushDue = false
    if (this.#filled === 0) return
    const chunk = this.#buffer.subarray(0, this.#filled)
    // The chunk is the stream's from now on, and a connection that is idle holds no memory.
    this.#buffer = none
    this.#filled = 0
    const { clock, pongTimeoutMs } = this.#options
    this.#cancelStall = clock.after(pongTimeoutMs, () =>
      this.#events.onStall(
        new ConnectionError('PEX_TIMEOUT', `the other side takes nothing for ${pongTimeoutMs} ms`)
      )
    )
    try {
      await this.#duplex.write(chunk)
    } finally {
      this.#cancelStall()
    }
  }

  #wrote(bytes: number): void {
    this.#filled += bytes
    this.meter.count(bytes, this.#options.clock.now())
  }

  #reserve(bytes: number): void {
    const needed = this.#filled + bytes
    if (needed <= this.#buffer.length) return
    const buffer = new Uint8Array(Math.max(2 * this.#buffer.length, needed, FIRST_BYTES))
    buffer.set(this.#buffer.subarray(0, this.#filled))
    this.#buffer = buffer
  }

  /** Resolves when there is something new, or after so many ms. */
  async #pause(ms?: number): Promise<void> {
    if (!this.#isWoken) {
      const cancel = ms === undefined ? undefined : this.#options.clock.after(ms, () => this.wake())
      await new Promise<void>(resolve => {
        this.#resume = resolve
      })
      this.#resume = undefined
      cancel?.()
    }
    this.#isWoken = false
  }
}
