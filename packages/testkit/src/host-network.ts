/**
 * A network of hosts for testing a protocol: started from a few parameters, in virtual time over memory or in real time over
 * real carriers; a test acts on each host or on a random few, waits for a condition, and when that does not come it is told what every host
 * saw. After libonomy-p2p's IntegrationTestSuite and NodeTestInstance.
 */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { sample } from '@pex/core'
import type { Clock, Contact, Logger, Transport } from '@pex/core'
import { createHost } from '@pex/host'
import type { Host, HostInit } from '@pex/host'
import { createSigner, createVerifier } from '@pex/record'
import { systemClock } from '@pex/service'
import { memoryNetwork } from '@pex/transport-memory'
import type { MemoryNetwork, MemoryNetworkInit } from '@pex/transport-memory'
import { seeded } from './chance.ts'
import type { SeededRng } from './chance.ts'
import { virtualClock } from './clock.ts'
import type { VirtualClock } from './clock.ts'

/** The key of a host of the network: what `udpTransport` and `createLibp2p` take. */
export type HostKey = Ed25519PrivateKey

export interface HostNetworkOptions {
  /** How many hosts, bootstrap hosts included. */
  readonly hosts: number
  /** How many of them the others are told of. @default 1 */
  readonly bootstraps?: number | undefined
  /** @default 1 */
  readonly seed?: number | undefined
  /** How each host shall behave. @default a tick of a second, in the network 'test' */
  readonly init?: ((index: number) => Partial<HostInit>) | undefined
  /** Called with each host before it starts, also with one that comes later: here protocols are registered. */
  readonly before?: ((host: Host, index: number, network: HostNetwork) => void | Promise<void>) | undefined
  /** Called with each host when it has started. */
  readonly after?: ((host: Host, index: number, network: HostNetwork) => void | Promise<void>) | undefined
  /** Latency, loss and duplication of the network in memory. @default none */
  readonly links?: Omit<MemoryNetworkInit, 'clock' | 'rng'> | undefined
  /** What carries a host; time is real then. @default a network in memory, in virtual time */
  readonly carrier?: ((key: HostKey, index: number) => Transport) | undefined
}

export interface HostNetwork {
  /** Those that run, bootstrap hosts first. */
  readonly hosts: readonly Host[]
  /** Nothing where time is real. */
  readonly clock: VirtualClock | undefined
  /** Loss, latency and partitions; nothing over real carriers. */
  readonly links: MemoryNetwork | undefined
  readonly rng: SeededRng
  /** Runs an action on each host, all at once; fails with all of its failures and the report. */
  each(action: (host: Host, index: number) => unknown): Promise<void>
  /** Runs an action on so many random hosts. */
  some(count: number, action: (host: Host) => unknown): Promise<void>
  /**
   * Resolves to the ms after which the condition holds; fails with the report when it does not within `maxMs` (default
   * 60 000). In real time it is looked at every 20 ms.
   */
  until(
    condition: () => boolean,
    options?: { readonly maxMs?: number; readonly what?: string }
  ): Promise<number>
  /** Lets time pass. */
  pass(ms: number): Promise<void>
  /** Every host has as many neighbours as it wants, or all there are. */
  meet(options?: { readonly maxMs?: number }): Promise<number>
  /** Waits for work of hosts, and lets virtual time go on meanwhile. */
  run<T>(work: Promise<T>): Promise<T>
  /** One more host. */
  add(): Promise<Host>
  /** Ends a host: in good order, or as a crash would, where the network is in memory. */
  remove(host: Host, options?: { readonly crash?: boolean }): Promise<void>
  /** What each host sees and has logged lately, as text. */
  report(): string
  /** Stops everybody; in virtual time it fails where a timer is left. */
  stop(): Promise<void>
}

/** Lines of log that are kept of each host. */
const LINES = 20

/** Starts a network; all hosts but the bootstrap hosts know only those. */
export async function hostNetwork(options: HostNetworkOptions): Promise<HostNetwork> {
  const network = new Network(options)
  for (let i = 0; i < options.hosts; i++) await network.add()
  return network
}

class Network implements HostNetwork {
  readonly clock: VirtualClock | undefined
  readonly links: MemoryNetwork | undefined
  readonly rng: SeededRng
  /** Bounded by the hosts that the test asks for. */
  readonly hosts: Host[] = []
  readonly #options: HostNetworkOptions
  readonly #time: Clock
  // Bounded by the hosts that the test asks for.
  readonly #logs = new Map<Host, string[]>()
  #made = 0

  constructor(options: HostNetworkOptions) {
    const { carrier, seed = 1, links } = options
    this.#options = options
    this.rng = seeded(seed)
    this.clock = carrier === undefined ? virtualClock(Date.UTC(2026, 0, 1)) : undefined
    this.#time = this.clock ?? systemClock
    this.links = this.clock && memoryNetwork({ ...links, clock: this.clock, rng: this.rng.fork('links') })
  }

