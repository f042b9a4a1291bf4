/**
 * The service: one host's own record, its namespaces, and their lifecycle. What happens inside a namespace is the
 * session's business.
 */
import { between, gossip, limits, PexError, shuffle } from '@pex/core'
import type {
  Clock,
  Contact,
  Discovery,
  Gossip,
  Logger,
  PeerRecord,
  RejectionReason,
  Rng,
  Signer,
  Store,
  Transport,
  Verifier
} from '@pex/core'
import { createVerifier, parseContact } from '@pex/record'
import { TypedEventEmitter } from 'main-event'
import { firstContact } from './first-contact.ts'
import { Membership } from './membership.ts'
import type { Emit } from './session.ts'
import { OwnRecord } from './own-record.ts'
import type { JoinOptions, Pex, PexComponents, PexEvents, PexInit, ViewPeer } from './pex.ts'
import { checkNamespace } from './protocol.ts'
import { storeError } from './persistence.ts'
import { systemClock, systemRng } from './system.ts'
import { untilAborted } from './until.ts'

/** Peer exchange over any transport and store. Throws `PEX_INVALID_PARAMETER` for options that make no sense. */
export function createPex(components: PexComponents, init: PexInit = {}): Pex {
  return new PexService(components, init)
}

/** The components with their defaults filled in. */
interface Parts {
  readonly transport: Transport
  readonly signer: Signer
  readonly verifier: Verifier
  readonly store: Store | undefined
  readonly clock: Clock
  readonly rng: Rng
  readonly logger: Logger | undefined
}

class PexService extends TypedEventEmitter<PexEvents> implements Pex {
  readonly #parts: Parts
  readonly #init: PexInit
  readonly #gossip: Gossip
  readonly #bootstrap: readonly Contact[]
  readonly #own: OwnRecord
  // Bounded by limits.maxNamespaces; only the application names namespaces.
  readonly #memberships = new Map<string, Promise<Membership>>()
  // Bounded by limits.maxNamespaces: the memberships that are complete.
  readonly #joined = new Map<string, Membership>()
  // Bounded by the closed list of reasons.
  readonly #rejections = new Map<RejectionReason, number>()
  #running = false
  #lifecycle: Promise<unknown> = Promise.resolve()
  #unwatch: (() => void) | undefined

