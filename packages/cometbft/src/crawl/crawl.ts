/**
 * Maps a chain through peer exchange alone: asks the seeds whom they know, then those, and so on. A crawl is a guest: one
 * connection and one request a visit, few visits at once, never soon again, and again only while that brings news.
 */
import { PexError } from '@pex/core'
import type { Place } from '@pex/switch'
import { Agenda } from './agenda.ts'
import type { Errand } from './agenda.ts'
import type { Finding, VisitVerdict } from './finding.ts'
import { crawlMetrics } from '../metrics.ts'
import type { About, CrawlMap } from './map.ts'
import { settingsOf } from './options.ts'
import type { CrawlInit, CrawlSettings } from './options.ts'
import { visitWithin } from './visiting.ts'

/** A visit that has ended. */
export interface CrawlVisit {
  readonly id: string
  readonly place: Place
  readonly verdict: VisitVerdict
  readonly detail: string | undefined
  /** What the node says of itself; nothing where it has never answered for its id. */
  readonly about: About | undefined
  readonly latencyMs: number | undefined
  /** Addresses in its answer, and how many nodes were new. */
  readonly named: number
  readonly news: number
}

/** How far a crawl is, after each visit. */
export interface CrawlProgress {
  readonly visit: CrawlVisit
  /** Nodes that have been heard of, that have been visited, that have answered. */
  readonly known: number
  readonly visited: number
  readonly ok: number
  /** Nodes that wait for a visit, the first or another. */
  readonly queued: number
  /** Visits under way. */
  readonly running: number
  readonly newPerMinute: number
}

interface Done {
  readonly errand: Errand
  /** Nothing where the crawl ended before the visit did. */
  readonly finding: Finding | undefined
}

export class Crawl {
  readonly #settings: CrawlSettings
  readonly #agenda: Agenda
  /** Visits that have ended and not been told. Bounded by `concurrency`. */
  readonly #done: Done[] = []
  readonly #startedAt: number
  readonly #count: (verdict: VisitVerdict) => void
  /** The first thing that went wrong and is no fault of the world's. */
  #fault: { readonly error: unknown } | undefined
  #wake: () => void = () => {}
  #running = 0
  #hasRun = false
  #isComplete = false

  /** Fails with `PEX_INVALID_PARAMETER`: a number that is none, or a map of another chain. */
  constructor(init: CrawlInit) {
    this.#settings = settingsOf(init)
    this.#agenda = new Agenda(this.#settings)
    const { map, seeds, clock, chainId } = init
    const now = clock.now()
    this.#startedAt = map?.startedAt ?? now
    if (map !== undefined) {
      if (map.chainId !== chainId)
        throw new PexError('PEX_INVALID_PARAMETER', `the map is of ${map.chainId}, not of ${chainId}`)
      this.#agenda.restore(map, now)
    }
    for (const seed of seeds) this.#agenda.seed(seed, now)
    const counts = () => ({ ...this.#agenda.counts, running: this.#running })
    this.#count = init.metrics === undefined ? () => {} : crawlMetrics(init.metrics, counts)
  }

  /** What has been found so far. */
  map(): CrawlMap {
    return {
      chainId: this.#settings.chainId,
      startedAt: this.#startedAt,
      savedAt: this.#settings.clock.now(),
      isSettled: this.#running === 0 && this.#done.length === 0,
      isComplete: this.#isComplete,
      nodes: this.#agenda.nodes(),
      dropped: this.#agenda.dropped
    }
  }

  /**
   * Crawls until nobody is left to visit, the time or the number of visits is up, or the signal is aborted; tells of each
   * visit. No visit begins while the caller does not ask for more. Once for each crawl.
   */
  async *run({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<
    CrawlProgress,
    void,
    undefined
  > {
    if (this.#hasRun) throw new PexError('PEX_INVALID_PARAMETER', 'this crawl has been run already')
    this.#hasRun = true
    const { clock, forMs } = this.#settings
    const ending = new AbortController()
    const end = (): void => {
      ending.abort()
      this.#wake()
    }
    signal?.addEventListener('abort', end)
    if (signal?.aborted === true) end()
    const cancelEnd = forMs === Infinity ? () => {} : clock.after(forMs, end)
    try {
      while (!this.#isOver(ending.signal)) {
        this.#begin(ending.signal)
        if (this.#done.length === 0 && !this.#isOver(ending.signal)) await this.#event()
        for (let done = this.#done.shift(); done !== undefined; done = this.#done.shift()) {
          const progress = this.#settle(done)
          if (this.#fault !== undefined) throw this.#fault.error
          if (progress !== undefined) yield progress
        }
      }
    } finally {
      cancelEnd()
      ending.abort()
      // A caller that has had enough leaves visits under way: they end before this does.
      while (this.#running > 0) await this.#event()
      for (const done of this.#done.splice(0)) this.#settle(done)
      signal?.removeEventListener('abort', end)
      this.#isComplete = this.#agenda.counts.queued === 0
    }
  }

  #isOver(ending: AbortSignal): boolean {
    if (this.#running > 0 || this.#done.length > 0) return false
    return ending.aborted || this.#isFull() || this.#agenda.counts.queued === 0
  }

  #isFull(): boolean {
    return this.#agenda.counts.visited >= this.#settings.maxVisited
  }

  /** Begins as many visits as may be. */
  #begin(ending: AbortSignal): void {
    const { clock, concurrency } = this.#settings
    while (!ending.aborted && this.#running < concurrency && !this.#isFull()) {
      const errand = this.#agenda.next(clock.now())
      if (errand === undefined) break
      void this.#visit(errand, ending)
    }
  }

  /** Resolves when a visit has ended, somebody's time to wait is over, or the crawl is to end. */
  async #event(): Promise<void> {
    const { clock } = this.#settings
    const due = this.#isFull() ? undefined : this.#agenda.due
    let cancel = (): void => {}
    await new Promise<void>(resolve => {
      this.#wake = resolve
      if (due !== undefined) cancel = clock.after(Math.max(0, due - clock.now()), resolve)
    })
    cancel()
    this.#wake = () => {}
  }

  async #visit(errand: Errand, ending: AbortSignal): Promise<void> {
    const { clock, visit, visitMs } = this.#settings
    const { known, claim } = errand
    this.#running++
    let finding: Finding | undefined
    try {
      finding = await visitWithin({ id: known.id, ...claim.place }, { visit, clock, visitMs, ending })
    } catch (error) {
      this.#fault ??= { error }
    }
    this.#running--
    this.#done.push({ errand, finding })
    this.#wake()
  }

  #settle({ errand, finding }: Done): CrawlProgress | undefined {
    const now = this.#settings.clock.now()
    if (finding === undefined) {
      this.#agenda.abandon(errand, now)
      return undefined
    }
    const news = this.#agenda.settle(errand, finding, now)
    this.#count(finding.verdict)
    const { known, claim } = errand
    const visit = {
      id: known.id,
      place: claim.place,
      verdict: finding.verdict,
      detail: finding.detail,
      about: known.about,
      latencyMs: finding.latencyMs,
      named: finding.addresses?.length ?? 0,
      news
    }
    return {
      visit,
      ...this.#agenda.counts,
      running: this.#running,
      newPerMinute: this.#agenda.newPerMinute(now)
    }
  }
}