  async add(): Promise<Host> {
    const { before, after, carrier, init = () => ({}), bootstraps = 1 } = this.#options
    const index = this.#made++
    const rng = this.rng.fork(`host ${index}`)
    const key = await generateKeyPairFromSeed(
      'Ed25519',
      Uint8Array.from({ length: 32 }, () => rng() & 0xff)
    )
    const signer = this.#tracked(createSigner(key))
    const lines: string[] = []
    const parts = {
      transport: carrier?.(key, index) ?? this.links!.transport(signer.id),
      signer,
      verifier: this.#tracked(createVerifier()),
      clock: this.#time,
      rng,
      logger: logInto(lines)
    }
    const known = this.hosts.slice(0, bootstraps).map(contactOf)
    const host = createHost(parts, {
      network: 'test',
      gossip: { tickMs: 1_000 },
      bootstrap: known,
      ...init(index)
    })
    await before?.(host, index, this)
    await this.run(host.start())
    this.hosts.push(host)
    this.#logs.set(host, lines)
    await after?.(host, index, this)
    return host
  }

  async each(action: (host: Host, index: number) => unknown): Promise<void> {
    const work = this.hosts.map((host, index) => Promise.resolve().then(() => action(host, index)))
    const ends = await this.run(Promise.allSettled(work))
    const causes = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []))
    if (causes.length === 0) return
    const message = `failed on ${causes.length} of ${ends.length} hosts: ${String(causes[0])}\n${this.report()}`
    throw new AggregateError(causes, message)
  }

  async some(count: number, action: (host: Host) => unknown): Promise<void> {
    for (const host of sample(this.rng, [...this.hosts], count))
      await this.run(Promise.resolve().then(() => action(host)))
  }

  async until(
    condition: () => boolean,
    { maxMs = 60_000, what = 'the condition' }: { readonly maxMs?: number; readonly what?: string } = {}
  ): Promise<number> {
    const start = this.#time.now()
    try {
      if (this.clock !== undefined) return await this.clock.runUntil(condition, { maxMs })
      while (!condition()) {
        if (this.#time.now() - start > maxMs) throw new Error('too late')
        await this.pass(20)
      }
      return this.#time.now() - start
    } catch (cause) {
      throw new Error(`${what} did not come within ${maxMs} ms\n${this.report()}`, { cause })
    }
  }

  async pass(ms: number): Promise<void> {
    if (this.clock !== undefined) return this.clock.advance(ms)
    await new Promise<void>(resolve => this.#time.after(ms, resolve))
  }

  meet({ maxMs = 60_000 }: { readonly maxMs?: number } = {}): Promise<number> {
    const isSettled = (host: Host): boolean => {
      const { size } = host.peers
      const { outbound } = host.peers.limits
      const chosen = host.peers.list().filter(({ side }) => side === 'outbound').length
      return chosen >= outbound || size >= this.hosts.length - 1
    }
    return this.until(() => this.hosts.every(isSettled), { maxMs, what: 'enough neighbours for everybody' })
  }

  async run<T>(work: Promise<T>): Promise<T> {
    const { clock } = this
    if (clock === undefined) return work
    let isOver = false
    const over = (): void => void (isOver = true)
    work.then(over, over)
    await clock.runUntil(() => isOver, { maxMs: 120_000 })
    return work
  }

  async remove(host: Host, { crash = false }: { readonly crash?: boolean } = {}): Promise<void> {
    this.hosts.splice(this.hosts.indexOf(host), 1)
    if (crash) this.links?.kill(host.id)
    await this.run(host.stop())
  }

  report(): string {
    const { seed = 1, init } = this.#options
    const lines = [`seed ${seed}, ${this.hosts.length} hosts`]
    for (const [index, host] of this.hosts.entries()) {
      const network = init?.(index).network ?? 'test'
      const ids = (peers: readonly { readonly id: string }[]): string =>
        peers.map(({ id }) => this.#nameOf(id)).join(' ') || 'nobody'
      const view = host.pex.namespaces.includes(network) ? host.pex.view(network) : []
      lines.push(
        `host ${index} (${host.id})`,
        `  view: ${ids(view)}`,
        `  neighbours: ${ids(host.peers.list())}`
      )
      for (const line of this.#logs.get(host) ?? []) lines.push(`  ${line}`)
    }
    return lines.join('\n')
  }

  async stop(): Promise<void> {
    const hosts = this.hosts.splice(0)
    await this.run(Promise.all(hosts.map(host => host.stop())))
    if (this.clock !== undefined && this.clock.pending > 0)
      throw new Error(`${this.clock.pending} timers are left after every host has stopped`)
  }

  #nameOf(id: string): string {
    const index = this.hosts.findIndex(host => host.id === id)
    return index < 0 ? id.slice(-8) : String(index)
  }

  #tracked<T extends object>(port: T): T {
    return this.clock === undefined ? port : this.clock.tracked(port)
  }
}

function contactOf({ id, pex }: Host): Contact {
  return { id, addresses: pex.transport.addresses() }
}

/** A logger that keeps the last lines. */
function logInto(lines: string[]): Logger {
  const write = (message: string, ...values: unknown[]): void => {
    let at = 0
    lines.push(message.replace(/%[a-zA-Z]/g, () => shown(values[at++])))
    if (lines.length > LINES) lines.shift()
  }
  return Object.assign(write, { error: write })
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null || value instanceof Error) return String(value)
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
  return text.length > 160 ? `${text.slice(0, 160)}…` : text
}
