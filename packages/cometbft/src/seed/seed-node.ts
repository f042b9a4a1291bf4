/**
 * A seed: a switch with nothing but peer exchange on it, which crawls its chain, shows who asks only peers that it has met
 * recently, and hangs up. After CometBFT's seed mode and the light seeds that operators have built around it; what those lack,
 * bans and a book that survive a crash, caps on half-open sockets and ranges of addresses, is here.
 */
import { AddressBook, netAddresses, rules } from '@pex/address-book'
import type { BookSnapshot, NetAddress, Routability } from '@pex/address-book'
import { BoundedMap, NetworkScope } from '@pex/core'
import type { Clock, Metrics, Rng } from '@pex/core'
import type { NodeKey } from '@pex/mconnection'
import { Switch } from '@pex/switch'
import type { Carrier, Place, RangeLimits, Refusal, SwitchEvent } from '@pex/switch'
import type { Offence, PexEvent, PexStats } from '../comet/events.ts'
import type { PexReactorInit } from '../comet/options.ts'
import { pexReactor } from '../comet/reactor.ts'
import type { PexReactor } from '../comet/reactor.ts'
import { BookKeeper } from './book-keeper.ts'
import { seedMetrics } from './seed-metrics.ts'

/** Where the book is kept: `bookFile` of `@pex/address-book/file` is one. */
export interface SeedBookFile {
  load(): Promise<{
    readonly snapshot?: BookSnapshot<NetAddress> | undefined
    readonly setAside?: string | undefined
    readonly problems?: readonly string[] | undefined
    readonly problemCount?: number | undefined
  }>
  save(snapshot: BookSnapshot<NetAddress>): Promise<void>
}

export interface SeedNodeParts {
  readonly key: NodeKey
  readonly carrier: Carrier
  readonly clock: Clock
  readonly rng: Rng
  readonly file: SeedBookFile
  /** Where to count what happens: a libp2p node's metrics, or anything like them. @default nothing is counted */
  readonly metrics?: Metrics | undefined
}

export interface SeedNodeInit extends Pick<
  PexReactorInit,
  'answeredWithinMs' | 'crawlMs' | 'holdMs' | 'pacing' | 'resolve' | 'revisitMs' | 'seeds'
> {
  readonly chainId: string
  readonly listen: readonly Place[]
  /** Where others reach this node, if that is another place than where it listens: a host and a port. @default where it listens */
  readonly externalAddress?: string | undefined
  /** @default "pex-seed" */
  readonly moniker?: string | undefined
  /** @default none */
  readonly version?: string | undefined
  /** Whose addresses are kept: `any`, for test networks. @default 'public' */
  readonly routability?: Exclude<Routability, 'libonomy'> | undefined
  /** Callers at once. @default 256; guess: each stays for the time of one answer */
  readonly maxInbound?: number | undefined
  /** Peers that are visited or held. @default 32 */
  readonly maxOutbound?: number | undefined
  /** @default false, and true with `routability: 'any'` */
  readonly allowDuplicateIp?: boolean | undefined
  /** @default of IPv4 32 in a /16 and 8 in a /24, of IPv6 32 in a /32 and 8 in a /48; none with `routability: 'any'` */
  readonly rangeLimits?: RangeLimits | undefined
  /** Ids of which nobody is told. @default none */
  readonly privateIds?: readonly string[] | undefined
  /** Ids that no cap counts and that are not hung up on. @default none */
  readonly unconditionalIds?: readonly string[] | undefined
  readonly onEvent?: ((event: SeedEvent) => void) | undefined
}

export type SeedEvent =
  /** The book has been read; a file that was none has been set aside. */
  | {
      readonly kind: 'book-loaded'
      readonly size: number
      readonly banned: number
      readonly problems: number
      readonly setAside: string | undefined
    }
  | { readonly kind: 'book-saved'; readonly size: number }
  | { readonly kind: 'book-failed'; readonly error: unknown }
  | { readonly kind: 'pex'; readonly event: PexEvent }
  | { readonly kind: 'switch'; readonly event: SwitchEvent }

