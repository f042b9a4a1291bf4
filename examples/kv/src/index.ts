/**
 * A key-value store that is kept by its users. Each key lives at the three hosts that stand nearest to it (rendezvous hashing:
 * Thaler, Ravishankar: "Using name-based mappings to increase hit rates", 1998) among those that a host knows; who reads asks them in
 * that order. Values are moved when hosts come and go. For showing `@pex/rpc`: nobody is asked for permission here.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import type { Host } from '@pex/host'
import { json, RpcFailure } from '@pex/rpc'
import { concat } from 'uint8arrays/concat'
import { compare } from 'uint8arrays/compare'
import { fromString } from 'uint8arrays/from-string'

/** Hosts that keep a key. */
const COPIES = 3
/** Keys that one host keeps, most. */
const MAX_KEYS = 10_000

interface Put {
  readonly key: string
  readonly value: string
  /** When it was written, ms since the epoch: the later one counts. */
  readonly at: number
}

/** What comes from others is checked before it is a value. */
const put = json<Put, null>({
  question(value) {
    const { key, value: text, at } = value as Partial<Put>
    if (typeof key !== 'string' || typeof text !== 'string' || typeof at !== 'number')
      throw new TypeError('no put')
    return { key, value: text, at }
  }
})
const get = json<string, Put | null>()

export class KeyValue {
  readonly #host: Host
  readonly #now: () => number
  /** Bounded by `MAX_KEYS`; the keys are chosen by whoever writes. */
  readonly #kept = new Map<string, Put>()

  constructor(host: Host, now: () => number = Date.now) {
    this.#host = host
    this.#now = now
    host.handle('kv/put', put, entry => this.#keep(entry))
    host.handle('kv/get', get, key => this.#kept.get(key) ?? null)
    host.peers.addEventListener('peer:added', () => void this.#move())
    host.peers.addEventListener('peer:removed', () => void this.#move())
  }

  /** How many keys this host keeps. */
  get size(): number {
    return this.#kept.size
  }

  /** Writes to the nearest hosts; fails where none of them takes it. */
  async put(key: string, value: string): Promise<void> {
    const entry = { key, value, at: this.#now() }
    const ends = await Promise.allSettled(this.#nearest(key).map(id => this.#give(id, entry)))
    const failed = ends.find(end => end.status === 'rejected')
    if (failed !== undefined && ends.every(end => end.status === 'rejected')) throw failed.reason
  }

  /** The value that was written last, as far as the nearest hosts know; nothing where there is none. */
  async get(key: string): Promise<string | undefined> {
    const found = await Promise.all(this.#nearest(key).map(id => this.#ask(id, key)))
    const entries = found.filter(entry => entry !== undefined && entry !== null)
    return entries.sort((a, b) => b.at - a.at)[0]?.value
  }

  /** This host and those it knows, the nearest to a key first. */
  #nearest(key: string): readonly string[] {
    const ids = [this.#host.id, ...this.#host.peers.list().map(({ id }) => id)]
    const distance = new Map(ids.map(id => [id, sha256(concat([fromString(id), fromString(key)]))]))
    return ids.sort((a, b) => compare(distance.get(a)!, distance.get(b)!)).slice(0, COPIES)
  }

  #keep(entry: Put): null {
    const known = this.#kept.get(entry.key)
    if (known === undefined && this.#kept.size >= MAX_KEYS)
      throw new RpcFailure('full', 'this host keeps no more keys')
    if (known === undefined || known.at < entry.at) this.#kept.set(entry.key, entry)
    return null
  }

  async #give(id: string, entry: Put): Promise<void> {
    if (id === this.#host.id) this.#keep(entry)
    else await this.#host.call(id, 'kv/put', entry, { codecs: put, timeoutMs: 5_000 })
  }

  /** A host that does not answer knows nothing. */
  async #ask(id: string, key: string): Promise<Put | null | undefined> {
    if (id === this.#host.id) return this.#kept.get(key)
    const answer = this.#host.call(id, 'kv/get', key, { codecs: get, timeoutMs: 5_000 })
    return answer.then(({ value }) => value).catch(() => undefined)
  }

  /** Somebody has come or gone: what is kept here goes to whoever is nearest now. */
  async #move(): Promise<void> {
    for (const entry of this.#kept.values())
      await Promise.allSettled(this.#nearest(entry.key).map(id => this.#give(id, entry)))
  }
}
