/** The nodes that a crawl knows, and who named whom. Everything in it comes from strangers, so every part has its bound. */
import { groupOfIp, parseIp } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'
import type { NodeInfo, Place } from '@pex/switch'
import { MAX_PLACES } from './map.ts'
import type { About, CrawlVerdict, MappedNode } from './map.ts'

export interface TableInit {
  /** Nodes, at most. */
  readonly maxNodes: number
  /** Nodes that one node can bring in, and that all nodes of one network group can. */
  readonly maxPerSource: number
  readonly maxPerGroup: number
}

/** A place where a node is said to be. */
export interface Claim {
  readonly place: Place
  /** The network group of who says so. */
  readonly by: string
  wasTried: boolean
}

export interface Known {
  readonly index: number
  readonly id: string
  /** The network group of who brought it in: `seed` for seeds. */
  readonly group: string
  readonly foundBy: Known | undefined
  readonly isSeed: boolean
  readonly firstSeen: number
  /** At most `MAX_PLACES`; once it has answered, only where it did. */
  claims: Claim[]
  verdict: CrawlVerdict | undefined
  detail: string | undefined
  about: About | undefined
  latencyMs: number | undefined
  lastSeen: number
  lastVisit: number
  visits: number
  answered: number
  /** Whether it is in the frontier, waits, or is under way. */
  isPlanned: boolean
  /** Whom it named. Bounded by `MAX_NAMES`. */
  readonly names: Set<number>
  /** Nodes that it brought in; those of them that were visited; those that are nodes. */
  brought: number
  judged: number
  good: number
}

/** What became of an address that a node has named. */
export type Named = 'new' | 'known' | 'claimed' | 'dropped'

/** Visits to the claimed places of a node that has never answered, at most. */
const MAX_ATTEMPTS = 2 * MAX_PLACES
/** Links that are kept of each node. Derived: a book of 1000 is told whole. */
const MAX_NAMES = 1_000
/** Links that are kept of all nodes. Guess: three thousand nodes with 300 each; as JSON some 7 MB. */
const MAX_LINKS = 1_000_000
/** Longest texts of a node that are kept: the moniker of a hostile one has up to 10 kB. */
const MAX_TEXT = 128

export class Table {
  readonly #init: TableInit
  /** Bounded by `maxNodes`; strangers choose the keys. */
  readonly #byId = new Map<string, Known>()
  readonly #nodes: Known[] = []
  /** Nodes brought in by network group of who named them. Bounded by the groups of nodes that answered. */
  readonly #byGroup = new Map<string, number>()
  dropped = 0
  #links = 0

  constructor(init: TableInit) {
    this.#init = init
  }

  get size(): number {
    return this.#nodes.length
  }

  get(id: string): Known | undefined {
    return this.#byId.get(id)
  }

  at(index: number): Known {
    return this.#nodes[index]!
  }

  all(): readonly Known[] {
    return this.#nodes
  }

