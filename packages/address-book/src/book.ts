/**
 * The book: what it is told, what it believes, whom it names. One engine for CometBFT's book, libonomy's and our own, which
 * differ in their kind of address and their rules. It is synchronous, and time and chance are arguments.
 *
 * After p2p/pex/addrbook.go of CometBFT, btcd's addrmanager and Bitcoin Core's addrman.
 */
import type { Rng } from '@pex/core'
import { Allowance } from './allowance.ts'
import { Bans } from './bans.ts'
import { bootEntries, mixIn } from './boot.ts'
import type { BootOptions } from './boot.ts'
import { Contests } from './contests.ts'
import { isBad, known, newEntry } from './entry.ts'
import type { Entry, KnownAddress } from './entry.ts'
import type { AddressKind } from './kind.ts'
import { keyOf } from './placement.ts'
import { pick } from './pick.ts'
import { putBack } from './restore.ts'
import { checkRules } from './rules.ts'
import type { BookRules } from './rules.ts'
import { selectEntries } from './selection.ts'
import type { SelectionOptions } from './selection.ts'
import { Shelves } from './shelves.ts'
import { isNatural, soundBan } from './snapshot.ts'
import type { BookSnapshot, Restored } from './snapshot.ts'

/** What became of an address that the book was told of. */
export type Added =
  /** It is in the book now, and was not before. */
  | 'added'
  /** It was in the book, and is in one more bucket. */
  | 'again'
  /** It was in the book, and nothing has changed. */
  | 'known'
  | Refusal

/** Why an address is not in the book. */
export type Refusal =
  /** It is no address. */
  | 'malformed'
  /** It is of this host. */
  | 'own'
  /** The peer is banned. */
  | 'banned'
  /** The peer is private: nobody is to hear of it. */
  | 'private'
  /** A private peer has told of it, and would be known by it. */
  | 'private-source'
  /** It is not routable, where only routable addresses are wanted. */
  | 'unroutable'
  /** Its source's group has told too many unasked. */
  | 'too-many'
  /** Too many ids are said to be at that host. */
  | 'crowded-host'

export interface AddressBookInit<A> {
  /** What the addresses are: `netAddresses()`, `nodeInfos()`, `peerAddresses()`, or your own. */
  readonly kind: AddressKind<A>
  /** `rules.cometbft`, `rules.libonomy`, `rules.pex`, or one of them changed. */
  readonly rules: BookRules
  /** Where chance comes from. It makes the key: in production it must be a source that nobody can foretell. */
  readonly rng: Rng
  /** The book as it was. What is unsound in it is left out: see `restored`. @default an empty book with a new key */
  readonly snapshot?: BookSnapshot<A> | undefined
  /** This host's own addresses: neither stored nor named. @default none */
  readonly own?: readonly A[] | undefined
  /** Ids of peers that nobody is to hear of. @default none */
  readonly privateIds?: readonly string[] | undefined
}

/** Peers whose connections outlive a restart, by being dialled first. From Bitcoin Core. */
const ANCHORS = 2
const MOST_ATTEMPTS = 2 ** 31 - 1

export class AddressBook<A> {
  readonly rules: BookRules
  /** What became of the snapshot. */
  readonly restored: Restored
  readonly #kind: AddressKind<A>
  readonly #rng: Rng
  readonly #key: string
  readonly #shelves: Shelves<A>
  readonly #contests: Contests<A>
  readonly #bans: Bans<A>
  readonly #allowance: Allowance
  readonly #private: ReadonlySet<string>
  #own: readonly A[]
  #anchors: readonly string[] = []
  #added = 0
  #lastFeeler: number | undefined

  constructor({ kind, rules, rng, snapshot, own = [], privateIds = [] }: AddressBookInit<A>) {
    checkRules(rules)
    this.rules = rules
    this.#kind = kind
    this.#rng = rng
    this.#key = keyOf(rules, rng, snapshot?.key)
    this.#shelves = new Shelves(kind, rules, rng, this.#key)
    this.#contests = new Contests(this.#shelves)
    this.#bans = new Bans(rules.maxBans)
    this.#allowance = new Allowance(rules)
    this.#own = own
    this.#private = new Set(privateIds)
    this.restored = this.#restore(snapshot)
  }

  /** Peers in the book. */
  get size(): number {
    return this.#shelves.size
  }

