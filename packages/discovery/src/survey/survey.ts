/**
 * A survey of the local network (casm, packages survey and socket): a signed question goes to a multicast group, and whoever
 * is in the namespace answers to the whole group. A group lies within one link, so neither question nor answer can be aimed
 * at anybody; how often this host answers is bounded all the same.
 */
import { between, PexError } from '@pex/core'
import type { Clock, Discovery, Found, Logger, Rng } from '@pex/core'
import type { PrivateKey } from '@libp2p/interface'
import { isNear } from '../boot/distance.ts'
import type { BootRequest, BootSurvey } from '../boot/packet.ts'
import type { BootReason } from '../boot/rejection.ts'
import { Sealer } from '../boot/sealer.ts'
import { Station } from '../boot/station.ts'
import { bounds } from '../bounds.ts'
import { TokenBucket } from '../rate.ts'
import type { Endpoint, OpenSocket } from '../socket.ts'
import { gradualSteps, plainSteps } from './schedule.ts'
import type { GradualInit, SurveyStep } from './schedule.ts'

/** What a survey is made of, time and sockets included. */
export interface SurveyParts {
  /** Signs this host's packets. */
  readonly privateKey: PrivateKey
  /** Where this host can be reached now, as multiaddrs in text form; the transport's `addresses`. */
  readonly addresses: () => readonly string[]
  /** The multicast group. */
  readonly group: Endpoint
  /** Asks ever more peers until one answers, instead of all at once; for networks of hundreds. */
  readonly gradual?: boolean | GradualInit | undefined
  /** Opens a socket that hears the group; what it sends goes to the group. */
  readonly open: OpenSocket
  readonly isLocal: (address: string) => boolean
  readonly clock: Clock
  readonly rng: Rng
  readonly logger?: Logger | undefined
}

/** Discovery that holds a socket from its first use on. */
export interface SocketDiscovery extends Discovery {
  advertise(namespace: string, options: { signal: AbortSignal }): Promise<number>
  /** Datagrams that were dropped since the beginning, by reason. */
  readonly rejections: Readonly<Partial<Record<BootReason, number>>>
  /** Closes the socket and answers nobody any more. Idempotent; using it again opens it anew. */
  stop(): Promise<void>
}

export class Survey implements SocketDiscovery {
  readonly #parts: SurveyParts
  readonly #station: Station
  readonly #sealer: Sealer
  readonly #rate: TokenBucket
  // Bounded by the namespaces that this host answers for.
  readonly #due = new Map<string, () => void>()

  constructor(parts: SurveyParts) {
    this.#parts = parts
    this.#rate = new TokenBucket(bounds.answersPerSecond, bounds.answersAtOnce, parts.clock.now())
    this.#station = new Station({
      ...parts,
      isForUs: packet => this.#isForUs(packet),
      answer: ({ packet }) => this.#answerSoon(packet.namespace)
    })
    this.#sealer = new Sealer(parts.privateKey, this.#station.peer)
  }

  get rejections(): Readonly<Partial<Record<BootReason, number>>> {
    return this.#station.rejections
  }

  async *findPeers(namespace: string, { signal }: { signal: AbortSignal }): AsyncIterable<Found> {
    if (signal.aborted) return
    const { clock, gradual = false, group } = this.#parts
    const socket = await this.#station.socket()
    const { feed, end } = this.#station.search(namespace)
    try {
      for (const { distance, waitMs } of this.#steps()) {
        socket.send(await this.#sealer.survey(namespace, distance), group)
        let found = false
        for await (const peer of feed.during(waitMs, clock, signal)) {
          yield peer
          found = true
        }
        if (signal.aborted || (found && gradual !== false)) return
      }
    } finally {
      end()
    }
  }

  async advertise(namespace: string, { signal }: { signal: AbortSignal }): Promise<number> {
    if (this.#parts.addresses().length === 0)
      throw new PexError('PEX_NO_ADDRESSES', 'a host that listens nowhere cannot be found')
    await this.#station.socket()
    // Half the ttl: one advertisement that comes late makes no gap.
    if (!signal.aborted) this.#station.advertise(namespace, bounds.advertiseTtlMs)
    return bounds.advertiseTtlMs / 2
  }

  async stop(): Promise<void> {
    for (const cancel of this.#due.values()) cancel()
    this.#due.clear()
    await this.#station.stop()
  }

  #steps(): Iterable<SurveyStep> {
    const { gradual = false, rng } = this.#parts
    return gradual === false ? plainSteps() : gradualSteps(rng, gradual === true ? {} : gradual)
  }

  /** As in casm, a request that names no distance is one at distance 0: it is for crawls. */
  #isForUs(packet: BootRequest | BootSurvey): boolean {
    const distance = packet.kind === 'survey' ? packet.distance : 0
    return isNear(this.#station.peer, packet.peer, distance)
  }

  /** One answer for all questions of a moment: everybody in the group hears it. */
  #answerSoon(namespace: string): void {
    const { clock, rng } = this.#parts
    if (this.#due.has(namespace)) return
    const cancel = clock.after(between(rng, 0, bounds.answerDelayMs), () => {
      this.#due.delete(namespace)
      if (this.#rate.take(clock.now())) this.#answer(namespace).catch(this.#note)
    })
    this.#due.set(namespace, cancel)
  }

  async #answer(namespace: string): Promise<void> {
    const { addresses, group } = this.#parts
    const response = await this.#sealer.response(namespace, addresses(), bounds.maxDatagramBytes)
    if (response === undefined || !this.#station.answersFor(namespace)) return
    const socket = await this.#station.socket()
    socket.send(response, group)
  }

  readonly #note = (error: unknown): void => this.#parts.logger?.error('%e', error)
}
