/**
 * One object to build on: peer exchange keeps a random view of the network, the neighbourhood chooses live peers out of it, and
 * on these run request and response and broadcast. It counts the application's messages, not its own: what a protocol means
 * is the application's affair.
 *
 * After libonomy-p2p's Switch.
 */
import { NetworkScope, PexError } from '@pex/core'
import type { Clock, Contact, Logger, Metrics, Rng, Verifier } from '@pex/core'
import { createBroadcast } from '@pex/broadcast'
import type { Broadcast, ProtocolInit } from '@pex/broadcast'
import { createVerifier } from '@pex/record'
import { createRpc } from '@pex/rpc'
import type { CallContext, CallHandler, CallOptions, Codecs, Reply, Rpc } from '@pex/rpc'
import { createPex, systemClock, systemRng } from '@pex/service'
import type { Pex, PexComponents, PexInit } from '@pex/service'
import { parseAgent } from './agent.ts'
import { groundMetrics, neighbourMetrics } from './metrics.ts'
import { readLimits } from './neighbourhood/limits.ts'
import type { NeighbourLimits } from './neighbourhood/limits.ts'
import { Neighbours } from './neighbours.ts'
import type { FindGateways } from './nat/port-mapping.ts'
import { PortMapping } from './nat/port-mapping.ts'
import { peerBook } from './peer-book.ts'
import type { PeerBook } from './peer-book.ts'
import { ClockCheck } from './skew.ts'
import type { SkewInit } from './skew.ts'

/** How a host built on a `Pex` shall behave. */
export interface ProtocolsInit {
  /** Which network: hosts of another one are no neighbours. Also the namespace of peer exchange. 1 to 64 printable ASCII characters, no blanks. */
  readonly network: string
  /** What software this is, `my-app/1.2.3`; neighbours are told. @default 'pex/0.0.0' */
  readonly agent?: string | undefined
  /** The oldest version of the agent that is talked to; other agents are not judged. @default every version */
  readonly leastAgent?: string | undefined
  /** How many neighbours, and how patient; false for none at all: no protocols run then, only peer exchange. */
  readonly neighbours?: Partial<NeighbourLimits> | false | undefined
  readonly clockCheck?: SkewInit | undefined
  readonly rpc?: { readonly maxCalls?: number; readonly maxServed?: number } | undefined
  readonly broadcast?: { readonly mode?: 'tree' | 'flood'; readonly lifetimeMs?: number } | undefined
  /** A neighbour has broadcast what this host's validator called invalid; it stays a neighbour unless it is dismissed. */
  readonly onInvalid?:
    | ((from: string, about: { readonly protocol: string; readonly id: string }) => void)
    | undefined
}

/** The same with peer exchange's own options: for `createHost`, which makes one. */
export interface HostInit extends ProtocolsInit, Omit<PexInit, 'namespaces'> {
  /** Remember everybody who was ever good in an address book in the store. @default true where there is a store */
  readonly book?: boolean | undefined
  /** Ask routers for ports that lead here: `upnpGateways()` of `@pex/host/nat`. @default no router is asked */
  readonly nat?: FindGateways | undefined
}

/** What a host stands on: peer exchange that runs, or will. */
export interface Ground {
  readonly pex: Pex
  readonly clock?: Clock | undefined
  readonly rng?: Rng | undefined
  readonly verifier?: Verifier | undefined
  readonly logger?: Logger | undefined
  /** Where to count what happens here: `pex` counts for itself. @default nothing is counted */
  readonly metrics?: Metrics | undefined
  /** Who was ever met; a source of discovery of `pex`, too. @default nobody is remembered */
  readonly book?: PeerBook | undefined
  /** The ports that routers lead here. @default none */
  readonly ports?: PortMapping | undefined
  /** Runs what `pex` runs in. @default `pex.start` and `pex.stop` */
  readonly start?: (() => Promise<unknown>) | undefined
  readonly stop?: (() => Promise<unknown>) | undefined
}

export interface Host {
  readonly id: string
  /** Where this host listens, the peer id at the end: what others are given to find it. */
  readonly addresses: readonly string[]
  readonly pex: Pex
  /** The live neighbours: `list()`, and events `peer:added`, `peer:removed`. */
  readonly peers: Neighbours
  readonly rpc: Rpc
  readonly gossip: Broadcast
  start(): Promise<void>
  /** Takes leave of the neighbours, ends what is under way, then peer exchange and its transport. Idempotent. */
  stop(): Promise<void>
  /** Answers calls of a type. */
  handle(type: string, handler: CallHandler<Uint8Array, Uint8Array>): void
  handle<Question, Answer>(
    type: string,
    codecs: Codecs<Question, Answer>,
    handler: CallHandler<Question, Answer>
  ): void
  /** Asks a peer: a neighbour or somebody of the view or the book by id, or anybody by a contact. Fails as `Rpc.call`, and with `PEX_NO_KNOWN_ADDRESS`. */
  call(
    peer: string | Contact,
    type: string,
    body: Uint8Array,
    options?: CallOptions
  ): Promise<Reply<Uint8Array>>
  call<Question, Answer>(
    peer: string | Contact,
    type: string,
    value: Question,
    options: CallOptions & { readonly codecs: Codecs<Question, Answer> }
  ): Promise<Reply<Answer>>
  /** Takes messages of a type that are sent to this host; the sender learns whether the listener threw. */
  onMessage(type: string, listener: (body: Uint8Array, context: CallContext) => unknown): void
  /** Sends a message to a peer; resolves when it has been taken. Fails as `call`. */
  send(peer: string | Contact, type: string, body: Uint8Array, options?: CallOptions): Promise<void>
  /** Takes part in a broadcast protocol: its messages are judged, and the valid ones passed on. */
  subscribe(protocol: string, init: ProtocolInit): void
  /** Sends a message to everybody who is subscribed; returns its id. */
  broadcast(protocol: string, payload: Uint8Array): string
}

