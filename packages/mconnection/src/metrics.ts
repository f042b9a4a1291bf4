/**
 * What the connections of a host count, where somebody wants to know: one of it for all of them. Each channel is counted under
 * the number that this host has given it; what comes on any other ends the connection before it is counted.
 */
import { growth, zeros } from '@pex/core'
import type { Metrics } from '@pex/core'
import { faults } from './errors.ts'
import type { ConnectionError } from './errors.ts'

/** What has passed on a channel, one way. */
export interface Passed {
  /** Whole messages. */
  messages: number
  /** Bytes of their packets, as the stream of the connection carries them. */
  bytes: number
}

/** The same, both ways. */
export interface ChannelCounts {
  readonly sent: Passed
  readonly received: Passed
}

/** Why a connection has failed: a fault of the other side, or one of these. */
const results = [...faults, 'timeout', 'closed', 'other'] as const

export class MConnectionMetrics {
  /** Bounded by the channels of this host's own code. */
  readonly #channels = new Map<number, ChannelCounts>()
  readonly #failures: Record<string, number> = zeros(results)

  /** @param channels those that connections of this host will have */
  constructor(metrics: Metrics, channels: readonly { readonly id: number }[]) {
    for (const { id } of channels)
      this.#channels.set(id, { sent: { messages: 0, bytes: 0 }, received: { messages: 0, bytes: 0 } })
    const counter = (name: string, help: string, read: (counts: ChannelCounts) => number): void =>
      metrics.registerCounterGroup(`pex_mconnection_${name}_total`, {
        label: 'channel',
        help,
        calculate: growth(() =>
          Object.fromEntries([...this.#channels].map(([id, counts]) => [nameOf(id), read(counts)]))
        )
      })
    counter('sent_messages', 'Messages that were sent', ({ sent }) => sent.messages)
    counter('sent_bytes', 'Bytes of the packets of these messages', ({ sent }) => sent.bytes)
    counter('received_messages', 'Messages that came', ({ received }) => received.messages)
    counter('received_bytes', 'Bytes of the packets of these messages', ({ received }) => received.bytes)
    metrics.registerCounterGroup('pex_mconnection_failures_total', {
      label: 'reason',
      help: 'Connections that have failed, by what the other side did wrong, or what happened to them',
      calculate: growth(() => this.#failures)
    })
  }

  /** Where to count what passes on a channel; nothing for one that was not named at the start. */
  channel(id: number): ChannelCounts | undefined {
    return this.#channels.get(id)
  }

  failed({ code, fault }: ConnectionError): void {
    const other = code === 'PEX_TIMEOUT' ? 'timeout' : code === 'PEX_CLOSED' ? 'closed' : 'other'
    this.#failures[fault ?? other]!++
  }
}

/** As CometBFT writes it: hexadecimal. */
function nameOf(id: number): string {
  return `0x${id.toString(16).padStart(2, '0')}`
}