/** How a seed stands, and what it has done since it started: plain values, for a status line or for metrics. */
export interface SeedStatus {
  readonly id: string
  readonly chainId: string
  readonly uptimeMs: number
  readonly listening: readonly Place[]
  readonly peers: {
    readonly inbound: number
    readonly outbound: number
    readonly dialling: number
    /** Callers whose handshake is not over. */
    readonly halfOpen: number
    readonly sockets: number
  }
  /** `showable`: peers that were met recently enough to be shown. */
  readonly book: {
    readonly fresh: number
    readonly tried: number
    readonly banned: number
    readonly showable: number
  }
  readonly pex: PexStats
  readonly refusals: Readonly<Record<Refusal, number>>
  readonly saves: {
    readonly done: number
    readonly failed: number
    /** Whether the last one has failed. */
    readonly isFailing: boolean
    readonly lastAt: number | undefined
  }
}

const hour = 3_600_000
/** How long a peer is shown after it was met, ms, where nothing else is said: as the reactor has it. */
const ANSWERED_WITHIN_MS = 3 * hour
/** How long an offender stays out, ms; from CometBFT. */
const BAN_MS = 24 * hour
/** Offenders that are remembered, most: as many as the book's bans. */
const MAX_OFFENDERS = 4_096
const offences: ReadonlySet<string> = new Set<Offence>(['too-often', 'unsolicited', 'bad-list'])
const defaultRanges: RangeLimits = { ip4: { 16: 32, 24: 8 }, ip6: { 32: 32, 48: 8 } }

interface Running {
  readonly book: AddressBook<NetAddress>
  readonly reactor: PexReactor
  readonly net: Switch
  readonly keeper: BookKeeper
  /** When it was started, ms since the epoch. */
  readonly at: number
}

export class SeedNode {
  readonly #parts: SeedNodeParts
  readonly #init: SeedNodeInit
  /** Who has offended, until when. Bounded by MAX_OFFENDERS; the keys are authenticated ids. */
  readonly #offenders = new BoundedMap<string, number>(MAX_OFFENDERS)
  readonly #saves = { done: 0, failed: 0, isFailing: false, lastAt: undefined as number | undefined }
  #running: Running | undefined

  constructor(parts: SeedNodeParts, init: SeedNodeInit) {
    this.#parts = parts
    this.#init = init
  }

