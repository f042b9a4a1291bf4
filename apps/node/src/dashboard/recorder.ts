/**
 * Hears what a host says of itself, or all hosts of a demo, and counts it: over time, by reason, and as news for readers.
 */
import { BoundedMap } from '@pex/core'
import type { HostEvent } from '../events.ts'
import type { Untimed } from '../output.ts'
import { History } from './history.ts'
import { Journal } from './journal.ts'
import type { Entry } from './journal.ts'
import type { FailuresShape, RejectionsShape, TickShape } from './shapes.ts'

/** Codes of errors and reasons of rejections are closed lists much shorter than this. */
const MAX_KINDS = 128

export class Recorder {
  readonly history: History = new History()
  readonly journal: Journal
  readonly #failures = new BoundedMap<string, number>(MAX_KINDS)
  readonly #rejections = new BoundedMap<string, number>(MAX_KINDS)
  // Bounded by MAX_LISTENERS of the server: one for each reader, and the server's own.
  readonly #listeners = new Set<(entry: Entry) => void>()

  constructor(run: string) {
    this.journal = new Journal({ run })
  }

  /** Calls back with each piece of news; returns the way to stop that. */
  listen(listener: (entry: Entry) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** `more`: fields to tell beside those of the event, such as whose it is. */
  heard(event: Untimed<HostEvent>, more: object = {}): void {
    this.#count(event)
    this.tell(event.event, { ...event, ...more })
  }

  /** News that is not a host's own. */
  tell(event: string, detail: object): void {
    const entry = this.journal.add(event, { ...detail, at: Date.now() })
    if (entry !== undefined) for (const listener of this.#listeners) listener(entry)
  }

  /** A second is over. */
  step(dropped: number): TickShape {
    const at = Date.now()
    return { at, counts: this.history.step(at), omitted: this.journal.step(), dropped }
  }

  get failures(): FailuresShape {
    const codes = sorted(this.#failures).map(([code, count]) => ({ code, count }))
    return { total: total(codes), codes }
  }

  get rejections(): RejectionsShape {
    const reasons = sorted(this.#rejections).map(([reason, count]) => ({ reason, count }))
    return { total: total(reasons), reasons }
  }

  #count(event: Untimed<HostEvent>): void {
    const { history } = this
    switch (event.event) {
      case 'exchange':
        return history.count(event.role === 'initiator' ? 'began' : 'answered')
      case 'failed':
        increment(this.#failures, event.code)
        return history.count('failed')
      case 'rejected':
        increment(this.#rejections, event.reason, 1 + (event.omitted ?? 0))
        return history.count('rejected', 1 + (event.omitted ?? 0))
      case 'round':
        return history.count(event.reached === null ? 'alone' : 'reached')
      default:
        return
    }
  }
}

function increment(counts: BoundedMap<string, number>, key: string, by: number = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

function sorted(counts: BoundedMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts.entries()].toSorted((a, b) => b[1] - a[1])
}

function total(list: readonly { readonly count: number }[]): number {
  return list.reduce((sum, { count }) => sum + count, 0)
}
