/**
 * Handshakes of others that wait for their finish: half open, and so the first to go when there are too many. Each source and
 * each netgroup has a share, so that a crowd in one place pushes out its own.
 */
import type { Address } from './address.ts'
import { isLoopback } from './address.ts'
import type { UdpLimits } from './constants.ts'
import type { Handshake } from './noise.ts'
import type { Timed } from './agenda.ts'

/** A hello that was answered. */
export interface HalfOpen extends Timed {
  readonly kind: 'half-open'
  readonly index: number
  readonly remoteIndex: number
  /** The hello's own key, in text form. */
  readonly ephemeral: string
  readonly address: Address
  /** The address's /32 or /64, and its netgroup. */
  readonly source: string
  readonly group: string
  readonly handshake: Handshake
  /** What was answered, for the case that it went lost. */
  readonly response: Uint8Array
  readonly startedAt: number
}

export class Pending {
  readonly #limits: UdpLimits
  // Bounded by maxPending, the oldest first; keyed by the hello's key, which whoever has proved an address chooses.
  readonly #byEphemeral = new Map<string, HalfOpen>()
  // Both bounded by maxPending: a crowd goes with its last member. Keyed by places that have been proved.
  readonly #bySource = new Map<string, Set<HalfOpen>>()
  readonly #byGroup = new Map<string, Set<HalfOpen>>()

  constructor(limits: UdpLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#byEphemeral.size
  }

  get oldest(): HalfOpen | undefined {
    return this.#byEphemeral.values().next().value
  }

  find(ephemeral: string): HalfOpen | undefined {
    return this.#byEphemeral.get(ephemeral)
  }

  /** Adds one, and returns those that have to go for it. */
  add(halfOpen: HalfOpen): HalfOpen[] {
    const shed: HalfOpen[] = []
    const { maxPending, maxPendingPerHost, maxPendingPerNetgroup } = this.#limits
    const shedFrom = (crowd: Iterable<HalfOpen>): void => {
      for (const oldest of crowd) {
        this.remove(oldest)
        shed.push(oldest)
        return
      }
    }
    const { source, group } = halfOpen
    const fromSource = this.#bySource.get(source)
    const fromGroup = this.#byGroup.get(group)
    // Everything on this machine shares one address: its share is the whole.
    if (!isLoopback(halfOpen.address.host)) {
      if (fromSource !== undefined && fromSource.size >= maxPendingPerHost) shedFrom(fromSource)
      if (fromGroup !== undefined && fromGroup.size >= maxPendingPerNetgroup) shedFrom(fromGroup)
    }
    if (this.#byEphemeral.size >= maxPending) shedFrom(this.#byEphemeral.values())
    this.#byEphemeral.set(halfOpen.ephemeral, halfOpen)
    join(this.#bySource, source, halfOpen)
    join(this.#byGroup, group, halfOpen)
    return shed
  }

  remove(halfOpen: HalfOpen): void {
    if (!this.#byEphemeral.delete(halfOpen.ephemeral)) return
    part(this.#bySource, halfOpen.source, halfOpen)
    part(this.#byGroup, halfOpen.group, halfOpen)
  }
}

function join(crowds: Map<string, Set<HalfOpen>>, key: string, halfOpen: HalfOpen): void {
  const crowd = crowds.get(key)
  if (crowd === undefined) crowds.set(key, new Set([halfOpen]))
  else crowd.add(halfOpen)
}

function part(crowds: Map<string, Set<HalfOpen>>, key: string, halfOpen: HalfOpen): void {
  const crowd = crowds.get(key)
  crowd?.delete(halfOpen)
  if (crowd?.size === 0) crowds.delete(key)
}