  /**
   * Reads the book, listens, and begins to crawl. Fails with `PEX_INVALID_PARAMETER`, with `PEX_STORE_FAILED` where the file
   * cannot be read, or with what says why it cannot listen; nothing is left open then.
   */
  async start(): Promise<void> {
    const { clock, rng, file, metrics } = this.#parts
    const { routability = 'public', privateIds } = this.#init
    const { snapshot, setAside, problemCount = 0 } = await file.load()
    const now = clock.now()
    // Only offences are saved: see `#saved`.
    for (const { id, until } of snapshot?.bans ?? []) if (until > now) this.#offenders.set(id, until)
    const book = new AddressBook({
      kind: netAddresses(routability),
      rules: rules.cometbft,
      rng,
      snapshot,
      privateIds
    })
    const reactor = this.#reactor(book)
    const net = this.#switch(reactor)
    const keeper = new BookKeeper({
      clock,
      save: () => file.save(this.#saved(book)),
      onSave: error => this.#noteSave(error, book.size)
    })
    this.#running = { book, reactor, net, keeper, at: now }
    if (metrics !== undefined)
      seedMetrics(metrics, { showable: () => this.#showable(book), saves: this.#saves })
    net.notify(event => this.#tell({ kind: 'switch', event }))
    this.#tell({
      kind: 'book-loaded',
      size: book.size,
      banned: book.counts.banned,
      problems: problemCount,
      setAside
    })
    await net.start()
    keeper.start()
  }

  /** Hangs up, stops, and saves the book. Idempotent. */
  async stop(): Promise<void> {
    await this.#running?.net.stop()
    await this.#running?.keeper.stop()
  }

  status(): SeedStatus {
    const { net, book, reactor, at } = this.#started
    const { chainId } = this.#init
    const now = this.#parts.clock.now()
    const { inbound, outbound, dialling, halfOpen, sockets } = net.counts
    return {
      id: net.id,
      chainId,
      uptimeMs: now - at,
      listening: net.places,
      peers: { inbound, outbound, dialling, halfOpen, sockets },
      book: { ...book.counts, showable: this.#showable(book) },
      pex: reactor.stats(),
      refusals: Object.fromEntries(net.refusals) as Record<Refusal, number>,
      saves: { ...this.#saves }
    }
  }

  get #started(): Running {
    if (this.#running === undefined) throw new TypeError('the seed has not been started')
    return this.#running
  }

  #showable(book: AddressBook<NetAddress>): number {
    const since = this.#parts.clock.now() - (this.#init.answeredWithinMs ?? ANSWERED_WITHIN_MS)
    return book.snapshot().addresses.filter(({ lastSuccess }) => lastSuccess > since).length
  }

  #reactor(book: AddressBook<NetAddress>): PexReactor {
    const {
      seeds,
      resolve,
      holdMs,
      crawlMs,
      revisitMs,
      pacing,
      answeredWithinMs = ANSWERED_WITHIN_MS
    } = this.#init
    return pexReactor({
      book,
      isSeed: true,
      seeds,
      resolve,
      holdMs,
      crawlMs,
      revisitMs,
      pacing,
      banMs: BAN_MS,
      answeredWithinMs,
      metrics: this.#parts.metrics,
      allowDuplicateIp: this.#allowsDuplicateIp,
      onEvent: event => {
        if (event.kind === 'banned' && offences.has(event.reason)) this.#offend(event.id)
        this.#tell({ kind: 'pex', event })
      }
    })
  }

  #switch(reactor: PexReactor): Switch {
    const { key, carrier, clock, rng, metrics } = this.#parts
    const { chainId, listen, externalAddress, moniker = 'pex-seed', version = '', routability } = this.#init
    const { maxInbound = 256, maxOutbound = 32, unconditionalIds, privateIds, rangeLimits } = this.#init
    const isAny = routability === 'any'
    return new Switch(
      {
        key,
        carrier,
        clock,
        rng,
        metrics,
        reactors: [reactor],
        nodeInfo: {
          network: chainId,
          moniker,
          version,
          ...(externalAddress === undefined ? {} : { listenAddress: `tcp://${externalAddress}` })
        }
      },
      {
        listen,
        maxInbound,
        maxOutbound,
        unconditionalIds,
        privateIds,
        allowDuplicateIp: this.#allowsDuplicateIp,
        rangeLimits: rangeLimits ?? (isAny ? {} : defaultRanges),
        // Networks for tests are on one machine, which is nobody's victim but their own.
        swarm: isAny ? { scope: new NetworkScope('private'), victimCap: false } : {},
        filters: [{ peer: ({ id }) => (this.#offenders.get(id) ?? 0) <= clock.now() }]
      }
    )
  }

  get #allowsDuplicateIp(): boolean {
    return this.#init.allowDuplicateIp ?? this.#init.routability === 'any'
  }

  /** Who offends stays out for as long as the book says, whatever happens to this process. */
  #offend(id: string): void {
    this.#offenders.set(id, this.#parts.clock.now() + BAN_MS)
    this.#running?.keeper.soon()
  }

  /**
   * The book as it is saved. Who is only unreachable is not kept out for longer than this process lives: many that call are behind
   * a router, and a ban that outlives a restart is for those alone who have offended.
   */
  #saved(book: AddressBook<NetAddress>): BookSnapshot<NetAddress> {
    const snapshot = book.snapshot()
    return { ...snapshot, bans: snapshot.bans.filter(({ id }) => this.#offenders.get(id) !== undefined) }
  }

  #noteSave(error: unknown, size: number): void {
    this.#saves.isFailing = error !== undefined
    if (error === undefined) {
      this.#saves.done++
      this.#saves.lastAt = this.#parts.clock.now()
      this.#tell({ kind: 'book-saved', size })
    } else {
      this.#saves.failed++
      this.#tell({ kind: 'book-failed', error })
    }
  }

  #tell(event: SeedEvent): void {
    this.#init.onEvent?.(event)
  }
}
