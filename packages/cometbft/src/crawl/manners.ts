/**
 * How a crawl behaves towards hosts: seldom, few at once, and no further where nobody is. The addresses come from strangers, who
 * may name a victim's hosts and ports.
 */
import { parseIp } from '@pex/address-book'
import { BoundedMap } from '@pex/core'
import type { Place } from '@pex/switch'

export interface MannersInit {
  /** Least time between two visits to one place, ms. */
  readonly revisitMs: number
  /** Visits at once to one host, and to one /24 of IPv4 or /48 of IPv6. */
  readonly perHost: number
  readonly perNetwork: number
  /** Places at one host that are visited at all. */
  readonly maxPerHost: number
  /** Places that are remembered: as many as the crawl can know. */
  readonly maxPlaces: number
}

/** What is known of a host, or of a network. */
interface Standing {
  running: number
  /** Places that were visited, those where a node was, and those where none was. */
  places: number
  nodes: number
  failures: number
}

/** Failures at which a host or a network is left alone, beside two for each node found there. Guess: books are stale by half. */
const HOST_FAILURES = 8
const NETWORK_FAILURES = 32

export class Manners {
  readonly #init: MannersInit
  /** Bounded by `maxPlaces`; strangers choose the keys. Older ones leave first, which no visit under way is. */
  readonly #hosts: BoundedMap<string, Standing>
  readonly #networks: BoundedMap<string, Standing>
  /** When a place was visited last, ms since the epoch, and whether a node was there. Bounded like the others. */
  readonly #visited: BoundedMap<string, { at: number; isNode: boolean | undefined }>

  constructor(init: MannersInit) {
    this.#init = init
    this.#hosts = new BoundedMap(init.maxPlaces)
    this.#networks = new BoundedMap(init.maxPlaces)
    this.#visited = new BoundedMap(init.maxPlaces)
  }

  /**
   * When a place may be visited: now, `busy` while others are under way, the time before which it is too early (ms since
   * the epoch), or `never`.
   */
  turnOf(place: Place, now: number): 'now' | 'busy' | 'never' | number {
    const { revisitMs, perHost, perNetwork, maxPerHost } = this.#init
    const visited = this.#visited.get(placeKey(place))
    const [host, network] = [this.#hosts.get(place.ip), this.#networks.get(networkOf(place.ip))]
    // A place where a node was remains welcome whatever its neighbours are.
    if (visited?.isNode !== true) {
      if (host !== undefined && isGivenUp(host, HOST_FAILURES)) return 'never'
      if (network !== undefined && isGivenUp(network, NETWORK_FAILURES)) return 'never'
      if (visited === undefined && (host?.places ?? 0) >= maxPerHost) return 'never'
    }
    if (visited !== undefined && now < visited.at + revisitMs) return visited.at + revisitMs
    if ((host?.running ?? 0) >= perHost || (network?.running ?? 0) >= perNetwork) return 'busy'
    return 'now'
  }

  /** A visit begins. */
  begin(place: Place, now: number): void {
    for (const standing of this.#standings(place)) standing.running++
    this.#note(place, now, undefined)
  }

  /** A visit has ended; `isNode` says whether a node was there, nothing where the visit was given up by ourselves. */
  end(place: Place, isNode: boolean | undefined): void {
    for (const standing of this.#standings(place)) standing.running--
    this.#note(place, this.#visited.get(placeKey(place))!.at, isNode)
  }

  /** A visit of an earlier run. */
  restore(place: Place, at: number, isNode: boolean | undefined): void {
    this.#note(place, at, isNode)
  }

  #note(place: Place, at: number, isNode: boolean | undefined): void {
    const key = placeKey(place)
    const before = this.#visited.get(key)
    const news = isNode ?? before?.isNode
    for (const standing of this.#standings(place)) {
      if (before === undefined) standing.places++
      standing.nodes += Number(news === true) - Number(before?.isNode === true)
      standing.failures += Number(news === false) - Number(before?.isNode === false)
    }
    this.#visited.set(key, { at, isNode: news })
  }

  #standings({ ip }: Place): readonly Standing[] {
    return [standing(this.#hosts, ip), standing(this.#networks, networkOf(ip))]
  }
}

function isGivenUp({ nodes, failures }: Standing, allowed: number): boolean {
  return failures >= allowed + 2 * nodes
}

function standing(all: BoundedMap<string, Standing>, key: string): Standing {
  const found = all.get(key) ?? { running: 0, places: 0, nodes: 0, failures: 0 }
  all.set(key, found)
  return found
}

function placeKey({ ip, port }: Place): string {
  return `${ip} ${port}`
}

/** What one customer usually has: a /24 of IPv4, a /48 of IPv6. */
function networkOf(ip: string): string {
  const bytes = parseIp(ip) ?? []
  return bytes.slice(0, bytes.length === 4 ? 3 : 6).join('.')
}