  /** A node that needs nobody's word: a seed, or who was met in another's place. */
  meet(address: NetAddress, now: number, isSeed: boolean): Known | undefined {
    const known = this.#byId.get(address.id)
    if (known !== undefined) {
      this.#claim(known, address, isSeed ? 'seed' : 'met')
      return known
    }
    if (this.#nodes.length >= this.#init.maxNodes) return undefined
    return this.#add(address, now, isSeed ? 'seed' : 'met', undefined, isSeed)
  }

  /** A node that has answered from `place` names another. */
  name(source: Known, place: Place, address: NetAddress, now: number): Named {
    if (address.id === source.id) return 'known'
    const known = this.#byId.get(address.id)
    const group = groupOfIp(parseIp(place.ip)!, 'any')
    if (known !== undefined) {
      this.#link(source, known.index)
      return this.#claim(known, address, group) ? 'claimed' : 'known'
    }
    const ofGroup = this.#byGroup.get(group) ?? 0
    const { maxNodes, maxPerSource, maxPerGroup } = this.#init
    if (source.brought >= maxPerSource || ofGroup >= maxPerGroup || this.#nodes.length >= maxNodes) {
      this.dropped++
      return 'dropped'
    }
    this.#byGroup.set(group, ofGroup + 1)
    source.brought++
    const added = this.#add(address, now, group, source, false)
    this.#link(source, added.index)
    return 'new'
  }

  /** Puts back what an earlier crawl knew, in its order. */
  restore(node: MappedNode): Known {
    const { id, addresses, verdict, names, isSeed } = node
    const foundBy = node.foundBy === undefined ? undefined : this.#nodes[node.foundBy]
    const from = foundBy?.claims[0]?.place.ip
    const group = isSeed ? 'seed' : from === undefined ? 'met' : groupOfIp(parseIp(from)!, 'any')
    const known = this.#new(id, node.firstSeen, group, foundBy, isSeed)
    const wasTried = verdict !== undefined && verdict !== 'ok'
    known.claims = addresses.map(place => ({ place, by: group, wasTried }))
    const { detail, about, latencyMs, lastSeen, lastVisit, visits, answered } = node
    Object.assign(known, { verdict, detail, about, latencyMs, lastSeen, lastVisit, visits, answered })
    for (const name of names) this.#link(known, name)
    if (foundBy !== undefined) {
      foundBy.brought++
      this.#byGroup.set(group, (this.#byGroup.get(group) ?? 0) + 1)
      if (verdict !== undefined) foundBy.judged++
      if (verdict === 'ok') foundBy.good++
    }
    return known
  }

  #link({ names }: Known, index: number): void {
    if (this.#links >= MAX_LINKS || names.size >= MAX_NAMES || names.has(index)) return
    names.add(index)
    this.#links++
  }

  #add(address: NetAddress, now: number, group: string, foundBy: Known | undefined, isSeed: boolean): Known {
    const known = this.#new(address.id, now, group, foundBy, isSeed)
    known.claims.push({ place: { ip: address.ip, port: address.port }, by: group, wasTried: false })
    return known
  }

  #new(id: string, firstSeen: number, group: string, foundBy: Known | undefined, isSeed: boolean): Known {
    const known: Known = {
      index: this.#nodes.length,
      id,
      group,
      foundBy,
      isSeed,
      firstSeen,
      claims: [],
      verdict: undefined,
      detail: undefined,
      about: undefined,
      latencyMs: undefined,
      lastSeen: 0,
      lastVisit: 0,
      visits: 0,
      answered: 0,
      isPlanned: false,
      names: new Set(),
      brought: 0,
      judged: 0,
      good: 0
    }
    this.#nodes.push(known)
    this.#byId.set(id, known)
    return known
  }

  /**
   * Somebody says that a known node is elsewhere; true where that is worth a visit. Where it has answered, nobody moves it, and
   * each network group has one say at a time: a liar alone cannot take all places.
   */
  #claim(known: Known, { ip, port }: Place, by: string): boolean {
    const { claims, verdict, visits } = known
    if (verdict === 'ok' || visits >= MAX_ATTEMPTS) return false
    if (claims.some(({ place }) => place.ip === ip && place.port === port)) return false
    if (claims.some(other => other.by === by && !other.wasTried)) return false
    const claim = { place: { ip, port }, by, wasTried: false }
    const tried = claims.findIndex(({ wasTried }) => wasTried)
    if (claims.length < MAX_PLACES) claims.push(claim)
    else if (tried >= 0) claims[tried] = claim
    else return false
    return true
  }
}

/** The node as a value. */
export function mapped(known: Known): MappedNode {
  const { id, verdict, detail, about, latencyMs, firstSeen, lastSeen, lastVisit, visits, answered } = known
  return {
    id,
    addresses: known.claims.map(({ place }) => place),
    verdict,
    detail,
    about,
    latencyMs,
    firstSeen,
    lastSeen,
    lastVisit,
    visits,
    answered,
    foundBy: known.foundBy?.index,
    names: [...known.names],
    isSeed: known.isSeed
  }
}

/** What is kept of a NodeInfo. */
export function aboutOf(info: NodeInfo): About {
  const { protocol, channels } = info
  return {
    moniker: cut(info.moniker),
    version: cut(info.version),
    network: cut(info.network),
    listenAddress: cut(info.listenAddress),
    rpcAddress: cut(info.rpcAddress),
    txIndex: cut(info.txIndex),
    protocol: { ...protocol },
    channels: channels.slice(0, 16)
  }
}

/** A stranger's text, no longer than anybody needs. */
export function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text
}
