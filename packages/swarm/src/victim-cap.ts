/**
 * Nobody can aim this host's dials at a third party. A signed record proves who made it, not that the places it names are the
 * signer's: a thousand ids may all name one victim (Naoumov & Ross; Sun, Torres & Rao 2010). So a *place* that has not
 * proved itself, by an authenticated connection with that very id from or to there, is dialled rarely, whoever names it:
 *
 * * each ip:port once in `windowMs`, across all ids; 2 ids in it for each ip, 4 for each /24 or /64;
 * * a place that fails under any id is left alone for `unprovedMs`, growing to `maxMs`, with chance in it; an ip after two;
 * * a place that several ids name is not dialled at once but after a while left to chance, up to `unprovedMs`: so the first
 *   dials of a whole network are spread, and nobody is made unreachable by being named;
 * * all of it together takes no more than `perSecond` dials.
 *
 * A place that did prove itself for the id and now fails comes back after `provedMs`, growing to `maxMs`. Only places of the
 * public internet are counted: hosts of one's own site are for `NetworkScope` to admit or not. Nothing is written to disk.
 */
import { between, BoundedMap, placeOf } from '@pex/core'
import type { Place, Rng } from '@pex/core'

export interface VictimCapInit {
  /** @default 600_000 (threat T18) */
  readonly windowMs?: number | undefined
  /**
   * Wait after the first failure of an unproved place, ms, half of it more or less by chance. @default 14_400_000. Derived:
   * 1 000 nodes that have all dialled a place within minutes come back spread over 4 h, 0.069 a second: T18's 0.1, and room
   * for chance.
   */
  readonly unprovedMs?: number | undefined
  /** Wait after the first failure of a proved place, ms. @default 60_000 (threat T18) */
  readonly provedMs?: number | undefined
  /** Longest wait, ms. @default 86_400_000 (threat T18) */
  readonly maxMs?: number | undefined
  /** Dials to unproved places a second, in the long run. @default 1; guess */
  readonly perSecond?: number | undefined
  /** And at once, after a pause. @default 32; guess: a round's tries in several namespaces */
  readonly burst?: number | undefined
  readonly rng: Rng
}

/** Ids that may be tried at one ip and at one network in a window (threat T18). */
const IDS_PER_IP = 2
const IDS_PER_NETWORK = 4
/** Places, ips and networks of each kind that are remembered. Derived: at a dial a second, more than four hours of them. */
const MAX_PLACES = 16_384

interface Try {
  readonly id: string
  readonly at: number
}

interface Memory {
  /** The tries of the last window, the oldest first; never more than the ids allowed. */
  readonly tries: readonly Try[]
  readonly failures: number
  readonly until: number
}

/** Who was the first to name a place, and when it may be dialled, ms since the epoch, where others have as well. */
interface Named {
  readonly id: string
  readonly until: number
}

const BLANK: Memory = { tries: [], failures: 0, until: -Infinity }

export class VictimCap {
  readonly #init: Required<{ [K in keyof VictimCapInit]: NonNullable<VictimCapInit[K]> }>
  // Each bounded by MAX_PLACES. Strangers choose the keys, but no faster than `perSecond` makes entries.
  readonly #places = new BoundedMap<string, Memory>(MAX_PLACES)
  readonly #ips = new BoundedMap<string, Memory>(MAX_PLACES)
  readonly #networks = new BoundedMap<string, Memory>(MAX_PLACES)
  // Bounded by MAX_PLACES; keyed by authenticated id and ip: failures in a row since it was last reached there.
  readonly #proved = new BoundedMap<string, Memory>(MAX_PLACES)
  // Bounded by MAX_PLACES; strangers choose the keys, and who is pushed out is only suspected no more.
  readonly #named = new BoundedMap<string, Named>(MAX_PLACES)
  #tokens: number
  #filledAt = -Infinity

