/**
 * The connection keeper: "keep me at N connections". js-libp2p does not dial what it discovers; this does, on request,
 * with peers drawn from the view. It acts when a peer comes or goes, when the view changes, and when a backoff ends.
 */
import { PexError } from '@pex/core'
import type { Clock, PeerRecord, Rng } from '@pex/core'
import { Backoff } from '@pex/swarm'
import type { Logger } from '@libp2p/interface'
import { within } from './deadline.ts'
import { newest, plan } from './keeper-plan.ts'

/** A connection that has lasted so long, ms, was a good one. Guess: far longer than the refusal of a full host takes. */
const GOOD_MS = 60_000
/** The keeper waits for peers, not for addresses. */
const ANY = ''

export interface KeepInit {
  /** Peers to be connected to, however the connections came about. */
  readonly connections: number
  /** Dials under way at a time. @default 4 */
  readonly maxParallelDials?: number | undefined
  /** One dial with all addresses of a peer, ms. @default 10_000 */
  readonly dialTimeoutMs?: number | undefined
  /** Wait before a peer that failed is tried again, ms; it doubles with each failure in a row. @default 5_000 */
  readonly minBackoffMs?: number | undefined
  /** Longest such wait, ms. @default 3_600_000 */
  readonly maxBackoffMs?: number | undefined
}

/** What the keeper needs of a node. */
export interface KeeperParts {
  readonly clock: Clock
  readonly rng: Rng
  readonly log: Logger
  /** The peers that are connected, those aside that only an exchange keeps. */
  connected(): ReadonlySet<string>
  /** The peers that may be dialled. */
  candidates(): readonly PeerRecord[]
  /** When dialling the peer makes sense again, ms since the epoch: others may have failed with it a moment ago. */
  readyAt(record: PeerRecord): number
  /** Connects to a peer, or adopts the connection that there is; fails where that cannot be done. */
  dial(record: PeerRecord, signal: AbortSignal): Promise<void>
  /** Marks a connected peer as kept, for libp2p's pruning, or takes the mark away. */
  mark(id: string, kept: boolean): Promise<void>
}

export class Keeper {
  readonly #init: Required<{ [K in keyof KeepInit]: NonNullable<KeepInit[K]> }>
  readonly #parts: KeeperParts
  readonly #backoff: Backoff
  // Bounded by maxParallelDials; keyed by the ids of verified records.
  readonly #dialing = new Map<string, AbortController>()
  // Bounded by the connections wanted: nobody is dialled beyond them. When each was connected, ms since the epoch.
  readonly #kept = new Map<string, number>()
  #running = false
  #cancelLook: (() => void) | undefined

  /** Throws `PEX_INVALID_PARAMETER` for numbers that make no sense. */
  constructor(init: KeepInit, parts: KeeperParts) {
    this.#init = {
      connections: init.connections,
      maxParallelDials: init.maxParallelDials ?? 4,
      dialTimeoutMs: init.dialTimeoutMs ?? 10_000,
      minBackoffMs: init.minBackoffMs ?? 5_000,
      maxBackoffMs: init.maxBackoffMs ?? 3_600_000
    }
    for (const [name, value] of Object.entries(this.#init))
      if (!Number.isSafeInteger(value) || value < 1)
        throw new PexError('PEX_INVALID_PARAMETER', `keep.${name} is a whole number from 1, not ${value}`)
    this.#parts = parts
    const { minBackoffMs: minMs, maxBackoffMs: maxMs } = this.#init
    // Half of each wait is chance, so that peers that lost each other do not all come back at the same moment.
    this.#backoff = new Backoff({
      grow: tries => minMs * 2 ** (tries - 1),
      maxMs,
      jitter: 0.5,
      rng: parts.rng
    })
  }

  start(): void {
    this.#running = true
    this.look()
  }

  /** Gives up every dial and takes the marks away; connections stay. */
  async stop(): Promise<void> {
    this.#running = false
    this.#cancelLook?.()
    for (const dial of this.#dialing.values()) dial.abort()
    const kept = [...this.#kept.keys()]
    this.#kept.clear()
    await Promise.all(kept.map(id => this.#mark(id, false)))
  }

  /** Looks whether there is something to do; call it whenever a peer has come or gone or the view has changed. */
  look(): void {
    if (!this.#running) return
    const { clock, rng } = this.#parts
    const now = clock.now()
    const connected = this.#parts.connected()
    this.#letGo(connected, now)
    const dialing = [...this.#dialing].filter(([id]) => !connected.has(id))
    const { dial, abandon, lookAgainAt } = plan(
      {
        wanted: this.#init.connections,
        connected: connected.size,
        dialing: dialing.length,
        maxDialing: this.#init.maxParallelDials,
        candidates: newest(this.#parts.candidates()).filter(
          ({ id }) => !connected.has(id) && !this.#dialing.has(id)
        ),
        now
      },
      record => Math.max(this.#backoff.readyAt(record.id, ANY), this.#parts.readyAt(record)),
      rng
    )
    for (const [, controller] of dialing.slice(dialing.length - abandon)) controller.abort()
    for (const record of dial) void this.#dial(record)
    this.#cancelLook?.()
    this.#cancelLook =
      lookAgainAt === undefined ? undefined : clock.after(lookAgainAt - now, () => this.look())
  }

  async #dial(record: PeerRecord): Promise<void> {
    const { id } = record
    const { clock, log } = this.#parts
    const given = new AbortController()
    this.#dialing.set(id, given)
    try {
      const limits = { signals: [given.signal], clock, ms: this.#init.dialTimeoutMs }
      await within(limits, signal => this.#parts.dial(record, signal))
      if (this.#running) {
        this.#kept.set(id, clock.now())
        await this.#mark(id, true)
      }
    } catch (error) {
      // A dial that was given up says nothing about the peer.
      if (!given.signal.aborted) this.#backoff.add(id, ANY, clock.now())
      log('could not connect to %s - %e', id, error)
    } finally {
      this.#dialing.delete(id)
      this.look()
    }
  }

  /** Forgets kept peers that are gone. */
  #letGo(connected: ReadonlySet<string>, now: number): void {
    for (const [id, since] of this.#kept) {
      if (connected.has(id)) continue
      this.#kept.delete(id)
      // A connection that was cut off at once is a failure in a row with others.
      if (now - since >= GOOD_MS) this.#backoff.clear(id)
      this.#backoff.add(id, ANY, now)
      void this.#mark(id, false)
    }
  }

  async #mark(id: string, kept: boolean): Promise<void> {
    try {
      await this.#parts.mark(id, kept)
    } catch (error) {
      this.#parts.log.error('could not tag %s - %e', id, error)
    }
  }
}
