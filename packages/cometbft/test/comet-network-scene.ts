/** Real switches with the real reactor on a network in memory, in virtual time. */
import { AddressBook, netAddresses, rules } from '@pex/address-book'
import type { AddressBookInit, NetAddress } from '@pex/address-book'
import { dialects, pexReactor } from '@pex/cometbft'
import type { PexEvent, PexMessage, PexReactor, PexReactorInit } from '@pex/cometbft'
import { nodeIdOf, nodeKey } from '@pex/mconnection'
import { Switch } from '@pex/switch'
import type { Peer, Reactor, SwitchInit } from '@pex/switch'
import { seeded, streamNetwork, virtualClock } from '@pex/testkit'
import type { SeededRng, StreamNetwork, VirtualClock } from '@pex/testkit'

const PORT = 26_656

export interface HostInit extends Partial<Omit<PexReactorInit, 'book'>> {
  readonly book?: Partial<AddressBookInit<NetAddress>>
  readonly knows?: readonly Host[]
  readonly met?: readonly Host[]
  readonly switch?: Omit<SwitchInit, 'listen'>
  readonly version?: string
  readonly network?: string
}

export interface Host {
  readonly address: NetAddress
  /** `id@ip:port`. */
  readonly text: string
  readonly book: AddressBook<NetAddress>
  readonly reactor: PexReactor
  readonly node: Switch
  readonly events: PexEvent[]
}

/** A node that says what the test says, and notes what it hears. */
export class Puppet implements Reactor {
  readonly channels = [dialects.cometbft.channel]
  readonly heard: PexMessage[] = []
  readonly gone: (Error | undefined)[] = []

  receive(_peer: Peer, _channel: number, bytes: Uint8Array): void {
    const message = dialects.cometbft.decode(bytes)
    if (typeof message !== 'string') this.heard.push(message)
  }

  removePeer(_peer: Peer, reason: Error | undefined): void {
    this.gone.push(reason)
  }
}

export class World {
  readonly clock: VirtualClock = virtualClock(1_770_000_000_000)
  readonly network: StreamNetwork
  readonly switches: Switch[] = []
  readonly #rng: SeededRng
  #made = 0

  constructor(seed: number = 1) {
    this.#rng = seeded(seed)
    this.network = streamNetwork({ clock: this.clock, rng: this.#rng.fork('network'), latencyMs: [5, 20] })
  }

  /** A node that does not run yet, each in a network group of its own. */
  host(init: HostInit = {}): Host {
    const {
      book: bookInit,
      knows = [],
      met = [],
      switch: switchInit,
      version = '1.0.1',
      network,
      ...rest
    } = init
    const n = ++this.#made
    const rng = this.#rng.fork(`host ${n}`)
    const book = new AddressBook({ kind: netAddresses(), rules: rules.cometbft, rng, ...bookInit })
    for (const { address } of [...knows, ...met]) book.add(address, address, this.clock.now())
    for (const { address } of met) book.good(address.id, this.clock.now())
    const events: PexEvent[] = []
    const reactor = pexReactor({ ...rest, book, onEvent: event => events.push(event) })
    return { ...this.#node(n, reactor, { version, network }, switchInit), book, reactor, events }
  }

  async up(init: HostInit = {}): Promise<Host> {
    const host = this.host(init)
    await host.node.start()
    return host
  }

  async puppet(
    init: Omit<SwitchInit, 'listen'> = {}
  ): Promise<{ node: Switch; puppet: Puppet; address: NetAddress }> {
    const puppet = new Puppet()
    const { node, address } = this.#node(++this.#made, puppet, {}, init)
    await node.start()
    return { node, puppet, address }
  }

  /** Lets time pass until the promise settles. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false
    const settled = promise.finally(() => (isSettled = true))
    settled.catch(() => {})
    await this.clock.runUntil(() => isSettled, { maxMs: 60_000 })
    return settled
  }

  /** Stops everything: sockets and timers that are left then. */
  async end(): Promise<[sockets: number, timers: number]> {
    await this.until(Promise.all(this.switches.map(node => node.stop())))
    await this.clock.advance(5_000)
    return [this.network.sockets.length, this.clock.pending]
  }

  #node(
    n: number,
    reactor: Reactor,
    {
      version = '1.0.1',
      network = 'test-chain'
    }: { version?: string | undefined; network?: string | undefined },
    init: Omit<SwitchInit, 'listen'> = {}
  ): { readonly node: Switch; readonly address: NetAddress; readonly text: string } {
    const key = nodeKey(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? n : 9)))
    const ip = `20.${n}.7.1`
    const node = new Switch(
      {
        key,
        nodeInfo: { network, version },
        carrier: this.network.carrier(ip),
        clock: this.clock,
        rng: this.#rng.fork(`switch ${n}`),
        reactors: [reactor]
      },
      { ...init, listen: [{ ip, port: PORT }] }
    )
    this.switches.push(node)
    const id = nodeIdOf(key.publicKey)
    return { node, address: { id, ip, port: PORT }, text: `${id}@${ip}:${PORT}` }
  }
}
