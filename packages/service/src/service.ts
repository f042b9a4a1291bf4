/**
 * The service: one host's own record, its namespaces, and their lifecycle. What happens inside a namespace is the
 * session's business.
 */
import { abortError, between, gossip, NetworkScope, PexError, shuffle } from '@pex/core'
import type {
  Clock,
  Contact,
  Discovery,
  Gossip,
  Logger,
  PeerRecord,
  RejectionReason,
  Rng,
  Scope,
  Signer,
  SizeEstimate,
  Store,
  Transport,
  Verifier
} from '@pex/core'
import { createVerifier, parseContact } from '@pex/record'
import { native } from '@pex/wire'
import { TypedEventEmitter } from 'main-event'
import { firstContact } from './first-contact.ts'
import { Membership } from './membership.ts'
import { Memberships } from './memberships.ts'
import { metered } from './metered.ts'
import type { Metered } from './metered.ts'
import type { Emit } from './session.ts'
import { OwnRecord } from './own-record.ts'
import type { JoinOptions, NamespaceInit, Pex, PexComponents, PexEvents, PexInit, ViewPeer } from './pex.ts'
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
  readonly #bootstrap: readonly Contact[]
  readonly #own: OwnRecord
  readonly #scope: NetworkScope
  // The scope in which the addresses were announced last.
  #announcedIn: Scope | undefined
  readonly #memberships = new Memberships()
  // Bounded by the closed list of reasons.
  readonly #rejections = new Map<RejectionReason, number>()
  #running = false
  #lifecycle: Promise<unknown> = Promise.resolve()
  #unwatch: (() => void) | undefined
  readonly #counted: Metered

  constructor(components: PexComponents, init: PexInit) {
    super()
    const counted = metered(components.transport, components.store, components.metrics)
    this.#counted = counted
    this.#parts = {
      transport: counted.transport,
      signer: components.signer,
      verifier: components.verifier ?? createVerifier(),
      store: counted.store,
      clock: components.clock ?? systemClock,
      rng: components.rng ?? systemRng,
      logger: components.logger
    }
    this.#init = init
    if (init.wires?.length === 0)
      throw new PexError('PEX_INVALID_PARAMETER', 'wires is empty; leave it out, or give one or more')
    this.#gossipOf({})
    this.#scope = init.scope instanceof NetworkScope ? init.scope : new NetworkScope(init.scope)
    const { transport } = counted
    if (transport.carries !== undefined) this.#scope.carriedBy(address => transport.carries!(address))
    this.#bootstrap = this.#vouched(init.bootstrap ?? [])
    for (const namespace of init.namespaces ?? []) {
      const { name, options } = toJoin(namespace)
      checkNamespace(name)
      this.#gossipOf(options)
    }
    this.#own = new OwnRecord({
      ...this.#parts,
      storeFailed: cause => this.#emitIn('')('store:fail', { error: storeError(cause) })
    })
  }

  get id(): string {
    return this.#parts.signer.id
  }

  get record(): PeerRecord | undefined {
    return this.#own.current
  }

  get transport(): Transport {
    return this.#parts.transport
  }

  get namespaces(): readonly string[] {
    return this.#memberships.names
  }

  get rejections(): Readonly<Partial<Record<RejectionReason, number>>> {
    return Object.fromEntries(this.#rejections)
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#running) return
      const { transport, store } = this.#parts
      await this.#counted.start(this)
      await store?.open()
      try {
        await transport.start()
        if (transport.addresses().length === 0 && this.#init.dialOnly !== true)
          throw new PexError(
            'PEX_NO_ADDRESSES',
            'this host listens nowhere; let its transport listen, or set dialOnly'
          )
        this.#running = true
        this.#unwatch = transport.watchAddresses(() => void this.#renew().catch(this.#note))
        await this.#renew()
        const joins = (this.#init.namespaces ?? []).map(toJoin)
        await Promise.all(joins.map(({ name, options }) => this.join(name, options)))
      } catch (error) {
        await this.#shutDown().catch(this.#note)
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
    const { signal } = options
    if (signal?.aborted === true) throw abortError(signal)
    const contacts = this.#vouched(options.bootstrap ?? [])
    const fresh = this.#memberships.get(namespace) === undefined
    const membership = await this.#enter(namespace, options, contacts.length > 0)
    try {
      if (contacts.length > 0) await untilAborted(membership.bootstrap(contacts), signal)
      membership.keep()
    } catch (error) {
      // Somebody else may have joined it meanwhile.
      if (fresh && !membership.kept) await this.leave(namespace)
      throw error
    }
  }

  leave(namespace: string): Promise<void> {
    return this.#memberships.leave(namespace)
  }

  async advertise(namespace: string, { signal }: { signal?: AbortSignal } = {}): Promise<number> {
    if (signal?.aborted === true) throw abortError(signal)
    const membership = await this.#enter(namespace, {}, false)
    const { tickMs, exchangeMs } = membership.session.gossip
    membership.cancelLease()
    try {
      await untilAborted(membership.session.round(), signal)
    } finally {
      membership.lease(tickMs + exchangeMs, () => void this.leave(namespace).catch(this.#note))
    }
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
    if (!Number.isInteger(count) || count < 0)
      throw new PexError('PEX_INVALID_PARAMETER', `a sample of ${count} peers; give an integer of 0 or more`)
    return this.#require(namespace).session.machine.sample(count)
  }

  stream(namespace: string, { signal }: { signal?: AbortSignal } = {}): AsyncIterable<PeerRecord> {
    return this.#require(namespace).session.stream(signal)
  }

  estimate(namespace: string): SizeEstimate | undefined {
    return this.#require(namespace).session.machine.estimate
  }

  async offer(namespace: string, envelopes: readonly Uint8Array[]): Promise<void> {
    await this.#require(namespace).session.offer(envelopes)
  }

  async flush(): Promise<void> {
    await this.#own.settled()
    await Promise.all(this.#memberships.all.map(membership => membership.flush()))
  }

  #remembered(namespace: string, place: 'view' | 'recovery'): readonly ViewPeer[] {
    const { machine } = this.#require(namespace).session
    return machine
      .remember()
      .filter(entry => entry.place === place)
      .map(({ record, age, hop }) => ({ ...record, age, hop }))
  }

  #require(namespace: string): Membership {
    const membership = this.#memberships.get(namespace)
    if (membership === undefined)
      throw new PexError(
        'PEX_NOT_JOINED',
        `the namespace "${namespace}" has not been joined; call join first`
      )
    return membership
  }

  #enter(namespace: string, options: JoinOptions, quiet: boolean): Promise<Membership> {
    return this.#memberships.enter(namespace, async () => {
      checkNamespace(namespace)
      if (!this.#running || this.#own.current === undefined)
        throw new PexError('PEX_NOT_STARTED', 'the service is not running; call start first')
      const parts = {
        ...this.#parts,
        namespace,
        gossip: this.#gossipOf(options),
        own: () => this.#own.current!,
        scope: this.#scope,
        discovery: this.#firstContact(),
        sources: this.#init.discovery ?? [],
        bootstrap: this.#bootstrap,
        wires: this.#init.wires ?? [native],
        self: this.id,
        emit: this.#emitIn(namespace)
      }
      return Membership.open(parts, { quiet })
    })
  }

  #gossipOf(options: JoinOptions): Gossip {
    return gossip({ ...this.#init.gossip, ...options.gossip })
  }

  /** Contacts that the application names: its own word counts more than a record's. */
  #vouched(peers: readonly (string | Contact)[]): readonly Contact[] {
    const contacts = toContacts(peers)
    const before = this.#scope.current
    for (const { addresses } of contacts) this.#scope.configure(addresses)
    if (this.#running && this.#scope.current !== before) void this.#renew().catch(this.#note)
    return contacts
  }

  #firstContact(): Discovery {
    return firstContact(this.#bootstrap, this.#init.discovery ?? [], this.#parts.rng)
  }

  async #renew(): Promise<void> {
    const own = await this.#own.refresh(this.#scope.announce(this.#parts.transport.addresses()))
    const { current } = this.#own
    const rescoped = this.#scope.current !== this.#announcedIn
    this.#announcedIn = this.#scope.current
    if (current === undefined || !this.#running || (own === undefined && !rescoped)) return
    // Whoever cannot be called any more in another scope leaves the views.
    for (const { session } of this.#memberships.all) session.put({ type: 'renewed', own: current })
    if (own !== undefined) this.safeDispatchEvent('record:update', { detail: { record: own } })
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

  /** Ends everything, whatever of it fails; rejects with the first failure. */
  async #shutDown(): Promise<void> {
    this.#running = false
    this.#unwatch?.()
    this.#unwatch = undefined
    const { transport, store } = this.#parts
    const ends = await Promise.allSettled([this.#memberships.leaveAll(), this.#own.settled()])
    ends.push(...(await Promise.allSettled([transport.stop()])))
    ends.push(...(await Promise.allSettled([store?.close()])))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }

  /** What nobody waits for and yet has failed. */
  readonly #note = (error: unknown): void => {
    this.#parts.logger?.error('%e', error)
  }

  /** Starts and stops wait for each other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#lifecycle.then(work)
    this.#lifecycle = turn.catch(() => {})
    return turn
  }
}

/** Contacts as the application gives them; those of one peer become one with all its addresses. */
function toContacts(peers: readonly (string | Contact)[]): Contact[] {
  const contacts: Contact[] = []
  const places = new Map<string, number>()
  for (const peer of peers) {
    const { id, addresses } = typeof peer === 'string' ? parseContact(peer) : peer
    const place = id === undefined ? undefined : places.get(id)
    if (place !== undefined)
      contacts[place] = { id, addresses: [...contacts[place]!.addresses, ...addresses] }
    else {
      if (id !== undefined) places.set(id, contacts.length)
      contacts.push({ id, addresses })
    }
  }
  return contacts
}

function toJoin(namespace: string | NamespaceInit): { name: string; options: JoinOptions } {
  if (typeof namespace === 'string') return { name: namespace, options: {} }
  const { name, gossip: parameters } = namespace
  return { name, options: parameters === undefined ? {} : { gossip: parameters } }
}