  constructor(init: VictimCapInit) {
    this.#init = {
      windowMs: init.windowMs ?? 600_000,
      unprovedMs: init.unprovedMs ?? 14_400_000,
      provedMs: init.provedMs ?? 60_000,
      maxMs: init.maxMs ?? 86_400_000,
      perSecond: init.perSecond ?? 1,
      burst: init.burst ?? 32,
      rng: init.rng
    }
    this.#tokens = this.#init.burst
  }

  /** The id says that it is at the address. */
  heard(id: string, address: string, now: number): void {
    const keys = keysOf(address)
    if (keys === undefined || this.#proved.get(proofKey(id, keys)) !== undefined) return
    const named = this.#named.get(keys.place)
    if (named === undefined) this.#named.set(keys.place, { id, until: -Infinity })
    else if (named.id !== id && named.until === -Infinity) {
      const until = now + between(this.#init.rng, 0, this.#init.unprovedMs)
      this.#named.set(keys.place, { id: named.id, until })
    }
  }

  /** Takes one dial of the address for the id; or says why there is to be none now. */
  take(id: string, address: string, now: number): string | undefined {
    const keys = keysOf(address)
    if (keys === undefined) return undefined
    const proof = this.#proved.get(proofKey(id, keys))
    if (proof !== undefined) return now < proof.until ? 'it has failed several times' : undefined
    const refusal = this.#refusal(id, keys, now)
    if (refusal !== undefined) return refusal
    this.#tokens--
    for (const [map, key] of this.#memories(keys)) {
      const memory = map.get(key) ?? BLANK
      const others = this.#recent(memory, now).filter(tried => tried.id !== id)
      map.set(key, { ...memory, tries: [...others, { id, at: now }] })
    }
    return undefined
  }

  /** A dial that was taken has failed. */
  failed(id: string, address: string, now: number): void {
    const keys = keysOf(address)
    if (keys === undefined) return
    const { provedMs, unprovedMs } = this.#init
    const proof = proofKey(id, keys)
    const proved = this.#proved.get(proof)
    if (proved !== undefined) this.#proved.set(proof, this.#failedOnce(proved, provedMs, 1, now))
    else {
      this.#places.set(keys.place, this.#failedOnce(this.#places.get(keys.place), unprovedMs, 1, now))
      const ip = this.#ips.get(keys.ip)
      this.#ips.set(keys.ip, this.#failedOnce(ip, 2 * unprovedMs, IDS_PER_IP, now))
    }
  }

  /** The id has been at the address, or has called from there. */
  prove(id: string, address: string): void {
    const keys = keysOf(address)
    if (keys === undefined) return
    this.#proved.set(proofKey(id, keys), BLANK)
    // Its tries say nothing about others any more.
    for (const [map, key] of this.#memories(keys)) {
      const memory = map.get(key)
      if (memory !== undefined)
        map.set(key, { ...memory, tries: memory.tries.filter(tried => tried.id !== id) })
    }
  }

  #refusal(id: string, { place, ip, network }: Keys, now: number): string | undefined {
    if (now < (this.#named.get(place)?.until ?? 0)) return 'several peers say that they are there'
    const [atPlace, atIp, atNetwork] = [
      this.#places.get(place),
      this.#ips.get(ip),
      this.#networks.get(network)
    ]
    if (now < Math.max(atPlace?.until ?? 0, atIp?.until ?? 0)) return 'nobody was there lately'
    if (this.#recent(atPlace, now).length > 0) return 'it has been dialled a short while ago'
    const others = (memory: Memory | undefined): number =>
      this.#recent(memory, now).filter(tried => tried.id !== id).length
    if (others(atIp) >= IDS_PER_IP || others(atNetwork) >= IDS_PER_NETWORK)
      return 'too many peers say that they are there'
    return this.#hasToken(now) ? undefined : 'too many new places are being tried'
  }

  #recent(memory: Memory | undefined, now: number): readonly Try[] {
    return memory?.tries.filter(({ at }) => now - at < this.#init.windowMs) ?? []
  }

  /** The first `free` failures cost nothing yet; each one after them doubles the wait. */
  #failedOnce(memory: Memory = BLANK, baseMs: number, free: number, now: number): Memory {
    const { rng, maxMs } = this.#init
    const failures = memory.failures + 1
    const wait = failures < free ? 0 : Math.min(baseMs * 2 ** (failures - free), maxMs)
    return { ...memory, failures, until: now + between(rng, wait / 2, (3 * wait) / 2) }
  }

  #hasToken(now: number): boolean {
    const { perSecond, burst } = this.#init
    const elapsed = this.#filledAt === -Infinity ? 0 : now - this.#filledAt
    this.#tokens = Math.min(burst, this.#tokens + (elapsed / 1_000) * perSecond)
    this.#filledAt = now
    return this.#tokens >= 1
  }

  #memories({ place, ip, network }: Keys): readonly (readonly [BoundedMap<string, Memory>, string])[] {
    return [
      [this.#places, place],
      [this.#ips, ip],
      [this.#networks, network]
    ]
  }
}

interface Keys {
  readonly place: string
  readonly ip: string
  readonly network: string
}

/** Under which keys a place is counted; undefined for one that is not. A relay's place is the relay's. */
function keysOf(address: string): Keys | undefined {
  const place: Place = placeOf(address)
  const { port = 0, name, ip } = place
  if (place.class === 'name') return { place: `${name}:${port}`, ip: name!, network: name! }
  if (place.class !== 'public' || ip === undefined) return undefined
  const text = ip.join('.')
  return { place: `${text}:${port}`, ip: text, network: ip.slice(0, ip.length === 4 ? 3 : 8).join('.') }
}

function proofKey(id: string, { ip }: Keys): string {
  return `${id} ${ip}`
}
