/**
 * So many at a time, for each key and in all; some more wait, and whoever finds the waiting room full is sent away at once:
 * that is the backpressure. Keys take turns, so that one that asks for much keeps nobody else waiting.
 */
import { abortError } from '@pex/core'

export interface GateBounds {
  /** Inside at a time, for one key and in all. */
  readonly perKey: number
  readonly all: number
  /** Waiting at a time, for one key and in all. */
  readonly waitingPerKey: number
  readonly waiting: number
}

interface Queue {
  inside: number
  /** Bounded by `waitingPerKey`. */
  readonly waiting: Set<() => void>
}

export class Gate {
  readonly #bounds: GateBounds
  // Bounded by `all` and `waiting`: a key with nobody inside and nobody waiting leaves. First come, first in turn.
  readonly #queues = new Map<string, Queue>()
  #inside = 0
  #waiting = 0

  constructor(bounds: GateBounds) {
    this.#bounds = bounds
  }

  get inside(): number {
    return this.#inside
  }

  get waiting(): number {
    return this.#waiting
  }

  /** Keys with somebody inside or waiting. */
  get keys(): number {
    return this.#queues.size
  }

  /**
   * Resolves to the way out when there is room; to nothing, at once, when even the waiting room is full. Rejects with what
   * the signal says when it is aborted before.
   */
  async enter(key: string, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) throw abortError(signal)
    const { perKey, all, waitingPerKey, waiting } = this.#bounds
    const queue = this.#queues.get(key) ?? { inside: 0, waiting: new Set() }
    if (queue.inside < perKey && this.#inside < all) {
      this.#queues.set(key, queue)
      return this.#admit(key, queue)
    }
    if (queue.waiting.size >= waitingPerKey || this.#waiting >= waiting) return undefined
    this.#queues.set(key, queue)
    return this.#wait(key, queue, signal)
  }

  #wait(key: string, queue: Queue, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        queue.waiting.delete(enter)
        this.#waiting--
        signal.removeEventListener('abort', onAbort)
      }
      const enter = (): void => {
        leave()
        resolve(this.#admit(key, queue))
      }
      const onAbort = (): void => {
        leave()
        this.#forget(key, queue)
        reject(abortError(signal))
      }
      queue.waiting.add(enter)
      this.#waiting++
      signal.addEventListener('abort', onAbort)
    })
  }

  #admit(key: string, queue: Queue): () => void {
    queue.inside++
    this.#inside++
    let isInside = true
    return () => {
      if (!isInside) return
      isInside = false
      queue.inside--
      this.#inside--
      this.#forget(key, queue)
      this.#next()
    }
  }

  #forget(key: string, queue: Queue): void {
    if (queue.inside === 0 && queue.waiting.size === 0) this.#queues.delete(key)
  }

  /** Lets in the first who waits for a key whose turn it is; that key then goes to the end of the line. */
  #next(): void {
    if (this.#inside >= this.#bounds.all) return
    for (const [key, queue] of this.#queues) {
      const [enter] = queue.waiting
      if (enter === undefined || queue.inside >= this.#bounds.perKey) continue
      this.#queues.delete(key)
      this.#queues.set(key, queue)
      return enter()
    }
  }
}
