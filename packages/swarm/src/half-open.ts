/**
 * Callers who have not yet said what they want, or who they are, and so cost a socket and time for nothing: bounded in all and
 * for each host. When there is no room for one more, the oldest has to go of the host that has most of them, in the network
 * group that has most of them, so that a flood makes room at its own cost: who is silent is older than who has just come,
 * and who sends the flood is many.
 */
import { ip4Bytes, ip6Words } from '@pex/core'

export interface HalfOpenInit {
  /** In all. @default no bound of its own: whoever calls `shed` in time bounds it */
  readonly max?: number | undefined
  /** Of one host: an IPv4 address, or a /64. One more is refused. @default as many as there are */
  readonly maxPerHost?: number | undefined
}

interface Caller {
  readonly host: string
  readonly group: string
  /** Ends it. */
  readonly shed: () => void
}

export class HalfOpen {
  readonly #max: number
  readonly #maxPerHost: number
  // Bounded by `max`; callers choose the keys, as far as they have addresses. Of each group its hosts, of each host its callers,
  // the oldest first.
  readonly #groups = new Map<string, Map<string, Set<Caller>>>()
  #size = 0

  constructor({ max = Infinity, maxPerHost = Infinity }: HalfOpenInit = {}) {
    this.#max = max
    this.#maxPerHost = maxPerHost
  }

  get size(): number {
    return this.#size
  }

  /**
   * One more caller, from an IP address as text; any other text is a group of its own. `shed` ends it should it have to make
   * room; `host`: whom it is of, where that is known better than by the address. Gives what to call when it is half-open no
   * more, or nothing where its host has too many.
   */
  enter(ip: string, shed: () => void, host?: string): (() => void) | undefined {
    const place = placeOf(ip)
    const caller = { group: place.group, host: host ?? place.host, shed }
    if ((this.#groups.get(caller.group)?.get(caller.host)?.size ?? 0) >= this.#maxPerHost) return undefined
    if (this.#size >= this.#max) this.shed()
    const hosts = this.#groups.get(caller.group) ?? new Map<string, Set<Caller>>()
    this.#groups.set(caller.group, hosts)
    const callers = hosts.get(caller.host) ?? new Set<Caller>()
    hosts.set(caller.host, callers.add(caller))
    this.#size++
    return () => this.#leave(caller)
  }

  /** Makes room for one; false where there is nobody. */
  shed(): boolean {
    const crowd = largest(this.#groups.values(), sizeOf)
    const [oldest] = (crowd && largest(crowd.values(), ({ size }) => size)) ?? []
    if (oldest === undefined) return false
    this.#leave(oldest)
    oldest.shed()
    return true
  }

  #leave(caller: Caller): void {
    const hosts = this.#groups.get(caller.group)
    const callers = hosts?.get(caller.host)
    if (hosts === undefined || callers?.delete(caller) !== true) return
    this.#size--
    if (callers.size === 0) hosts.delete(caller.host)
    if (hosts.size === 0) this.#groups.delete(caller.group)
  }
}

function sizeOf(hosts: ReadonlyMap<string, ReadonlySet<Caller>>): number {
  let sum = 0
  for (const { size } of hosts.values()) sum += size
  return sum
}

/** The first of the largest; nothing of none. */
function largest<T>(all: Iterable<T>, sizeOf: (one: T) => number): T | undefined {
  let [found, most]: [T | undefined, number] = [undefined, 0]
  for (const one of all) {
    const size = sizeOf(one)
    if (size > most) [found, most] = [one, size]
  }
  return found
}

/** What counts as one host, a /32 or a /64 that every host with IPv6 has whole, and its network group, a /16 or a /32. */
function placeOf(ip: string): { readonly host: string; readonly group: string } {
  const words = ip.includes(':') ? ip6Words(ip) : undefined
  const bytes = words === undefined ? ip4Bytes(ip) : mapped(words)
  if (bytes !== undefined) return { host: bytes.join('.'), group: bytes.slice(0, 2).join('.') }
  if (words === undefined) return { host: ip, group: ip }
  return { host: words.slice(0, 4).join(':'), group: words.slice(0, 2).join(':') }
}

/** The bytes of an IPv4 address that is written as one of IPv6, as sockets that take both do. */
function mapped(words: readonly number[]): readonly number[] | undefined {
  if (words[5] !== 0xffff || words.slice(0, 5).some(word => word !== 0)) return undefined
  return words.slice(6).flatMap(word => [word >> 8, word & 255])
}
