/** A network of datagrams in virtual time: each can be lost, doubled, late and out of order, by a seed. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { between, chance } from '@pex/core'
import type { Clock, Rng } from '@pex/core'
import { seeded } from '@pex/testkit'
import type { SeededRng } from '@pex/testkit'
import type { UdpTransportInit } from '@pex/transport-udp'
import { keyPairFrom } from '../src/crypto.ts'
import type { Bind, OnDatagram } from '../src/socket.ts'
import { Udp } from '../src/transport.ts'

export interface Weather {
  /** Chance of each datagram, 0 to 1. */
  loss?: number
  duplication?: number
  /** One way, ms; datagrams overtake each other where it is a range. */
  latencyMs?: readonly [number, number]
}

/** One datagram as it was sent. */
export interface Sent {
  readonly from: string
  readonly to: string
  readonly bytes: Uint8Array
}

export class Network {
  readonly clock: Clock
  readonly rng: SeededRng
  weather: Required<Weather>
  /** Hears everything that is sent, lost or not. */
  tap: ((sent: Sent) => void) | undefined
  // Bounded by the test.
  readonly #places = new Map<string, OnDatagram>()
  readonly #underWay = new Set<() => void>()
  #hosts = 0

  constructor(clock: Clock, seed: number, weather: Weather = {}) {
    this.clock = clock
    this.rng = seeded(seed)
    this.weather = { loss: 0, duplication: 0, latencyMs: [0, 0], ...weather }
  }

  /** Puts a datagram on its way. */
  send(from: string, to: string, bytes: Uint8Array): void {
    this.tap?.({ from, to, bytes })
    const { loss, duplication, latencyMs } = this.weather
    for (let copies = chance(this.rng, duplication) ? 2 : 1; copies > 0; copies--) {
      if (chance(this.rng, loss)) continue
      const copy = new Uint8Array(bytes)
      const cancel = this.clock.after(between(this.rng, ...latencyMs), () => {
        this.#underWay.delete(cancel)
        this.#places.get(to)?.(copy, ...split(from))
      })
      this.#underWay.add(cancel)
    }
  }

  /** What is on its way is lost. */
  drain(): void {
    for (const cancel of this.#underWay) cancel()
    this.#underWay.clear()
  }

  /** Listens without a transport. */
  listen(place: string, onDatagram: OnDatagram): void {
    this.#places.set(place, onDatagram)
  }

  readonly bind: Bind = async (host, port, onDatagram) => {
    const place = `${host}|${port}`
    this.#places.set(place, onDatagram)
    return {
      host,
      port,
      send: (bytes, to, toPort) => this.send(place, `${to}|${toPort}`, bytes),
      close: async () => void this.#places.delete(place)
    }
  }

  /** A host with an address of its own. */
  async host(init: Partial<UdpTransportInit> = {}): Promise<Udp> {
    const number = ++this.#hosts
    const rng = this.rng.fork(`host ${number}`)
    const privateKey = await generateKeyPairFromSeed('Ed25519', seededBytes(rng)(32))
    const listen = [`/ip4/198.18.${number >> 8}.${number & 255}/udp/4001/noise`]
    return new Udp(
      { privateKey, listen, clock: this.clock, rng, ...init },
      { bind: this.bind, ...seededKeys(rng) }
    )
  }
}

export function seededBytes(rng: Rng): (length: number) => Uint8Array {
  return length => Uint8Array.from({ length }, () => rng() & 0xff)
}

export function seededKeys(rng: Rng): {
  bytes: (length: number) => Uint8Array
  keyPair: () => ReturnType<typeof keyPairFrom>
} {
  const bytes = seededBytes(rng)
  return { bytes, keyPair: () => keyPairFrom(bytes(32)) }
}

function split(place: string): [string, number] {
  const [host, port] = place.split('|')
  return [host!, Number(port)]
}
