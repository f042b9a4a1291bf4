/** Machines in virtual time without promises or sockets: for floods, and for faults that must be seen one by one. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { between, chance } from '@pex/core'
import { seeded } from '@pex/testkit'
import type { SeededRng } from '@pex/testkit'
import type { Address } from '../src/address.ts'
import { Agenda } from '../src/agenda.ts'
import type { Timed } from '../src/agenda.ts'
import { udpLimits } from '../src/constants.ts'
import type { UdpLimits } from '../src/constants.ts'
import { Endpoint } from '../src/endpoint.ts'
import type { Output } from '../src/endpoint.ts'
import { identity } from '../src/identity.ts'
import type { Manners } from '../src/manners.ts'
import { STATUS, writeQuestion } from '../src/payload.ts'
import { seededBytes, seededKeys } from './net.ts'
import type { Weather } from './net.ts'

export const PROTOCOL = '/test/1'

export type Outcome =
  | { readonly body: Uint8Array; readonly from: string; readonly ms: number }
  | { readonly code: string }

/** A machine at an address. It echoes what it is asked, unless `serve` says otherwise. */
export interface Machine {
  readonly endpoint: Endpoint
  readonly address: Address
  readonly outcomes: Map<number, Outcome>
  /** How often each question has reached a handler, by its body. */
  readonly served: Uint8Array[]
  serve: (output: Extract<Output, { type: 'question' }>) => void
  /** Where its datagrams seem to come from. */
  from: Address
}

export async function identityOf(rng: SeededRng): Promise<ReturnType<typeof identity>> {
  const key = await generateKeyPairFromSeed('Ed25519', seededBytes(rng)(32))
  return identity(key, seededKeys(rng).keyPair())
}

export class Field {
  now = 1_000_000
  weather: Required<Weather> = { loss: 0, duplication: 0, latencyMs: [10, 10] }
  readonly rng: SeededRng
  /** Hears all datagrams before their fate is known. */
  tap: ((from: Address, to: Address, bytes: Uint8Array) => void) | undefined
  readonly #agenda = new Agenda()
  readonly #machines = new Map<string, Machine>()
  readonly #ears = new Map<string, (from: Address, bytes: Uint8Array) => void>()
  #keys = 0

  constructor(seed: number, weather: Weather = {}) {
    this.rng = seeded(seed)
    this.weather = { ...this.weather, ...weather }
  }

  async machine(
    host: string,
    {
      networkKey,
      limits = {},
      manners
    }: { networkKey?: Uint8Array; limits?: Partial<UdpLimits>; manners?: Manners } = {}
  ): Promise<Machine> {
    const rng = this.rng.fork(host)
    const init = {
      identity: await identityOf(rng),
      networkKey,
      limits: { ...udpLimits, ...limits },
      manners,
      rng,
      ...seededKeys(rng)
    }
    const address = { host, port: 4001, via: 0 }
    const machine: Machine = {
      endpoint: new Endpoint(init, this.now),
      address,
      outcomes: new Map(),
      served: [],
      from: address,
      serve: ({ serving, body }) => machine.endpoint.answer(this.now, serving, STATUS.ok, body)
    }
    this.#machines.set(placeOf(address), machine)
    return machine
  }

  /** Moves a machine to another address, as a translator on the way does. */
  move(machine: Machine, address: Address): void {
    this.#machines.delete(placeOf(machine.from))
    machine.from = address
    this.#machines.set(placeOf(address), machine)
  }

  listen(address: Address, ear: (from: Address, bytes: Uint8Array) => void): void {
    this.#ears.set(placeOf(address), ear)
  }

  /** Asks; the outcome stands in `outcomes` under the key that is returned. */
  ask(
    asker: Machine,
    to: { id?: string; addresses: readonly Address[] },
    body: Uint8Array,
    ms = 30_000
  ): number {
    const key = ++this.#keys
    asker.endpoint.ask(this.now, key, to, writeQuestion(PROTOCOL, body))
    this.#asked.set(key, this.now)
    this.settle(asker)
    this.at(this.now + ms, () => {
      if (asker.outcomes.has(key)) return
      asker.outcomes.set(key, { code: 'PEX_TIMEOUT' })
      asker.endpoint.cancel(this.now, key)
      this.settle(asker)
    })
    return key
  }

  send(from: Address, to: Address, bytes: Uint8Array): void {
    this.tap?.(from, to, bytes)
    const { loss, duplication, latencyMs } = this.weather
    for (let copies = chance(this.rng, duplication) ? 2 : 1; copies > 0; copies--) {
      if (chance(this.rng, loss)) continue
      this.at(this.now + between(this.rng, ...latencyMs), () => this.deliver(from, to, bytes))
    }
  }

  /** Hands over a datagram at once. */
  deliver(from: Address, to: Address, bytes: Uint8Array): void {
    const place = placeOf(to)
    this.#ears.get(place)?.(from, bytes)
    const machine = this.#machines.get(place)
    if (machine === undefined) return
    machine.endpoint.receive(this.now, { ...from, via: 0 }, bytes)
    this.settle(machine)
  }

  at(due: number, act: () => void): void {
    const item: Timed = { place: -1, due, wake: act }
    this.#agenda.schedule(item, due)
  }

  /** Lets so much time pass. */
  run(ms: number): void {
    const end = this.now + ms
    for (;;) {
      const machine = this.#next()
      const due = Math.min(this.#agenda.next, machine?.endpoint.wakeAt ?? Infinity)
      if (due > end) break
      this.now = Math.max(this.now, due)
      const item = this.#agenda.pop(this.now)
      if (item !== undefined) item.wake(this.now)
      else if (machine !== undefined) {
        machine.endpoint.wake(this.now)
        this.settle(machine)
      }
    }
    this.now = end
  }

  settle(machine: Machine): void {
    for (let outputs = machine.endpoint.take(); outputs.length > 0; outputs = machine.endpoint.take())
      for (const output of outputs) this.#do(machine, output)
  }

  readonly #asked = new Map<number, number>()

  #do(machine: Machine, output: Output): void {
    if (output.type === 'send') this.send(machine.from, output.to, output.bytes)
    else if (output.type === 'question') {
      machine.served.push(output.body)
      machine.serve(output)
    } else if (output.type === 'answered') {
      const { key, from, body } = output
      if (!machine.outcomes.has(key))
        machine.outcomes.set(key, { body, from, ms: this.now - this.#asked.get(key)! })
    } else if (output.type === 'failed') machine.outcomes.set(output.key, { code: output.error.code })
  }

  #next(): Machine | undefined {
    let first: Machine | undefined
    for (const machine of this.#machines.values())
      if (first === undefined || machine.endpoint.wakeAt < first.endpoint.wakeAt) first = machine
    return first
  }
}

export function placeOf({ host, port }: Address): string {
  return `${host}|${port}`
}

/** An address of IPv4 from a number. */
export function ip4(number: number, port = 4001): Address {
  return { host: [24, 16, 8, 0].map(shift => (number >>> shift) & 255).join('.'), port, via: 0 }
}
