/**
 * One socket that asks and answers in casm's boot packets: what surveys and crawls have in common. It opens the socket when
 * it is first needed, believes no packet before its signature has been checked, checks none that nobody wants, and keeps
 * what strangers can make it do within rates.
 */
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PexError } from '@pex/core'
import type { Clock } from '@pex/core'
import type { PrivateKey } from '@libp2p/interface'
import { bounds } from '../bounds.ts'
import { Feed } from '../feed.ts'
import { TokenBucket, TokenBuckets } from '../rate.ts'
import type { DatagramSocket, Endpoint, OpenSocket } from '../socket.ts'
import { toText } from './addresses.ts'
import { openPacket } from './envelope.ts'
import type { Unproved } from './envelope.ts'
import type { BootPacket, BootRequest, BootSurvey } from './packet.ts'
import { bootReject, BootRejection } from './rejection.ts'
import type { BootReason } from './rejection.ts'

/** A question that may be answered: its signature is good, and its namespace is one that we answer for. */
export interface Question {
  readonly packet: BootRequest | BootSurvey
  readonly from: Endpoint
  /** Bytes of the datagram that it came in. */
  readonly bytes: number
}

export interface StationInit {
  readonly privateKey: PrivateKey
  readonly open: OpenSocket
  readonly clock: Clock
  /** Whether packets from this IP address are looked at. */
  readonly isLocal: (address: string) => boolean
  /** Whether a question is one for us to answer, as far as can be told before its signature is checked. */
  readonly isForUs: (packet: BootRequest | BootSurvey) => boolean
  readonly answer: (question: Question) => void
}

export class Station {
  /** This host's peer id, as bytes. */
  readonly peer: Uint8Array
  readonly #init: StationInit
  readonly #everybody: TokenBucket
  readonly #sources = new TokenBuckets(
    bounds.packetsPerSourceSecond,
    2 * bounds.packetsPerSourceSecond,
    bounds.maxSources
  )
  // Bounded by `maxAdvertised`: the application chooses the keys, and is told when there are too many.
  readonly #advertised = new Map<string, number>()
  // Bounded by `maxSearches`: the application begins them, and is told when there are too many.
  readonly #searches = new Set<{ readonly namespace: string; readonly feed: Feed }>()
  // Bounded by the closed list of reasons.
  readonly #rejections = new Map<BootReason, number>()
  #checks = 0
  #socket: Promise<DatagramSocket> | undefined

  constructor(init: StationInit) {
    this.#init = init
    this.#everybody = new TokenBucket(bounds.packetsPerSecond, bounds.packetsPerSecond, init.clock.now())
    this.peer = peerIdFromPrivateKey(init.privateKey).toMultihash().bytes
  }

  /** What was dropped since the beginning, by reason. */
  get rejections(): Readonly<Partial<Record<BootReason, number>>> {
    return Object.fromEntries(this.#rejections)
  }

  /** The socket, opened if it is not; a failure to open is forgotten, so that it is tried anew. */
  socket(): Promise<DatagramSocket> {
    this.#socket ??= this.#init
      .open((bytes, from) => void this.#receive(bytes, from))
      .catch((error: unknown) => {
        this.#socket = undefined
        throw error
      })
    return this.#socket
  }

  async stop(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    this.#advertised.clear()
    await socket?.then(
      open => open.close(),
      () => {}
    )
  }

  /** Answers for the namespace for the next `ttlMs`. */
  advertise(namespace: string, ttlMs: number): void {
    const now = this.#init.clock.now()
    for (const [name, end] of this.#advertised) if (end <= now) this.#advertised.delete(name)
    if (!this.#advertised.has(namespace) && this.#advertised.size >= bounds.maxAdvertised)
      throw new PexError('PEX_INVALID_PARAMETER', `more than ${bounds.maxAdvertised} namespaces`)
    this.#advertised.set(namespace, now + ttlMs)
  }

  /** Whether the namespace is one that we answer for now. */
  answersFor(namespace: string): boolean {
    return (this.#advertised.get(namespace) ?? 0) > this.#init.clock.now()
  }

  /** Collects the peers of a namespace until `end` is called. */
  search(namespace: string): { readonly feed: Feed; end(): void } {
    if (this.#searches.size >= bounds.maxSearches)
      throw new PexError('PEX_INVALID_PARAMETER', `more than ${bounds.maxSearches} searches at once`)
    const search = { namespace, feed: new Feed() }
    this.#searches.add(search)
    return { feed: search.feed, end: () => void this.#searches.delete(search) }
  }

  async #receive(bytes: Uint8Array, from: Endpoint): Promise<void> {
    const unproved = this.#look(bytes, from)
    if (unproved instanceof BootRejection) return this.#reject(unproved)
    if (unproved === undefined) return
    this.#checks++
    const id = await unproved.prove()
    this.#checks--
    if (id instanceof BootRejection) return this.#reject(id)
    const { packet } = unproved
    if (packet.kind !== 'response') {
      // It may have been withdrawn meanwhile.
      if (this.answersFor(packet.namespace)) this.#init.answer({ packet, from, bytes: bytes.length })
      return
    }
    const found = { id, addresses: toText(packet.addresses) }
    if (found.addresses.length === 0) return
    for (const { namespace, feed } of this.#searches) if (namespace === packet.namespace) feed.push(found)
  }

  /** All that can be found out without checking a signature; nothing for what does not concern us. */
  #look(bytes: Uint8Array, { address }: Endpoint): Unproved | BootRejection | undefined {
    const now = this.#init.clock.now()
    if (bytes.length > bounds.maxDatagramBytes) return bootReject('oversize')
    if (!this.#init.isLocal(address)) return bootReject('not-local')
    if (!this.#sources.take(address, now) || !this.#everybody.take(now)) return bootReject('too-often')
    const unproved = openPacket(bytes)
    if (unproved instanceof BootRejection) return unproved
    if (sameBytes(unproved.packet.peer, this.peer) || !this.#concernsUs(unproved.packet)) return undefined
    return this.#checks < bounds.maxChecks ? unproved : bootReject('busy')
  }

  #concernsUs(packet: BootPacket): boolean {
    if (packet.kind !== 'response') return this.answersFor(packet.namespace) && this.#init.isForUs(packet)
    return [...this.#searches].some(({ namespace }) => namespace === packet.namespace)
  }

  #reject({ reason }: BootRejection): void {
    this.#rejections.set(reason, (this.#rejections.get(reason) ?? 0) + 1)
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
