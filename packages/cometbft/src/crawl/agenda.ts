/**
 * What a crawl knows, and whom it visits next. All that it hears comes from strangers: names are claims until the node itself
 * has answered for its id; who brings in nodes that do not exist waits longer and is not asked again, and fills neither the
 * table nor a victim's ports. Synchronous; time is an argument.
 */
import { netAddresses } from '@pex/address-book'
import type { AddressKind, NetAddress } from '@pex/address-book'
import { BoundedMap, shuffle } from '@pex/core'
import type { Place } from '@pex/switch'
import type { Finding } from './finding.ts'
import { Frontier } from './frontier.ts'
import type { Turn } from './frontier.ts'
import { Manners } from './manners.ts'
import { MAX_PLACES } from './map.ts'
import type { CrawlMap, CrawlVerdict, MappedNode } from './map.ts'
import { News } from './news.ts'
import type { CrawlSettings } from './options.ts'
import { aboutOf, cut, mapped, Table } from './table.ts'
import type { Claim, Known } from './table.ts'
import { Waiting } from './waiting.ts'

/** Somebody to visit now, and where. */
export interface Errand {
  readonly known: Known
  readonly claim: Claim
}

/** A shorter answer is a whole book (CometBFT tells 23 %, and 32 at least), so another one would tell the same. */
const LEAST_PART = 32
/** Share of news in the last answers below which nobody is visited again. Guess: one new node in two answers of 32. */
const LEAST_NEWS = 0.015
/** Who has brought in so many nodes without one that answered is not asked again. Guess: stale books are not that stale. */
const LEAST_JUDGED = 64
/** What may have happened after the last save of a crawl that was killed, ms: whoever saves does it as often as that. */
export const MAX_UNSAVED_MS = 30_000
/** A part of the table that one network group may bring in: eight groups at least share it. */
const GROUP_SHARE = 1 / 8
/** Verdicts that may be another in a while. */
const passing: ReadonlySet<string> = new Set(['full', 'closed'])

export class Agenda {
  readonly #settings: CrawlSettings
  readonly #kind: AddressKind<NetAddress>
  readonly #table: Table
  readonly #frontier = new Frontier()
  readonly #manners: Manners
  readonly #news = new News()
  /** Who has answered at a place. Bounded by the places that are known; the keys are places where a visit was. */
  readonly #owners: BoundedMap<string, string>
  /** Bounded by the table: nobody is planned twice. */
  readonly #later = new Waiting<Known>()
  #visited = 0
  #ok = 0

  constructor(settings: CrawlSettings) {
    this.#settings = settings
    const { maxNodes, maxPerSource, routability } = settings
    this.#kind = netAddresses(routability)
    const maxPlaces = maxNodes * MAX_PLACES
    this.#table = new Table({ maxNodes, maxPerSource, maxPerGroup: Math.ceil(maxNodes * GROUP_SHARE) })
    this.#manners = new Manners({ ...settings, maxPlaces })
    this.#owners = new BoundedMap(maxPlaces)
  }