  /** Peers that have proved good, those that are only known by hearsay, and those that are banned. */
  get counts(): { readonly tried: number; readonly fresh: number; readonly banned: number } {
    const { triedCount, freshCount } = this.#shelves
    return { tried: triedCount, fresh: freshCount, banned: this.#bans.size }
  }

  /** Whether to ask others for more. */
  get needsMore(): boolean {
    return this.rules.needsMore(this.#shelves.freshCount, this.#shelves.triedCount)
  }

  /** Tells this host's own addresses anew; one that is in the book already leaves it. */
  setOwn(own: readonly A[]): void {
    this.#own = own
    for (const entry of this.#shelves.entries()) if (this.#isOwn(entry.address)) this.#shelves.drop(entry)
  }

  /** Tells of an address that somebody has named. An id that is known keeps its address, whatever anybody says. */
  add(address: A, source: A, now: number): Added {
    const [one, from] = [this.#kind.canonical(address), this.#kind.canonical(source)]
    if (one === undefined || from === undefined) return 'malformed'
    const refusal = this.#refusal(one, from, now)
    if (refusal !== undefined) return refusal
    if (!this.#allowance.take(this.#kind.groupOf(from), now)) return 'too-many'
    const entry = this.#shelves.get(this.#kind.idOf(one))
    return entry === undefined ? this.#addNew(one, from, now) : this.#addAgain(entry, from, now)
  }

  /** Somebody was asked for addresses, and may tell so many more than it might unasked. */
  expect(source: A, count: number, now: number): void {
    const from = this.#kind.canonical(source)
    if (from !== undefined) this.#allowance.expect(this.#kind.groupOf(from), count, now)
  }

  /**
   * A peer itself, authenticated, says where it is now: only this moves an address. It starts anew among the new ones.
   */
  moved(address: A, now: number): Added {
    const one = this.#kind.canonical(address)
    if (one === undefined) return 'malformed'
    const entry = this.#shelves.get(this.#kind.idOf(one))
    if (entry === undefined) return this.add(one, one, now)
    if (JSON.stringify(entry.address) === JSON.stringify(one)) return 'known'
    const refusal = this.#refusal(one, one, now)
    if (refusal !== undefined) return refusal
    this.#shelves.drop(entry)
    const { lastSuccess } = entry
    const moved = { ...newEntry(this.#kind, this.rules, one, one, now), lastSuccess }
    this.#shelves.insert(moved, this.#shelves.newBucketOf(moved), now)
    return 'again'
  }

  /** An attempt to connect was made, and has not succeeded yet. */
  attempt(id: string, now: number): void {
    const entry = this.#shelves.get(id)
    if (entry === undefined) return
    entry.attempts = Math.min(entry.attempts + 1, MOST_ATTEMPTS)
    entry.lastAttempt = now
  }

  /**
   * A peer that *we* have dialled has authenticated itself and is what it should be. It goes to its tried bucket; where that
   * is full, somebody goes back among the new ones, with `testsBeforeEvict` only after a failed test (`feeler`). With
   * `isAnchor` false it does not become an anchor: a feeler, whose connection is not kept.
   */
  good(id: string, now: number, { isAnchor = true }: { readonly isAnchor?: boolean } = {}): void {
    const entry = this.#shelves.get(id)
    if (entry === undefined) return
    entry.attempts = 0
    entry.lastAttempt = now
    entry.lastSuccess = now
    entry.lastSeen = now
    this.#contests.settle(now)
    if (!entry.isTried) this.#promote(entry, now)
    if (isAnchor) this.#anchor(entry)
  }

  remove(id: string): void {
    const entry = this.#shelves.get(id)
    if (entry !== undefined) this.#shelves.drop(entry)
  }

  /** Keeps a peer out for `ms`, whether the book knows it or not. The id must have been authenticated. */
  ban(id: string, ms: number, now: number): void {
    const { address, source } = this.#shelves.get(id) ?? {}
    this.remove(id)
    this.#bans.impose({ id, until: now + ms, address, source })
  }

  /** Ends a ban; the peer is not put back. */
  unban(id: string): void {
    this.#bans.lift(id)
  }

  isBanned(id: string, now: number): boolean {
    return this.#bans.holds(id, now)
  }

  /** Puts peers whose ban is over back among the new ones; says how many. CometBFT does so when it needs more addresses. */
  reinstate(now: number): number {
    let count = 0
    for (const { address, source } of this.#bans.takeOver(now)) {
      if (address === undefined || this.#shelves.get(this.#kind.idOf(address)) !== undefined) continue
      if (this.#addNew(address, source ?? address, now) === 'added') count++
    }
    return count
  }

  /** What the book knows of a peer. */
  get(id: string): KnownAddress<A> | undefined {
    const entry = this.#shelves.get(id)
    return entry === undefined ? undefined : known(entry)
  }

  /** Whether a peer is worth less than any newcomer. */
  isBad(id: string, now: number): boolean {
    const entry = this.#shelves.get(id)
    return entry !== undefined && isBad(entry, this.rules, now)
  }

  /**
   * An address to dial, or nothing. `bias` from 0, only tried ones, to 100, only new ones. The same one may come again:
   * who has dialled it tells `attempt` or `good`.
   */
  pick(now: number, bias: number = 50): A | undefined {
    return pick(this.#shelves, this.#rng, bias, now)?.address
  }

  /**
   * Every `feelerMs` an address to dial only to learn whether anybody is there, and then to hang up: somebody tried whose
   * place is wanted by another, or else somebody new. Tell `good` (with `isAnchor` false) or `attempt`.
   */
  feeler(now: number): A | undefined {
    const since = this.#lastFeeler
    if (since !== undefined && now >= since && now - since < this.rules.feelerMs) return undefined
    this.#lastFeeler = now
    this.#contests.settle(now)
    return (this.#contests.next() ?? pick(this.#shelves, this.#rng, 100, now))?.address
  }

  /** Whom to dial after a restart, in this order: see `boot.ts`. */
  boot(now: number, { dials = 8, bootstrap = [] }: BootOptions<A> = {}): A[] {
    const anchors = this.#anchors.flatMap(id => this.#shelves.get(id) ?? [])
    const entries = bootEntries(
      this.#shelves,
      anchors,
      dials,
      this.#rng,
      entry => !isBad(entry, this.rules, now)
    )
    const ids = new Set(entries.map(({ id }) => id))
    const own = bootstrap.filter(
      address => !ids.has(this.#kind.idOf(address)) && !this.isBanned(this.#kind.idOf(address), now)
    )
    const drawn = entries.map(({ address }) => address)
    return mixIn(drawn, own, Math.min(anchors.length, drawn.length)).slice(0, dials)
  }

  /** Addresses to show to one who asks, in random order, each once. */
  select(now: number, options: SelectionOptions = {}): A[] {
    return selectEntries(this.#shelves, this.#rng, options, now).map(({ address }) => address)
  }

  /** The whole book as a value. */
  snapshot(): BookSnapshot<A> {
    return {
      key: this.#key,
      addresses: [...this.#shelves.entries()].map(known),
      bans: this.#bans.all(),
      anchors: [...this.#anchors],
      added: this.#added
    }
  }

  /** What is inconsistent in the book, one line each. There is never anything: for tests, after every step. */
  problems(): string[] {
    return this.#shelves.problems()
  }

  #refusal(address: A, source: A, now: number): Refusal | undefined {
    const id = this.#kind.idOf(address)
    if (this.#isOwn(address)) return 'own'
    if (this.#bans.holds(id, now)) return 'banned'
    if (this.#private.has(id)) return 'private'
    if (this.#private.has(this.#kind.idOf(source))) return 'private-source'
    return this.#kind.isWelcome(address, source) ? undefined : 'unroutable'
  }

  #isOwn(address: A): boolean {
    return this.#own.some(own => this.#kind.isSame(own, address))
  }

  #addNew(address: A, source: A, now: number): Added {
    const entry = newEntry(this.#kind, this.rules, address, source, now)
    if (this.#shelves.freshOf(entry.host) >= this.rules.newPerHost) return 'crowded-host'
    // One that is over: a peer is in the book or banned, never both.
    this.#bans.lift(entry.id)
    this.#shelves.insert(entry, this.#shelves.newBucketOf(entry), now)
    this.#added = Math.min(this.#added + 1, Number.MAX_SAFE_INTEGER)
    return 'added'
  }

  #addAgain(entry: Entry<A>, source: A, now: number): Added {
    if (this.rules.isHearsayNews) entry.lastSeen = now
    if (entry.isTried || !this.#shelves.mayGoOn(entry)) return 'known'
    const bucket = this.#shelves.newBucketOf(entry, this.#kind.groupOf(source))
    return this.#shelves.insert(entry, bucket, now) ? 'again' : 'known'
  }

  #promote(entry: Entry<A>, now: number): void {
    const incumbent = this.#shelves.promote(entry)
    if (incumbent === undefined) return
    if (this.rules.testsBeforeEvict) this.#contests.begin(entry.id, incumbent.id, now)
    else this.#shelves.displace(incumbent, entry)
  }

  /** The last good one, and before it the last of another group: one owner must not be both. */
  #anchor({ id, group }: Entry<A>): void {
    const others = this.#anchors.filter(other => this.#shelves.get(other)?.group !== group && other !== id)
    this.#anchors = [id, ...others].slice(0, ANCHORS)
  }

  #restore(snapshot: BookSnapshot<A> | undefined): Restored {
    if (snapshot === undefined) return { kept: 0, moved: 0, dropped: 0 }
    for (const ban of snapshot.bans) {
      const one = soundBan(this.#kind, ban)
      if (one !== undefined) this.#bans.impose(one)
    }
    const isWanted = (entry: Entry<A>): boolean =>
      !this.#isOwn(entry.address) &&
      !this.#private.has(entry.id) &&
      this.#kind.isWelcome(entry.address, entry.source) &&
      // A ban that is over is for `reinstate` to decide.
      !this.#bans.knows(entry.id)
    const restored = putBack(this.#shelves, this.#kind, snapshot.addresses, isWanted)
    this.#anchors = snapshot.anchors.slice(0, ANCHORS)
    this.#added = isNatural(snapshot.added) ? snapshot.added : this.#shelves.size
    return restored
  }
}
