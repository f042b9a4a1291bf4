/**
 * CometBFT's PEX reactor: keeps the switch in peers and the book in addresses, answers who asks, and shuts out who abuses that;
 * as a seed it crawls, answers once and hangs up. After p2p/pex/pex_reactor.go of CometBFT v0.38 and v1; the README tells where
 * it departs from it.
 */
import type { NetAddress } from '@pex/address-book'
import { assert, BoundedMap, PexError } from '@pex/core'
import type { ChannelDescriptor } from '@pex/mconnection'
import type { Peer, Reactor, SwitchHandle } from '@pex/switch'
import { pexReactorMetrics } from '../metrics.ts'
import type { PexFault, PexMessage } from '../pex-messages.ts'
import { Crawl } from './crawl.ts'
import { Dials } from './dials.ts'
import { Ensure } from './ensure.ts'
import type { Parts } from './ensure.ts'
import { Tally } from './events.ts'
import type { Offence, PexStats } from './events.ts'
import { optionsOf } from './options.ts'
import type { Options, PexReactorInit } from './options.ts'
import { Seeds } from './seeds.ts'
import type { Session } from './session.ts'
import { Sessions } from './sessions.ts'

/** Offenders that are turned away at the door, most; the book remembers as many bans. */
const MAX_SHUNNED = 4_096

export interface PexReactor extends Reactor {
  /** What has happened since the reactor was made, and how things stand. */
  stats(): PexStats
  /** Failed dials of a place since the last that did not fail. */
  attempts(address: NetAddress): number
  /** Has a round at once, as when a seed has answered: dials whom the book names, and asks nobody. */
  ensureNow(): void
}

/** Makes the reactor; fails with `PEX_INVALID_PARAMETER`. */
export function pexReactor(init: PexReactorInit): PexReactor {
  const reactor = new CometReactor(optionsOf(init))
  if (init.metrics !== undefined) pexReactorMetrics(init.metrics, reactor, () => init.book)
  return reactor
}

class CometReactor implements PexReactor {
  readonly channels: readonly ChannelDescriptor[]
  readonly #options: Options
  readonly #tally: Tally
  /** Who has offended, until when. Bounded by MAX_SHUNNED; the keys are authenticated ids. */
  readonly #shunned = new BoundedMap<string, number>(MAX_SHUNNED)
  #parts: Parts | undefined
  #loop: Ensure | Crawl | undefined

  constructor(options: Options) {
    this.#options = options
    this.#tally = new Tally(options.onEvent)
    this.channels = [options.dialect.channel]
  }

