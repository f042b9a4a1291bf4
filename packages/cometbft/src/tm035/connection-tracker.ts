/**
 * Callers per IP address: not too many at once, and none who knocks again and again (Tendermint v0.35, `connTracker`). Of IPv6
 * the /64 counts, which is one customer's.
 */
import { formatIp, maskIp, parseIp } from '@pex/address-book'
import { BoundedMap } from '@pex/core'

export interface TrackerLimits {
  /** Connections of one IP address, most. */
  readonly maxPerIp: number
  /** Least time between two calls of one that has no connection, ms. */
  readonly leastMs: number
}

/** Last calls that are remembered; strangers choose the addresses. Guess: an address pushed out has its way 100 ms early. */
const MOST_CALLERS = 4_096

export class ConnectionTracker {
  readonly #limits: TrackerLimits
  /** Bounded by the switch's peers. */
  readonly #open = new Map<string, number>()
  /** Bounded by MOST_CALLERS: when each has called last, ms since the epoch. */
  readonly #calls = new BoundedMap<string, number>(MOST_CALLERS)

  constructor(limits: TrackerLimits) {
    this.#limits = limits
  }

  /** Whether somebody may call from there now; asking is calling. */
  mayCall(ip: string, now: number): boolean {
    const host = hostOf(ip)
    const open = this.#open.get(host) ?? 0
    if (open >= this.#limits.maxPerIp) return false
    const last = this.#calls.get(host)
    if (open === 0 && last !== undefined && now - last < this.#limits.leastMs) return false
    this.#calls.set(host, now)
    return true
  }

  opened(ip: string): void {
    const host = hostOf(ip)
    this.#open.set(host, (this.#open.get(host) ?? 0) + 1)
  }

  closed(ip: string): void {
    const host = hostOf(ip)
    const open = (this.#open.get(host) ?? 0) - 1
    if (open > 0) this.#open.set(host, open)
    else this.#open.delete(host)
  }
}

function hostOf(text: string): string {
  const ip = parseIp(text)
  return ip === undefined || ip.length === 4 ? text : formatIp(maskIp(ip, 64))
}
