/** Switches on a network in memory and in virtual time, with reactors that note what they hear. */
import { seeded, streamNetwork, virtualClock } from '@pex/testkit'
import type { SeededRng, StreamNetwork, StreamNetworkInit, VirtualClock } from '@pex/testkit'
import type { NetAddress } from '@pex/address-book'
import { nodeIdOf, nodeKey } from '@pex/mconnection'
import type { ChannelDescriptor, NodeKey } from '@pex/mconnection'
import { Switch, SwitchError } from '../src/index.ts'
import type {
  NodeInfo,
  Peer,
  Reactor,
  SwitchEvent,
  SwitchHandle,
  SwitchInit,
  SwitchParts
} from '../src/index.ts'

export const PORT = 26_656

/** The key number `n` of the tests. */
export function keyOf(n: number): NodeKey {
  return nodeKey(Uint8Array.from({ length: 32 }, (_, i) => (i < 30 ? 7 : i === 30 ? n >> 8 : n & 255)))
}

export function idOf(n: number): string {
  return nodeIdOf(keyOf(n).publicKey)
}

export interface Heard {
  readonly what: 'init' | 'add' | 'remove' | 'receive' | 'start' | 'stop'
  readonly id?: string
  readonly channel?: number
  readonly text?: string
  readonly reason?: Error | undefined
}

/** A reactor that notes everything. */
export class Notes implements Reactor {
  readonly channels: readonly ChannelDescriptor[]
  readonly heard: Heard[] = []
  handle: SwitchHandle | undefined

  constructor(...ids: number[]) {
    this.channels = ids.map(id => ({ id, sendQueueCapacity: 10, maxMessageBytes: 1_000 }))
  }

  start(handle: SwitchHandle): void | Promise<void> {
    this.handle = handle
    this.heard.push({ what: 'start' })
  }

  stop(): void {
    this.heard.push({ what: 'stop' })
  }

  initPeer({ id }: Peer): void {
    this.heard.push({ what: 'init', id })
  }

  addPeer({ id }: Peer): void {
    this.heard.push({ what: 'add', id })
  }

  removePeer({ id }: Peer, reason: Error | undefined): void {
    this.heard.push({ what: 'remove', id, reason })
  }

  receive({ id }: Peer, channel: number, message: Uint8Array): void | Promise<void> {
    this.heard.push({ what: 'receive', id, channel, text: new TextDecoder().decode(message) })
  }

  of(what: Heard['what']): readonly Heard[] {
    return this.heard.filter(heard => heard.what === what)
  }
}

export interface HostInit extends Omit<SwitchInit, 'listen'> {
  /** Of the key and, where nothing else is said, of the address 10.0.0.n. */
  readonly n: number
  readonly ip?: string
  readonly isListening?: boolean
  readonly reactors?: readonly Reactor[]
  readonly nodeInfo?: Partial<NodeInfo>
  readonly parts?: Partial<SwitchParts>
}

export interface Host {
  readonly n: number
  readonly node: Switch
  readonly notes: Notes
  readonly address: NetAddress
  readonly events: SwitchEvent[]
}

export class Scene {
  readonly clock: VirtualClock = virtualClock(1_700_000_000_000)
  readonly rng: SeededRng
  readonly network: StreamNetwork
  readonly hosts: Host[] = []

  constructor(init: Partial<StreamNetworkInit> = {}, seed: number = 1) {
    this.rng = seeded(seed)
    this.network = streamNetwork({ clock: this.clock, rng: this.rng.fork('network'), latencyMs: 5, ...init })
  }

  make({ n, ip = `10.0.0.${n}`, isListening = true, reactors, nodeInfo, parts, ...init }: HostInit): Host {
    const notes = new Notes(0)
    const node = new Switch(
      {
        key: keyOf(n),
        nodeInfo: { network: 'test-chain', moniker: `host ${n}`, ...nodeInfo },
        carrier: this.network.carrier(ip),
        clock: this.clock,
        rng: this.rng.fork(`host ${n}`),
        reactors: reactors ?? [notes],
        ...parts
      },
      { ...init, ...(isListening ? { listen: [{ ip, port: PORT }] } : {}) }
    )
    const events: SwitchEvent[] = []
    node.notify(event => events.push(event))
    const host = { n, node, notes, events, address: { id: idOf(n), ip, port: PORT } }
    this.hosts.push(host)
    return host
  }

  async host(init: HostInit): Promise<Host> {
    const host = this.make(init)
    await host.node.start()
    return host
  }

  /** Lets time pass until the promise settles. */
  async until<T>(promise: Promise<T>, maxMs: number = 60_000): Promise<T> {
    let isSettled = false
    const settled = promise.finally(() => (isSettled = true))
    settled.catch(() => {})
    await this.clock.runUntil(() => isSettled, { maxMs })
    return settled
  }

  async connect(from: Host, to: Host): Promise<Peer> {
    const peer = await this.until(from.node.dial(to.address))
    await this.clock.advance(100)
    return peer
  }

  /** What the work is refused with. */
  async refused(promise: Promise<unknown>, maxMs?: number): Promise<SwitchError> {
    const outcome = await this.until(
      promise.then(
        () => new Error('it has succeeded'),
        (error: unknown) => error
      ),
      maxMs
    )
    if (outcome instanceof SwitchError) return outcome
    throw outcome
  }

  /** Stops everything; what is left then. */
  async end(): Promise<{ sockets: number; timers: number; listening: number }> {
    await this.until(Promise.all(this.hosts.map(({ node }) => node.stop())))
    await this.clock.advance(2_000)
    const { sockets, listening } = this.network
    return { sockets: sockets.length, timers: this.clock.pending, listening: listening.length }
  }
}

export const nothing: { sockets: number; timers: number; listening: number } = {
  sockets: 0,
  timers: 0,
  listening: 0
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
