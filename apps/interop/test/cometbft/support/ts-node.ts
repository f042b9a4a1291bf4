/** This project's switch and PEX reactor over TCP loopback, with the surface that `GoNode` has. */
import {
  AddressBook,
  dialString,
  formatNetAddress,
  netAddresses,
  parseNetAddress,
  rules
} from '@pex/address-book'
import type { BookSnapshot, NetAddress } from '@pex/address-book'
import { pexReactor } from '@pex/cometbft'
import type { PexEvent, PexReactorInit } from '@pex/cometbft'
import { nodeKey } from '@pex/mconnection'
import { systemClock, systemRng } from '@pex/service'
import { Switch } from '@pex/switch'
import type { Peer, SwitchEvent, SwitchInit } from '@pex/switch'
import { tcp } from '@pex/switch/tcp'
import { afterEach } from 'vitest'
import { CHAIN, ENSURE_MS } from './go.ts'

export interface TsSettings extends Omit<PexReactorInit, 'book' | 'seeds'> {
  readonly network?: string
  readonly moniker?: string
  readonly strict?: boolean
  /** `id@ip:port` each. */
  readonly seeds?: readonly string[]
  readonly snapshot?: BookSnapshot<NetAddress> | undefined
  readonly switch?: SwitchInit
}

type Event = SwitchEvent | PexEvent

let running: TsNode[] = []

export class TsNode {
  readonly switch: Switch
  readonly book: AddressBook<NetAddress>
  /** Everything that has happened, the latest last. Bounded by a test's length. */
  readonly events: Event[] = []
  // Who waits for an event. Bounded by what a test waits for.
  readonly #waiting = new Set<() => void>()

  private constructor(settings: TsSettings) {
    const { network = CHAIN, moniker = 'ts', strict = false, snapshot, switch: init, ...rest } = settings
    this.book = new AddressBook({
      kind: netAddresses(strict ? 'comet' : 'any'),
      rules: rules.cometbft,
      rng: systemRng,
      snapshot
    })
    const note = (event: Event): void => {
      this.events.push(event)
      for (const wake of this.#waiting) wake()
    }
    const reactor = pexReactor({
      ensureMs: ENSURE_MS,
      crawlMs: ENSURE_MS,
      allowDuplicateIp: true,
      ...rest,
      book: this.book,
      onEvent: note
    })
    this.switch = new Switch(
      {
        key: nodeKey(),
        nodeInfo: { network, moniker, version: '0.0.1' },
        carrier: tcp(),
        clock: systemClock,
        rng: systemRng,
        reactors: [reactor]
      },
      // Everybody here is at one IP address.
      { listen: [{ ip: '127.0.0.1', port: 0 }], allowDuplicateIp: true, maxHalfOpenPerIp: 64, ...init }
    )
    this.switch.notify(note)
    running.push(this)
  }

  static async start(settings: TsSettings = {}): Promise<TsNode> {
    const node = new TsNode(settings)
    await node.switch.start()
    return node
  }

  get id(): string {
    return this.switch.id
  }

  /** `id@ip:port`. */
  get address(): string {
    return `${this.id}@${dialString({ id: this.id, ...this.switch.places[0]! })}`
  }

  async dial(address: string): Promise<Peer> {
    const to = parseNetAddress(address)!
    this.switch.vouch([to])
    return this.switch.dial(to)
  }

  add(address: string): void {
    const of = parseNetAddress(address)!
    this.book.add(of, of, Date.now())
  }

  /** The addresses in its book. */
  known(): readonly string[] {
    return this.book.select(Date.now()).map(formatNetAddress)
  }

  added(id: string, count = 1): Promise<Event> {
    return this.happens(event => event.kind === 'peer-added' && event.peer.id === id, count)
  }

  removed(id: string, count = 1): Promise<Event> {
    return this.happens(event => event.kind === 'peer-removed' && event.peer.id === id, count)
  }

  /** Resolves when it has dialled that peer, and the peer was there. */
  met(id: string): Promise<Event> {
    const isMet = (event: Event): boolean =>
      event.kind === 'peer-added' && event.peer.id === id && event.peer.direction === 'outbound'
    return this.happens(isMet)
  }

  /** Resolves with the event of which that holds, whether it has been or is yet to be; with the nth such one, where asked. */
  async happens(holds: (event: Event) => boolean, count = 1): Promise<Event> {
    for (;;) {
      const event = this.events.filter(holds)[count - 1]
      if (event !== undefined) return event
      await new Promise<void>(resolve => {
        const wake = (): void => {
          this.#waiting.delete(wake)
          resolve()
        }
        this.#waiting.add(wake)
      })
    }
  }

  async stop(): Promise<void> {
    await this.switch.stop()
  }
}

afterEach(async () => {
  await Promise.all(running.map(node => node.stop()))
  running = []
})
