/** What an MConnection can be told, checked, with the defaults filled in. */
import type { Clock } from '@pex/core'
import { ConnectionError } from './errors.ts'
import type { MConnectionMetrics } from './metrics.ts'
import { MAX_CHANNEL } from './packets.ts'

/** Both ends have to list a channel; each its own priorities and bounds. */
export interface ChannelDescriptor {
  /** 0 to 255. */
  readonly id: number
  /** Share of the bandwidth against other channels that have something to send; above 0. @default 1 */
  readonly priority?: number | undefined
  /** Messages that wait to be sent, most. @default 1 */
  readonly sendQueueCapacity?: number | undefined
  /** Bytes of one message, most, in both directions. @default 22 020 096 */
  readonly maxMessageBytes?: number | undefined
}

export interface MConnectionInit {
  /** At least one. */
  readonly channels: readonly ChannelDescriptor[]
  readonly clock: Clock
  /**
   * Takes a message; it owns the bytes. While the promise that it returns is open nothing more is read, so that a slow
   * receiver slows the sender down. What it throws ends the connection with the fault `unusable-message`.
   */
  readonly onReceive: (channel: number, message: Uint8Array) => void | Promise<void>
  /** Hears once at most why the connection has failed, after it has stopped; never of an end that was asked for. */
  readonly onError: (error: ConnectionError) => void
  /** Where to count what passes: one for all connections of a host. @default nothing is counted */
  readonly metrics?: MConnectionMetrics | undefined
  /** Stops the connection. */
  readonly signal?: AbortSignal | undefined
  /** Bytes per second out, 0 for no limit. @default 512 000 */
  readonly sendRate?: number | undefined
  /** Bytes per second in, 0 for no limit. @default 512 000 */
  readonly receiveRate?: number | undefined
  /** Payload of one packet that we send, bytes, most. @default 1 024 */
  readonly maxPayloadBytes?: number | undefined
  /** Payload of one packet that we take, bytes, most. @default `maxPayloadBytes` */
  readonly maxReceivedPayloadBytes?: number | undefined
  /** Longest time that something written waits for more to go out with it, ms. @default 10 */
  readonly flushThrottleMs?: number | undefined
  /** Time between two pings, ms. @default 60 000 */
  readonly pingIntervalMs?: number | undefined
  /** Time for a pong, and for the stream to take what is written, ms; below the interval. @default 45 000 */
  readonly pongTimeoutMs?: number | undefined
  /** Longest wait of `send` for room in the queue, ms. @default 10 000 */
  readonly sendTimeoutMs?: number | undefined
}

export interface Channel {
  readonly id: number
  readonly priority: number
  readonly sendQueueCapacity: number
  readonly maxMessageBytes: number
}

export interface Options {
  readonly channels: readonly Channel[]
  readonly clock: Clock
  readonly sendRate: number
  readonly receiveRate: number
  readonly maxPayloadBytes: number
  readonly maxReceivedPayloadBytes: number
  readonly flushThrottleMs: number
  readonly pingIntervalMs: number
  readonly pongTimeoutMs: number
  readonly sendTimeoutMs: number
}

/** Largest payload that may be asked for, bytes. Guess: a packet is put together in memory. */
const MAX_PAYLOAD = 1_048_576

/** The options; fails with `PEX_INVALID_PARAMETER`. Sources of the defaults: CometBFT (flush throttle: since v0.39 and v1). */
export function optionsOf(init: MConnectionInit): Options {
  const maxPayloadBytes = whole('maxPayloadBytes', init.maxPayloadBytes ?? 1_024, 1, MAX_PAYLOAD)
  const received = init.maxReceivedPayloadBytes ?? maxPayloadBytes
  const options: Options = {
    channels: init.channels.map(channelOf),
    clock: init.clock,
    sendRate: whole('sendRate', init.sendRate ?? 512_000, 0),
    receiveRate: whole('receiveRate', init.receiveRate ?? 512_000, 0),
    maxPayloadBytes,
    maxReceivedPayloadBytes: whole('maxReceivedPayloadBytes', received, 1, MAX_PAYLOAD),
    flushThrottleMs: whole('flushThrottleMs', init.flushThrottleMs ?? 10, 0),
    pingIntervalMs: whole('pingIntervalMs', init.pingIntervalMs ?? 60_000, 1),
    pongTimeoutMs: whole('pongTimeoutMs', init.pongTimeoutMs ?? 45_000, 1),
    sendTimeoutMs: whole('sendTimeoutMs', init.sendTimeoutMs ?? 10_000, 0)
  }
  const ids = new Set(options.channels.map(({ id }) => id))
  if (ids.size === 0) throw invalid('a connection has at least one channel')
  if (ids.size < options.channels.length) throw invalid('two channels have the same id')
  if (options.pongTimeoutMs >= options.pingIntervalMs) throw invalid('pongTimeoutMs is below pingIntervalMs')
  return options
}

function channelOf(init: ChannelDescriptor): Channel {
  const { priority = 1 } = init
  if (!(priority > 0 && priority < Infinity)) throw invalid(`a priority is above 0, not ${priority}`)
  return {
    id: whole('id', init.id, 0, MAX_CHANNEL),
    priority,
    sendQueueCapacity: whole('sendQueueCapacity', init.sendQueueCapacity ?? 1, 1, 1_000_000),
    maxMessageBytes: whole('maxMessageBytes', init.maxMessageBytes ?? 22_020_096, 0, 2 ** 31)
  }
}

function whole(name: string, value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw invalid(`${name} is a whole number from ${least} to ${most}, not ${value}`)
}

/** The failure for what the application has asked for and cannot have. */
export function invalid(message: string): ConnectionError {
  return new ConnectionError('PEX_INVALID_PARAMETER', message)
}