  constructor(components: PexComponents, init: PexInit) {
    super()
    this.#parts = {
      transport: components.transport,
      signer: components.signer,
      verifier: components.verifier ?? createVerifier(),
      store: components.store,
      clock: components.clock ?? systemClock,
      rng: components.rng ?? systemRng,
      logger: components.logger
    }
    this.#init = init
    this.#gossip = gossip(init.gossip)
    this.#bootstrap = (init.bootstrap ?? []).map(toContact)
    for (const namespace of init.namespaces ?? []) checkNamespace(namespace)
    this.#own = new OwnRecord({
      ...this.#parts,
      storeFailed: cause => this.#emitIn('')('store:fail', { error: storeError(cause) })
    })
  }

  get id(): string {
    return this.#parts.signer.id
  }

  get namespaces(): readonly string[] {
    return [...this.#joined.keys()]
  }

  get rejections(): Readonly<Partial<Record<RejectionReason, number>>> {
    return Object.fromEntries(this.#rejections)
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#running) return
      const { transport, store } = this.#parts
      await store?.open()
      try {
        await transport.start()
        if (transport.addresses().length === 0 && this.#init.dialOnly !== true)
          throw new PexError(
            'PEX_NO_ADDRESSES',
            'this host listens nowhere; let its transport listen, or set dialOnly'
          )
        this.#running = true
        this.#unwatch = transport.watchAddresses(() => void this.#renew())
        await this.#renew()
        await Promise.all((this.#init.namespaces ?? []).map(namespace => this.join(namespace)))
      } catch (error) {
        await this.#shutDown()
        throw error
      }
    })
  }

  stop(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#running) await this.#shutDown()
    })
  }

  async join(namespace: string, options: JoinOptions = {}): Promise<void> {
    const membership = await this.#enter(namespace, options)
    membership.keep()
  }

  async leave(namespace: string): Promise<void> {
    const entering = this.#memberships.get(namespace)
    if (entering === undefined) return
    this.#memberships.delete(namespace)
    this.#joined.delete(namespace)
    const membership = await entering.catch(() => undefined)
    await membership?.close()
  }

  async advertise(namespace: string, { signal }: { signal?: AbortSignal } = {}): Promise<number> {
    const fresh = !this.#memberships.has(namespace)
    const membership = await this.#enter(namespace, {})
    const { tickMs, exchangeMs } = membership.session.gossip
    if (fresh || membership.leased) membership.lease(tickMs + exchangeMs, () => void this.leave(namespace))
    await untilAborted(membership.session.round(), signal)
    return between(this.#parts.rng, tickMs / 2, tickMs)
  }

  async *findPeers(
    namespace: string,
    { signal = new AbortController().signal }: { signal?: AbortSignal } = {}
  ): AsyncIterable<Contact> {
    const { machine } = this.#require(namespace).session
    const seen = new Set<string>([this.id])
    for (const { id, addresses } of shuffle(this.#parts.rng, [...machine.view.entries]).map(e => e.record)) {
      seen.add(id)
      yield { id, addresses }
    }
    for await (const { id, addresses } of this.#firstContact().findPeers(namespace, { signal })) {
      const key = id ?? addresses.join(' ')
      if (seen.has(key)) continue
      seen.add(key)
      yield { id, addresses }
    }
  }

  view(namespace: string): readonly ViewPeer[] {
    return this.#remembered(namespace, 'view')
  }

  recovery(namespace: string): readonly ViewPeer[] {
    return this.#remembered(namespace, 'recovery')
  }

  sample(namespace: string, count: number): readonly PeerRecord[] {
    return this.#require(namespace).session.machine.sample(count)
  }

  async flush(): Promise<void> {
    try {
      await Promise.all([...this.#joined.values()].map(membership => membership.flush()))
    } catch (cause) {
      throw storeError(cause)
    }
  }

  #remembered(namespace: string, place: 'view' | 'recovery'): readonly ViewPeer[] {
    const { machine } = this.#require(namespace).session
    return machine
      .remember()
      .filter(entry => entry.place === place)
      .map(({ record, age, hop }) => ({ ...record, age, hop }))
  }

  #require(namespace: string): Membership {
    const membership = this.#joined.get(namespace)
    if (membership === undefined)
      throw new PexError(
        'PEX_NOT_JOINED',
        `the namespace "${namespace}" has not been joined; call join first`
      )
    return membership
  }

  #enter(namespace: string, options: JoinOptions): Promise<Membership> {
    const entered = this.#memberships.get(namespace)
    if (entered !== undefined) return entered
    const entering = this.#open(namespace, options)
    this.#memberships.set(namespace, entering)
    entering.then(
      membership => {
        if (this.#memberships.get(namespace) === entering) this.#joined.set(namespace, membership)
      },
      () => {
        if (this.#memberships.get(namespace) === entering) this.#memberships.delete(namespace)
      }
    )
    return entering
  }

  async #open(namespace: string, options: JoinOptions): Promise<Membership> {
    checkNamespace(namespace)
    if (!this.#running || this.#own.current === undefined)
      throw new PexError('PEX_NOT_STARTED', 'the service is not running; call start first')
    if (this.#memberships.size >= limits.maxNamespaces)
      throw new PexError(
        'PEX_INVALID_PARAMETER',
        `at most ${limits.maxNamespaces} namespaces can be joined; leave one`
      )
    return Membership.open(
      {
        ...this.#parts,
        namespace,
        gossip: options.gossip === undefined ? this.#gossip : gossip(options.gossip),
        own: () => this.#own.current!,
        discovery: this.#firstContact(),
        sources: this.#init.discovery ?? [],
        emit: this.#emitIn(namespace)
      },
      { bootstrap: (options.bootstrap ?? []).map(toContact), signal: options.signal }
    )
  }

  #firstContact(): Discovery {
    return firstContact(this.#bootstrap, this.#init.discovery ?? [], this.#parts.rng)
  }

  async #renew(): Promise<void> {
    const own = await this.#own.refresh(this.#parts.transport.addresses())
    if (own === undefined) return
    for (const { session } of this.#joined.values()) session.put({ type: 'renewed', own })
    this.safeDispatchEvent('record:update', { detail: { record: own } })
  }

  #emitIn(namespace: string): Emit {
    return (name, detail) => {
      if (name === 'reject') {
        const { reason } = detail as PexEvents['reject']['detail']
        this.#rejections.set(reason, (this.#rejections.get(reason) ?? 0) + 1)
      }
      this.#parts.logger?.('%s %s %o', namespace, name, detail)
      this.safeDispatchEvent(name, { detail: { namespace, ...detail } })
    }
  }

  async #shutDown(): Promise<void> {
    this.#running = false
    this.#unwatch?.()
    this.#unwatch = undefined
    await Promise.all([...this.#memberships.keys()].map(namespace => this.leave(namespace)))
    await this.#parts.transport.stop()
    await this.#parts.store?.close()
  }

  /** Starts and stops wait for each other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#lifecycle.then(work)
    this.#lifecycle = turn.catch(() => {})
    return turn
  }
}

function toContact(peer: string | Contact): Contact {
  return typeof peer === 'string' ? parseContact(peer) : peer
}
