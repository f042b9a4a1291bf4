/** So many at once and no more, for each host and each network by itself. */
import { parseIp } from '@pex/address-book'
import { abortError } from '@pex/core'
import type { Place } from '@pex/switch'

interface Slot {
  running: number
  /** Who waits, first come first served. Bounded by those who ask at once. */
  readonly waiting: (() => void)[]
}

export interface SlotsInit {
  /** Visits at once to one IP address. */
  readonly perHost: number
  /** Visits at once to one /24 of IPv4 or /48 of IPv6. */
  readonly perNetwork: number
}

export class Slots {
  readonly #init: SlotsInit
  /** Bounded by those who visit and wait at once: who is last in a slot takes it away. */
  readonly #slots = new Map<string, Slot>()

  constructor(init: SlotsInit) {
    this.#init = init
  }

  /** Resolves when there is room at the place, to what makes room again. Fails with the signal. */
  async enter({ ip }: Place, signal: AbortSignal): Promise<() => void> {
    const { perHost, perNetwork } = this.#init
    // Always in this order: who has a network waits for nobody.
    const leaveHost = await this.#take(`host ${ip}`, perHost, signal)
    try {
      const leaveNetwork = await this.#take(`network ${networkOf(ip)}`, perNetwork, signal)
      return () => {
        leaveNetwork()
        leaveHost()
      }
    } catch (error) {
      leaveHost()
      throw error
    }
  }

  async #take(key: string, most: number, signal: AbortSignal): Promise<() => void> {
    const slot = this.#slots.get(key) ?? { running: 0, waiting: [] }
    this.#slots.set(key, slot)
    if (slot.running < most) slot.running++
    // Whoever leaves hands the place over, so that it is never counted down.
    else await this.#wait(slot, signal)
    return () => {
      const next = slot.waiting.shift()
      if (next !== undefined) next()
      else if (--slot.running === 0) this.#slots.delete(key)
    }
  }

  #wait(slot: Slot, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const stop = (): void => {
        const place = slot.waiting.indexOf(turn)
        if (place >= 0) slot.waiting.splice(place, 1)
        reject(abortError(signal))
      }
      slot.waiting.push(turn)
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
    })
  }
}

/** What one customer usually has. */
function networkOf(ip: string): string {
  const bytes = parseIp(ip) ?? []
  return bytes.slice(0, bytes.length === 4 ? 3 : 6).join('.')
}