  get counts(): {
    readonly known: number
    readonly visited: number
    readonly ok: number
    readonly queued: number
  } {
    const queued = this.#frontier.size + this.#later.size
    return { known: this.#table.size, visited: this.#visited, ok: this.#ok, queued }
  }

  /** When somebody who waits may be visited, ms since the epoch; nothing where nobody waits. */
  get due(): number | undefined {
    return this.#later.due
  }

  get dropped(): number {
    return this.#table.dropped
  }

  newPerMinute(now: number): number {
    return this.#news.perMinute(now)
  }

  nodes(): readonly MappedNode[] {
    return this.#table.all().map(mapped)
  }

  /** A place to begin at. */
  seed(address: NetAddress, now: number): void {
    const known = this.#table.meet(address, now, true)
    if (known === undefined || known.verdict === 'ok') return
    // Whoever crawls again means it: a seed that was not there gets another chance.
    for (const claim of known.claims) claim.wasTried = false
    this.#plan(known)
  }

  /** Takes up what an earlier crawl has found. */
  restore({ nodes, savedAt, isSettled, isComplete, dropped }: CrawlMap, now: number): void {
    const { revisitMs, maxNodes } = this.#settings
    // A crawl that was killed may have visited anybody since it saved.
    const earliest = isSettled ? now : Math.min(savedAt, now) + MAX_UNSAVED_MS + revisitMs
    this.#table.dropped = dropped
    for (const node of nodes.slice(0, maxNodes)) {
      const lastVisit = Math.min(node.lastVisit, now)
      const again = isComplete ? { verdict: undefined, detail: undefined, visits: 0 } : {}
      const known = this.#table.restore({ ...node, lastVisit, ...again })
      const isNode = node.verdict === undefined ? undefined : node.about !== undefined
      if (lastVisit > 0) for (const { place } of known.claims) this.#manners.restore(place, lastVisit, isNode)
      if (known.visits > 0) this.#visited++
      if (known.verdict === 'ok') {
        this.#ok++
        this.#owners.set(keyOf(known.claims[0]!.place), known.id)
      }
      if (claimOf(known) !== undefined && (known.verdict !== 'ok' || this.#isWorthwhile(known)))
        this.#wait(known, earliest)
    }
  }

  /** Whom to visit now; the visit has then begun. Nothing where nobody may be visited now. */
  next(now: number): Errand | undefined {
    for (const { group, index } of this.#later.take(now)) this.#frontier.push(group, index)
    const index = this.#frontier.take(item => this.#turnOf(this.#table.at(item), now))
    if (index === undefined) return undefined
    const known = this.#table.at(index)
    const claim = claimOf(known)!
    if (known.visits === 0) this.#visited++
    known.visits++
    known.lastVisit = now
    this.#manners.begin(claim.place, now)
    return { known, claim }
  }

  /** A visit has been given up before it found anything. */
  abandon({ known, claim }: Errand, now: number): void {
    this.#manners.end(claim.place, undefined)
    known.visits--
    if (known.visits === 0) this.#visited--
    known.isPlanned = false
    if (known.verdict !== 'ok') this.#wait(known, now)
  }

  /** What a visit has found becomes part of the map; returns how many nodes were new. */
  settle({ known, claim }: Errand, finding: Finding, now: number): number {
    known.isPlanned = false
    this.#manners.end(claim.place, isNode(finding))
    const { verdict, nodeInfo, actualId, latencyMs } = finding
    if (nodeInfo !== undefined) {
      this.#owners.set(keyOf(claim.place), known.id)
      known.about = aboutOf(nodeInfo)
      known.lastSeen = now
      known.latencyMs = latencyMs ?? known.latencyMs
    }
    if (verdict === 'ok') return this.#heard(known, claim, finding, now)
    this.#missed(known, claim, finding, now)
    if (verdict === 'wrong-id' && actualId !== undefined) this.#met(known, claim.place, actualId, now)
    return 0
  }

  #turnOf(known: Known, now: number): Turn {
    for (let claim = claimOf(known); claim !== undefined; claim = claimOf(known)) {
      const owner = this.#owners.get(keyOf(claim.place))
      const isTaken = owner !== undefined && owner !== known.id
      const turn = isTaken ? 'never' : this.#manners.turnOf(claim.place, now)
      if (turn === 'busy') return 'busy'
      if (turn === 'now' && (known.verdict !== 'ok' || this.#isWorthwhile(known))) return 'take'
      if (typeof turn === 'number') {
        this.#wait(known, turn)
        return 'leave'
      }
      if (known.verdict === 'ok') break
      claim.wasTried = true
      this.#judge(known, isTaken ? 'wrong-id' : 'skipped')
    }
    known.isPlanned = false
    return 'leave'
  }

  /** It has answered: now it is where it is, and those that it named are known. */
  #heard(known: Known, claim: Claim, { addresses = [] }: Finding, now: number): number {
    known.claims = [claim]
    claim.wasTried = false
    known.answered = addresses.length
    this.#judge(known, 'ok')
    let fresh = 0
    // In an order of our own: who answers must not choose who is visited first.
    for (const address of shuffle(this.#settings.rng, [...addresses])) {
      const one = this.#kind.canonical(address)
      if (one === undefined || one.port === 0 || !this.#kind.isWelcome(one, one)) continue
      const became = this.#table.name(known, claim.place, one, now)
      if (became === 'new') fresh++
      if (became === 'new' || became === 'claimed') this.#plan(this.#table.get(one.id)!)
    }
    this.#news.answer(fresh, addresses.length, now)
    if (this.#isWorthwhile(known)) this.#wait(known, now + this.#settings.revisitMs)
    return fresh
  }

  #missed(known: Known, claim: Claim, finding: Finding, now: number): void {
    // It has answered before: that it does not want to be asked again takes nothing from that.
    if (known.verdict === 'ok') return
    claim.wasTried = true
    this.#judge(known, finding.verdict, finding.detail)
    if (passing.has(finding.verdict) && known.visits < 2) {
      claim.wasTried = false
      this.#wait(known, now + this.#settings.revisitMs)
    } else if (claimOf(known) !== undefined) this.#plan(known)
  }

  /** Somebody else was there. The chain ends with that one: a hostile host could have a new id for every visit. */
  #met(known: Known, place: Place, id: string, now: number): void {
    this.#owners.set(keyOf(place), id)
    if (known.group === 'met') return
    const met = this.#table.meet({ id, ...place }, now, false)
    if (met !== undefined && claimOf(met) !== undefined && met.verdict !== 'ok') this.#plan(met)
  }

  #judge(known: Known, verdict: CrawlVerdict, detail?: string): void {
    const { foundBy } = known
    if (known.verdict === undefined && foundBy !== undefined) foundBy.judged++
    if (verdict === 'ok' && known.verdict !== 'ok') {
      this.#ok++
      if (foundBy !== undefined) foundBy.good++
    }
    known.verdict = verdict
    known.detail = detail === undefined ? undefined : cut(detail)
  }

  /** Whether another answer of a node that has answered may bring news. */
  #isWorthwhile({ answered, visits, judged, good }: Known): boolean {
    if (answered < LEAST_PART || visits >= this.#settings.maxVisits) return false
    return this.#news.share >= LEAST_NEWS && (judged < LEAST_JUDGED || good > 0)
  }

  #plan(known: Known): void {
    if (known.isPlanned) return
    known.isPlanned = true
    this.#frontier.push(known.group, known.index)
  }

  #wait(known: Known, due: number): void {
    known.isPlanned = true
    this.#later.add(known, due)
  }
}

/** The place to visit next, or nothing where all have been. */
function claimOf({ claims, verdict }: Known): Claim | undefined {
  return verdict === 'ok' ? claims[0] : claims.find(({ wasTried }) => !wasTried)
}

function keyOf({ ip, port }: Place): string {
  return `${ip} ${port}`
}

/** Whether a node of this kind is there, whoever it is. */
function isNode({ verdict, nodeInfo, actualId }: Finding): boolean {
  return verdict === 'ok' || nodeInfo !== undefined || actualId !== undefined
}
