/**
 * A network of services in one process and in virtual time: the shipped service, wire, records and stores over the
 * network in memory. Everything that happens follows from the seed.
 */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Contact, GossipOptions, Signer, Store } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import { createPex } from '@pex/service'
import type { Pex } from '@pex/service'
import { memoryStore } from '@pex/store-memory'
import { memoryNetwork } from '@pex/transport-memory'
import type { MemoryNetwork, MemoryNetworkInit, MemoryTransport } from '@pex/transport-memory'
import { seeded } from './chance.ts'
import type { SeededRng } from './chance.ts'
import { virtualClock } from './clock.ts'
import type { VirtualClock } from './clock.ts'
import { mortal } from './mortal.ts'
import type { Mortal } from './mortal.ts'

export interface VirtualNetworkOptions extends Omit<MemoryNetworkInit, 'clock' | 'rng'> {
  /** Hosts; all but the first know the first. */
  readonly hosts: number
  /** @default 1 */
  readonly seed?: number
  /** @default a tick of 10 seconds */
  readonly gossip?: GossipOptions
  /** @default 'test' */
  readonly namespace?: string
}

/** One host; its id and its disk survive its crashes. */
export interface VirtualHost {
  readonly id: string
  readonly alive: boolean
  /** The service of the present life. */
  readonly pex: Pex
  readonly store: Store
  /** How the present life is connected. */
  readonly transport: MemoryTransport
  /** Ends it as kill -9 would. */
  crash(): void
  /** Ends it in good order. */
  stop(): Promise<void>
  /** Begins a new life on the same disk; by default without any bootstrap peer, and where it was. */
  start(bootstrap?: readonly (string | Contact)[], addresses?: readonly string[]): Promise<void>
}

export interface VirtualNetwork {
  readonly clock: VirtualClock
  readonly rng: SeededRng
  /** Loss, latency, partitions. */
  readonly links: MemoryNetwork
  readonly hosts: readonly VirtualHost[]
  readonly namespace: string
  /** Lets so many ticks pass. */
  rounds(count: number): Promise<void>
  /** The ids in the view of a living host. */
  viewOf(host: VirtualHost): readonly string[]
  /** Whether every living host holds every other one. */
  converged(): boolean
  /** Sizes of the sets of living hosts that are linked by views, in either direction; largest first. */
  components(): readonly number[]
  /** Stops every host that lives. */
  stop(): Promise<void>
}

/** Starts a network; its hosts have joined the namespace and know the first one as bootstrap peer. */
export async function virtualNetwork(options: VirtualNetworkOptions): Promise<VirtualNetwork> {
  const network = new Network(options)
  const rng = seeded(options.seed ?? 1)
  for (let i = 0; i < options.hosts; i++) await network.add(rng.fork(`host ${i}`))
  return network
}

class Network implements VirtualNetwork {
  readonly clock = virtualClock(Date.UTC(2026, 0, 1))
  readonly rng: SeededRng
  readonly links: MemoryNetwork
  readonly namespace: string
  readonly gossip: GossipOptions
  readonly verifier = this.clock.tracked(createVerifier())
  /** Bounded by the hosts that the test asks for. */
  readonly hosts: Host[] = []

  constructor(options: VirtualNetworkOptions) {
    const { seed = 1, namespace = 'test', gossip = { tickMs: 10_000 }, hosts: _, ...conditions } = options
    this.rng = seeded(seed)
    this.namespace = namespace
    this.gossip = gossip
    this.links = memoryNetwork({ ...conditions, clock: this.clock, rng: this.rng.fork('links') })
  }

  async add(rng: SeededRng): Promise<void> {
    const seed = Uint8Array.from({ length: 32 }, () => rng() & 0xff)
    const signer = createSigner(await generateKeyPairFromSeed('Ed25519', seed))
    const host = new Host(this, this.clock.tracked(signer), rng)
    const first = this.hosts[0]
    this.hosts.push(host)
    await host.start(first === undefined ? [] : [{ id: first.id, addresses: first.transport.addresses() }])
  }

  async rounds(count: number): Promise<void> {
    await this.clock.advance(count * (this.gossip.tickMs ?? 10_000))
  }

  viewOf(host: VirtualHost): readonly string[] {
    return host.pex.view(this.namespace).map(({ id }) => id)
  }

  converged(): boolean {
    const living = this.hosts.filter(({ alive }) => alive)
    return living.every(host => {
      const view = new Set(this.viewOf(host))
      return living.every(other => other === host || view.has(other.id))
    })
  }

  components(): readonly number[] {
    const living = this.hosts.filter(({ alive }) => alive)
    const links = new Map(living.map(host => [host.id, new Set<string>()]))
    for (const host of living) {
      for (const id of this.viewOf(host)) {
        links.get(host.id)!.add(id)
        links.get(id)?.add(host.id)
      }
    }
    return [...componentsOf(links)].sort((a, b) => b - a)
  }

  async stop(): Promise<void> {
    for (const host of this.hosts) if (host.alive) await host.stop()
  }
}

class Host implements VirtualHost {
  readonly id: string
  readonly store = memoryStore()
  readonly #network: Network
  readonly #signer: Signer
  readonly #rng: SeededRng
  #lives = 0
  #life: { pex: Pex; transport: MemoryTransport; share: Mortal } | undefined
  #last: { pex: Pex; transport: MemoryTransport } | undefined

  constructor(network: Network, signer: Signer, rng: SeededRng) {
    this.id = signer.id
    this.#network = network
    this.#signer = signer
    this.#rng = rng
  }

  get alive(): boolean {
    return this.#life !== undefined
  }

  get pex(): Pex {
    return this.#last!.pex
  }

  get transport(): MemoryTransport {
    return this.#last!.transport
  }

  crash(): void {
    this.#life!.share.kill()
    this.#network.links.kill(this.id)
    this.#life = undefined
  }

  async stop(): Promise<void> {
    await this.#life!.pex.stop()
    this.#life = undefined
  }

  async start(bootstrap: readonly (string | Contact)[] = [], addresses?: readonly string[]): Promise<void> {
    const { links, clock, verifier, namespace, gossip } = this.#network
    const transport = links.transport(this.id, addresses && { addresses })
    const share = mortal(clock, this.store)
    const rng = this.#rng.fork(`life ${++this.#lives}`)
    const parts = { transport, verifier, rng, signer: this.#signer, store: share.store, clock: share.clock }
    const pex = createPex(parts, { namespaces: [namespace], bootstrap, gossip })
    await pex.start()
    this.#life = { pex, transport, share }
    this.#last = this.#life
  }
}

function* componentsOf(links: ReadonlyMap<string, ReadonlySet<string>>): Iterable<number> {
  const seen = new Set<string>()
  for (const start of links.keys()) {
    if (seen.has(start)) continue
    const before = seen.size
    const open = [start]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id) || !links.has(id)) continue
      seen.add(id)
      open.push(...links.get(id)!)
    }
    yield seen.size - before
  }
}
