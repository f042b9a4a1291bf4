/**
 * A crawl (casm, package crawl): a signed question goes to each place of a range, in random order and at a bounded rate, and
 * whoever is in the namespace answers. casm's packets cannot prove an address: an answer goes where the question claims to
 * come from. So strangers' networks are not answered, nobody is answered often, and an answer is at most three times as long
 * as its question.
 */
import { PexError } from '@pex/core'
import type { Clock, Found, Logger, Rng } from '@pex/core'
import type { PrivateKey } from '@libp2p/interface'
import type { BootReason } from '../boot/rejection.ts'
import { Sealer } from '../boot/sealer.ts'
import { Station } from '../boot/station.ts'
import type { Question } from '../boot/station.ts'
import { bounds } from '../bounds.ts'
import { pause } from '../feed.ts'
import { TokenBucket } from '../rate.ts'
import type { DatagramSocket, OpenSocket } from '../socket.ts'
import type { SocketDiscovery } from '../survey/survey.ts'
import { permutation } from './permutation.ts'
import type { Targets } from './range.ts'

/** What a crawl is made of, time and sockets included. */
export interface CrawlParts {
  readonly privateKey: PrivateKey
  readonly addresses: () => readonly string[]
  readonly targets: Targets
  readonly open: OpenSocket
  readonly isLocal: (address: string) => boolean
  readonly clock: Clock
  readonly rng: Rng
  readonly logger?: Logger | undefined
}

export class Crawl implements SocketDiscovery {
  readonly #parts: CrawlParts
  readonly #station: Station
  readonly #sealer: Sealer
  /** Shared by all searches: however many there are, the network sees one rate. */
  readonly #questions: TokenBucket
  readonly #answers: TokenBucket

  constructor(parts: CrawlParts) {
    this.#parts = parts
    const now = parts.clock.now()
    this.#questions = new TokenBucket(bounds.crawlPerSecond, bounds.crawlAtOnce, now)
    this.#answers = new TokenBucket(bounds.answersPerSecond, bounds.answersAtOnce, now)
    this.#station = new Station({
      ...parts,
      // As in casm, whoever asks one host means it, at whatever distance.
      isForUs: () => true,
      answer: question => void this.#answer(question).catch(this.#note)
    })
    this.#sealer = new Sealer(parts.privateKey, this.#station.peer)
  }

  get rejections(): Readonly<Partial<Record<BootReason, number>>> {
    return this.#station.rejections
  }

  async *findPeers(namespace: string, { signal }: { signal: AbortSignal }): AsyncIterable<Found> {
    if (signal.aborted) return
    const { clock } = this.#parts
    const socket = await this.#station.socket()
    const { feed, end } = this.#station.search(namespace)
    const stop = new AbortController()
    const asking = this.#ask(socket, namespace, AbortSignal.any([signal, stop.signal]))
    let asked = false
    const note = (): void => void (asked = true)
    asking.then(note, note)
    try {
      while (!asked && !signal.aborted) yield* feed.during(bounds.crawlWaitMs, clock, signal)
      // Answers to the last questions are still on their way.
      yield* feed.during(bounds.crawlWaitMs, clock, signal)
    } finally {
      stop.abort()
      end()
      await asking
    }
  }

  async advertise(namespace: string, { signal }: { signal: AbortSignal }): Promise<number> {
    if (this.#parts.addresses().length === 0)
      throw new PexError('PEX_NO_ADDRESSES', 'a host that listens nowhere cannot be found')
    const { port } = (await this.#station.socket()).local
    const [low, high] = this.#parts.targets.ports
    if (port < low || port > high)
      throw new PexError(
        'PEX_UNREACHABLE',
        `every port from ${low} to ${high} is taken here, so no crawl finds this host`
      )
    if (!signal.aborted) this.#station.advertise(namespace, bounds.advertiseTtlMs)
    return bounds.advertiseTtlMs / 2
  }

  stop(): Promise<void> {
    return this.#station.stop()
  }

  /** Asks every place once. */
  async #ask(socket: DatagramSocket, namespace: string, signal: AbortSignal): Promise<void> {
    const { clock, rng, targets } = this.#parts
    const request = await this.#sealer.request(namespace)
    for (const index of permutation(targets.count, rng)) {
      const place = targets.at(index)
      if (place === undefined) continue
      while (!signal.aborted && !this.#questions.take(clock.now()))
        await pause(this.#questions.waitMs(clock.now()), clock, signal)
      if (signal.aborted) return
      socket.send(request, place)
    }
  }

  async #answer({ packet, from, bytes }: Question): Promise<void> {
    const { addresses, clock } = this.#parts
    if (!this.#answers.take(clock.now())) return
    const most = Math.min(bytes * bounds.amplification, bounds.maxDatagramBytes)
    const response = await this.#sealer.response(packet.namespace, addresses(), most)
    if (response !== undefined) (await this.#station.socket()).send(response, from)
  }

  readonly #note = (error: unknown): void => this.#parts.logger?.error('%e', error)
}