/** A host of its own. Throws `PEX_INVALID_PARAMETER` for options that make no sense. */
export function createHost(components: PexComponents, init: HostInit): Host {
  const { network, book: wantsBook = components.store !== undefined } = init
  const { store, clock = systemClock, rng = systemRng, logger } = components
  const verifier = components.verifier ?? createVerifier()
  const log = (message: string, error?: unknown): void => logger?.error(`${message} - %e`, error)
  const book =
    store === undefined || !wantsBook
      ? undefined
      : peerBook({ store, network, self: components.signer.id, clock, rng, log })
  const discovery = [...(book === undefined ? [] : [book]), ...(init.discovery ?? [])]
  const scope = init.scope instanceof NetworkScope ? init.scope : new NetworkScope(init.scope)
  const pex = createPex(
    { ...components, clock, rng, verifier },
    { ...init, scope, discovery, namespaces: [network] }
  )
  const ports =
    init.nat &&
    new PortMapping({
      find: init.nat,
      clock,
      addresses: () => pex.transport.addresses(),
      watch: listener => pex.transport.watchAddresses(listener),
      announce: places => pex.transport.announce?.(places),
      report: ({ type, ...about }) => logger?.('port mapping: %s %o', type, about)
    })
  return hostOver({ pex, clock, rng, verifier, logger, metrics: components.metrics, book, ports }, init)
}

/** A host over a `Pex` that is there already, such as the service of a libp2p node: it has to have joined the network's namespace. */
export function hostOver(ground: Ground, init: ProtocolsInit): Host {
  return new Protocols(ground, init)
}

const nothing = new Uint8Array()
/** Failures that say that nobody is there, not that somebody is wrong. */
const SILENT: ReadonlySet<string> = new Set(['PEX_TIMEOUT', 'PEX_UNREACHABLE'])

class Protocols implements Host {
  readonly pex: Pex
  readonly peers: Neighbours
  readonly rpc: Rpc
  readonly gossip: Broadcast
  readonly #ground: Ground
  readonly #network: string
  readonly #hasNeighbours: boolean
  #lifecycle: Promise<void> = Promise.resolve()
  #isRunning = false

  constructor(ground: Ground, init: ProtocolsInit) {
    const { pex, clock = systemClock, rng = systemRng, verifier = createVerifier(), logger: log } = ground
    const { network, agent = 'pex/0.0.0', leastAgent, neighbours, clockCheck, onInvalid } = init
    // Peer exchange alone takes more names.
    if (neighbours !== false && !/^[!-~]{1,64}$/.test(network))
      throw new PexError(
        'PEX_INVALID_PARAMETER',
        'a network has a name of 1 to 64 printable ASCII characters without blanks'
      )
    parseAgent(agent)
    this.pex = pex
    this.#hasNeighbours = neighbours !== false
    this.#ground = ground
    this.#network = network
    this.peers = new Neighbours({
      pex,
      namespace: network,
      network,
      agent,
      leastAgent: leastAgent === undefined ? undefined : parseAgent(leastAgent),
      limits: readLimits(neighbours || {}),
      check: new ClockCheck(clockCheck),
      verifier,
      clock,
      rng,
      log: (message, error) => log?.(`${message} - %e`, error)
    })
    if (ground.book !== undefined) keepBook(ground.book, network, pex)
    if (ground.metrics !== undefined)
      groundMetrics(ground.metrics, { book: ground.book, ports: ground.ports })
    // What does not run is not counted either.
    const metrics = this.#hasNeighbours ? ground.metrics : undefined
    if (metrics !== undefined) neighbourMetrics(metrics, this.peers)
    const { transport } = pex
    this.rpc = createRpc({ ...init.rpc, transport, clock, rng, log, metrics })
    this.gossip = createBroadcast({
      ...init.broadcast,
      transport,
      clock,
      rng,
      log,
      metrics,
      peers: {
        peers: () => this.peers.list().map(({ contact, id }) => ({ ...contact, id })),
        watch: listener => this.#watch(listener)
      },
      onInvalid,
      onUnreachable: id => this.peers.broken(id),
      onUnsupported: id => this.peers.useless(id)
    })
  }

