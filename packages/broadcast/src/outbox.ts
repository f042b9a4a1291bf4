/**
 * What waits to be sent to one neighbour. Control comes first, then announcements, then messages by priority: four of high
 * to two of mid to one of low, so that nothing starves.
 */
import { bounds } from './bounds.ts'
import { sizeOf } from './codec.ts'
import { ID_BYTES } from './identity.ts'
import { priorities } from './message.ts'
import type { DataFrame, Frame, Priority } from './message.ts'

const weights: Readonly<Record<Priority, number>> = { high: 4, mid: 2, low: 1 }

interface Queue {
  readonly weight: number
  /** Bounded by `queued` and `queuedBytes`. */
  readonly frames: DataFrame[]
  bytes: number
  /** Turns that are left before those of lower priority have theirs. */
  turns: number
}

export class Outbox {
  // Bounded: one prune says as much as many.
  #prune = false
  // Bounded by `missingPerPeer`: what we have asked for is asked for again only later. Keyed by ids that neighbours claim.
  readonly #grafts = new Set<string>()
  #graft = false
  /** An announcement is due even if there is nothing to announce. */
  #sign = false
  // Bounded by `announcing`; keyed by hashes of valid messages.
  readonly #announced = new Map<string, number>()
  readonly #queues: readonly Queue[] = priorities.map(name => newQueue(weights[name]))

  get isEmpty(): boolean {
    const hasControl = this.#prune || this.#graft || this.#sign || this.#announced.size > 0
    return !hasControl && this.#queues.every(({ frames }) => frames.length === 0)
  }

  get bytes(): number {
    return this.#queues.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Puts a frame in line; false where there is no room for a message. */
  push(frame: Frame, priority: Priority): boolean {
    switch (frame.kind) {
      // The last word holds: who has been pruned and is grafted again is not pruned.
      case 'prune':
        this.#prune = true
        this.#graft = false
        this.#grafts.clear()
        return true
      case 'graft':
        this.#prune = false
        this.#graft = true
        for (const id of frame.ids) if (this.#grafts.size < bounds.missingPerPeer) this.#grafts.add(id)
        return true
      case 'announce':
        this.#sign ||= frame.announced.length === 0
        for (const { id, hop } of frame.announced) this.#announce(id, hop)
        return true
      case 'data':
        return this.#pushData(frame, priority)
    }
  }

  #pushData(frame: DataFrame, priority: Priority): boolean {
    const queue = this.#queues[priorities.indexOf(priority)]!
    const bytes = sizeOf(frame)
    if (queue.frames.length >= bounds.queued || queue.bytes + bytes > bounds.queuedBytes) return false
    queue.frames.push(frame)
    queue.bytes += bytes
    return true
  }

  #announce(id: string, hop: number): void {
    const isFull = this.#announced.size >= bounds.announcing && !this.#announced.has(id)
    if (isFull) this.#announced.delete(this.#announced.keys().next().value!)
    this.#announced.set(id, hop)
  }

  /** Takes out as many frames as fit into so many bytes. */
  take(maxBytes: number): Frame[] {
    const frames: Frame[] = []
    let left = maxBytes
    const add = (frame: Frame): void => {
      frames.push(frame)
      left -= sizeOf(frame)
    }
    if (this.#prune && left > 0) add({ kind: 'prune' })
    if (frames.length > 0) this.#prune = false
    while (this.#graft && left >= 3 + ID_BYTES) {
      const ids = [...this.#grafts].slice(0, Math.min(bounds.grafted, Math.floor((left - 3) / ID_BYTES)))
      for (const id of ids) this.#grafts.delete(id)
      this.#graft = this.#grafts.size > 0
      add({ kind: 'graft', ids })
    }
    const room = Math.min(bounds.announced, Math.floor((left - 3) / (1 + ID_BYTES)))
    if ((this.#sign || this.#announced.size > 0) && room > 0) {
      this.#sign = false
      const announced = [...this.#announced].slice(0, room).map(([id, hop]) => ({ id, hop }))
      for (const { id } of announced) this.#announced.delete(id)
      add({ kind: 'announce', announced })
    }
    while (frames.length < bounds.frames) {
      const frame = this.#next(left)
      if (frame === undefined) break
      add(frame)
    }
    return frames
  }

  /** The message whose turn it is, if it fits; the turn is kept for it where it does not. */
  #next(left: number): DataFrame | undefined {
    const waiting = this.#queues.filter(({ frames }) => frames.length > 0)
    if (waiting.length === 0) return undefined
    if (waiting.every(({ turns }) => turns === 0))
      for (const queue of this.#queues) queue.turns = queue.weight
    const queue = waiting.find(({ turns }) => turns > 0)!
    const bytes = sizeOf(queue.frames[0]!)
    if (bytes > left) return undefined
    queue.turns--
    queue.bytes -= bytes
    return queue.frames.shift()
  }
}

function newQueue(weight: number): Queue {
  return { weight, frames: [], bytes: 0, turns: weight }
}