  start(handle: SwitchHandle): void {
    const [options, tally] = [this.#options, this.#tally]
    const dials = new Dials(handle, options, tally)
    const sessions = new Sessions(handle, options, tally)
    const seeds = new Seeds(handle, options, dials, tally)
    this.#parts = { handle, options, tally, dials, sessions, seeds }
    this.#loop = options.isSeed ? new Crawl(this.#parts, () => this.#letGoOld()) : new Ensure(this.#parts)
    this.#loop.start()
  }

  stop(): void {
    this.#loop?.stop()
    this.#parts?.dials.stop()
  }

  initPeer(peer: Peer): void {
    const { dials, handle, sessions } = this.#running
    const session = sessions.open(peer, dials.purposeOf(peer.id))
    // What it says may come before `addPeer`.
    session.isOver = (this.#shunned.get(peer.id) ?? 0) > handle.clock.now()
  }

  addPeer(peer: Peer): void {
    const session = this.#running.sessions.of(peer)
    if (session === undefined) return
    if (session.isOver) {
      this.#tally.tell({ kind: 'turned-away', id: peer.id })
      this.#disconnect(peer, new PexError('PEX_REJECTED', 'banned'))
    } else if (peer.direction === 'outbound') this.#meet(session)
    else this.#note(peer)
  }

  removePeer(peer: Peer): void {
    const { seeds, sessions } = this.#running
    sessions.close(peer)
    if (this.#loop instanceof Crawl) this.#loop.next()
    // A seed that has answered hangs up: its place is another's at once.
    else if (seeds.has(peer.id)) this.#loop?.fast()
  }

  receive(peer: Peer, _channel: number, bytes: Uint8Array): void {
    const session = this.#running.sessions.of(peer)
    if (session === undefined || session.isOver) return
    const message = this.#options.dialect.decode(bytes)
    if (typeof message === 'string') this.#misunderstand(session, message)
    else if (message.kind === 'addresses') this.#learn(session, message)
    else this.#serve(session, message.version)
  }

  stats(): PexStats {
    const { fresh, tried, banned } = this.#options.book.counts
    return {
      ...this.#tally.stats(),
      book: { fresh, tried, banned },
      waiting: this.#parts?.sessions.waiting ?? 0,
      waits: this.#parts?.dials.waits ?? 0,
      crawl: this.#loop instanceof Crawl ? this.#loop.counts : { visited: 0, queued: 0 }
    }
  }

  attempts(address: NetAddress): number {
    return this.#parts?.dials.attempts(address) ?? 0
  }

  ensureNow(): void {
    this.#loop?.fast()
  }

  get #running(): Parts {
    assert(this.#parts !== undefined, 'a switch starts its reactors before it has peers')
    return this.#parts
  }

  /** A peer that was dialled is there, and is who it should be. */
  #meet(session: Session): void {
    const { handle, sessions } = this.#running
    const { book, isSeed, leavesVisited, marksGood } = this.#options
    const { peer, purpose } = session
    const now = handle.clock.now()
    // Persistent peers are dialled by the switch, whether the book knows of them or not.
    if (peer.address !== undefined && book.get(peer.id) === undefined) this.#add(peer.address, peer.address)
    if (marksGood) book.good(peer.id, now, { isAnchor: purpose === undefined })
    if (purpose === 'feeler') this.#letGo(session)
    else if (purpose === 'visit' || book.needsMore) {
      const leaves = isSeed && purpose === 'visit' && leavesVisited
      const isAsked = sessions.ask(session, () => leaves && this.#letGo(session))
      if (leaves && !isAsked) this.#letGo(session)
    }
  }

  /** A peer has called, and says where it listens: it is not asked, for it may have chosen us. */
  #note(peer: Peer): void {
    const { address, socket } = peer
    if (address === undefined || address.port === 0) return
    const { book } = this.#options
    if (book.get(peer.id) === undefined) this.#add(address, sourceOf(peer))
    // It calls from the very address that it says is its own.
    else if (address.ip === socket.ip) book.moved(address, this.#running.handle.clock.now())
  }

  /** Tells the book of an address, unless nobody is to hear of it or of its source; whether it is news. */
  #add(address: NetAddress, source: NetAddress): boolean {
    const { handle, seeds } = this.#running
    // Seeds hang up on who calls: they are for nobody's book.
    if (seeds.has(address.id) || address.id === handle.id || handle.isOwn(address)) return false
    if (handle.isPrivate(address.id) || handle.isPrivate(source.id)) return false
    return this.#options.book.add(address, source, handle.clock.now()) === 'added'
  }

  #serve(session: Session, version: 1 | 2): void {
    const { handle } = this.#running
    const { answeredWithinMs, book, dialect, isSeed, seedBias } = this.#options
    const { peer, pace } = session
    const isLast = isSeed && peer.direction === 'inbound'
    if (!isLast && !pace.take(handle.clock.now())) return this.#punish(session, 'too-often')
    const bias = isLast ? seedBias : undefined
    const addresses = book
      .select(handle.clock.now(), { bias, answeredWithinMs, except: peer.id, most: dialect.mostNamed })
      .filter(address => address.id !== handle.id && !handle.isOwn(address) && !handle.isPrivate(address.id))
    if (peer.trySend(dialect.channel.id, dialect.answer(addresses, version)))
      this.#tally.tell({ kind: 'served', id: peer.id, count: addresses.length })
    if (isLast) this.#letGo(session)
  }

  #learn(session: Session, message: PexMessage & { readonly kind: 'addresses' }): void {
    const { peer, purpose } = session
    if (!session.answered()) return this.#punish(session, 'unsolicited')
    const { handle, seeds } = this.#running
    const { book, dialect, isSeed, leavesVisited } = this.#options
    const [now, source] = [handle.clock.now(), sourceOf(peer)]
    const addresses = dialect.addresses(message)
    book.expect(source, addresses.length, now)
    const added = addresses.filter(address => this.#add(address, source)).length
    const count = message.version === 1 ? message.addresses.length : message.urls.length
    this.#tally.tell({ kind: 'answered', id: peer.id, count, added })
    if (seeds.has(peer.id)) this.#loop?.fast()
    if (isSeed && purpose === 'visit' && leavesVisited) this.#letGo(session)
  }

  #misunderstand(session: Session, fault: PexFault): void {
    if (fault === 'bad-address' || fault === 'too-many') return this.#punish(session, 'bad-list')
    const { id } = session.peer
    this.#tally.tell({ kind: 'misunderstood', id, fault })
    if (this.#options.dialect.onUnknown === 'drop') return
    session.end()
    this.#disconnect(session.peer, new PexError('PEX_REJECTED', `not understood: ${fault}`))
  }

  /** Disconnects and bans, whether the book knows the peer or not; whom the operator wants is only disconnected. */
  #punish(session: Session, reason: Offence): void {
    const { peer } = session
    const { banMs, book } = this.#options
    const now = this.#running.handle.clock.now()
    session.end()
    if (!peer.isPersistent && !peer.isUnconditional) {
      book.ban(peer.id, banMs, now)
      this.#shunned.set(peer.id, now + banMs)
      this.#tally.tell({ kind: 'banned', id: peer.id, reason })
    }
    this.#disconnect(peer, new PexError('PEX_REJECTED', `banned: ${reason}`))
  }

  /** A seed's connections do not last. */
  #letGoOld(): void {
    const { handle, sessions } = this.#running
    const now = handle.clock.now()
    for (const peer of handle.peers.list()) {
      if (peer.isPersistent || peer.isUnconditional || now - peer.connectedAt < this.#options.holdMs) continue
      const session = sessions.of(peer)
      if (session === undefined || session.isOver) continue
      this.#letGo(session)
    }
  }

  /** What is queued still goes out. */
  #letGo(session: Session): void {
    session.end()
    this.#tally.tell({ kind: 'let-go', id: session.peer.id })
    this.#disconnect(session.peer)
  }

  #disconnect(peer: Peer, reason?: Error): void {
    this.#running.handle
      .disconnect(peer, reason)
      .catch((cause: unknown) => this.#tally.tell({ kind: 'failed', cause }))
  }
}

/** Whom to blame for what a peer tells: where it really is, not where it says it listens, for that could be anywhere. */
function sourceOf({ id, address, socket }: Peer): NetAddress {
  return { id, ip: socket.ip, port: address?.port ?? socket.port }
}