  get id(): string {
    return this.pex.id
  }

  get addresses(): readonly string[] {
    return this.pex.transport.addresses().map(address => `${address}/p2p/${this.id}`)
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isRunning) return
      this.#isRunning = true
      const { book, ports, start = () => this.pex.start() } = this.#ground
      try {
        if (this.#hasNeighbours) await this.#serve()
        await book?.open()
        await start()
        ports?.start()
      } catch (error) {
        await this.#shutDown().catch((error: unknown) =>
          this.#ground.logger?.error('the host has not stopped well - %e', error)
        )
        throw error
      }
    })
  }

  stop(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isRunning) await this.#shutDown()
    })
  }

  handle(...args: readonly [string, unknown, unknown?]): void {
    ;(this.rpc.handle as (...args: readonly unknown[]) => void)(...args)
  }

  async call<Question, Answer>(
    peer: string | Contact,
    type: string,
    value: Question,
    options?: CallOptions & { readonly codecs?: Codecs<Question, Answer> }
  ): Promise<Reply<Answer>> {
    const call = this.rpc.call as (...args: readonly unknown[]) => Promise<Reply<Answer>>
    const reply = await call.call(this.rpc, this.#contact(peer), type, value, options)
    this.peers.alive(reply.from)
    return reply
  }

  onMessage(type: string, listener: (body: Uint8Array, context: CallContext) => unknown): void {
    this.rpc.handle(type, async (body, context) => {
      await listener(body, context)
      return nothing
    })
  }

  async send(peer: string | Contact, type: string, body: Uint8Array, options?: CallOptions): Promise<void> {
    await this.call(peer, type, body, options)
  }

  subscribe(protocol: string, init: ProtocolInit): void {
    this.gossip.register(protocol, init)
  }

  broadcast(protocol: string, payload: Uint8Array): string {
    return this.gossip.publish(protocol, payload)
  }

  /** Before anybody can hear of this host: whoever meets it in its first round greets it at once. */
  async #serve(): Promise<void> {
    await Promise.all([this.peers.open(), this.rpc.start(), this.gossip.start()])
    this.peers.start()
  }

  /** First what speaks to others, then what it speaks through. */
  async #shutDown(): Promise<void> {
    this.#isRunning = false
    const { book, ports, stop = () => this.pex.stop() } = this.#ground
    const protocols = [() => this.peers.stop(), () => this.gossip.stop(), () => this.rpc.stop()]
    await inOrder([
      () => ports?.stop(),
      ...(this.#hasNeighbours ? protocols : []),
      () => book?.close(),
      () => stop()
    ])
  }

  #contact(peer: string | Contact): Contact {
    const { id, addresses } = typeof peer === 'string' ? { id: peer, addresses: [] } : peer
    if (id === undefined || addresses.length > 0) return { id, addresses }
    const places = [this.peers.get(id)?.contact, this.#known(id), this.#ground.book?.find(id)]
    const known = places.find(place => place !== undefined && place.addresses.length > 0)
    if (known !== undefined) return { id, addresses: known.addresses }
    // The transport may be connected to it all the same.
    if (typeof peer !== 'string' || this.peers.has(id)) return { id, addresses }
    throw new PexError(
      'PEX_NO_KNOWN_ADDRESS',
      `${peer} is neither a neighbour nor in the view or the book; give a contact`
    )
  }

  #known(id: string): Contact | undefined {
    const { pex } = this
    if (!pex.namespaces.includes(this.#network)) return undefined
    const records = [...pex.view(this.#network), ...pex.recovery(this.#network)]
    return records.find(record => record.id === id)
  }

  #watch(listener: () => void): () => void {
    for (const event of ['peer:added', 'peer:removed'] as const) this.peers.addEventListener(event, listener)
    return () => {
      for (const event of ['peer:added', 'peer:removed'] as const)
        this.peers.removeEventListener(event, listener)
    }
  }

  /** Starts and stops wait for each other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#lifecycle.then(work)
    this.#lifecycle = turn.catch(() => {})
    return turn
  }
}

/** Whose record comes goes into the book; who answers has proved good, and who is silent has been tried in vain. */
function keepBook(book: PeerBook, network: string, pex: Pex): void {
  pex.addEventListener('view:update', ({ detail: { namespace, added } }) => {
    if (namespace === network) for (const record of added) book.met(record)
  })
  pex.addEventListener('exchange:complete', ({ detail: { namespace, role, peer } }) => {
    if (namespace === network && role === 'initiator') book.good(peer)
  })
  pex.addEventListener('exchange:fail', ({ detail: { namespace, to, error } }) => {
    if (namespace === network && to.id !== undefined && SILENT.has(error.code)) book.failed(to.id)
  })
}

/** Each in its turn, whatever became of the ones before it; fails as the first that has failed. */
async function inOrder(steps: readonly (() => unknown)[]): Promise<void> {
  // Bounded by the steps.
  const errors: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}
