/**
 * The way to each neighbour: one request at a time, whatever waits for it in one body. A neighbour that is slow or dead holds
 * up nobody else.
 */
import { limits, PexError } from '@pex/core'
import type { Clock, Contact, Transport } from '@pex/core'
import { bounds } from './bounds.ts'
import { encode } from './codec.ts'
import type { Frame, Priority } from './message.ts'
import { Outbox } from './outbox.ts'

interface Lane {
  readonly contact: Contact
  readonly outbox: Outbox
  /** The request under way. */
  busy: AbortController | undefined
}

export interface LanesParts {
  readonly transport: Transport
  readonly protocol: string
  readonly clock: Clock
  /** A neighbour has answered with frames of its own. */
  readonly onAnswer: (from: string, body: Uint8Array) => void
  /** A neighbour did not answer; it has no lane any more. */
  readonly onFailure: (id: string, error: unknown) => void
}

export class Lanes {
  readonly #parts: LanesParts
  // Bounded by `neighbours`; keyed by ids that the application has named.
  readonly #lanes = new Map<string, Lane>()

  constructor(parts: LanesParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#lanes.size
  }

  /** The neighbours from now on, by id. What waits for one that stays, waits on. */
  set(contacts: ReadonlyMap<string, Contact>): void {
    for (const id of this.#lanes.keys()) if (!contacts.has(id)) this.close(id)
    for (const [id, contact] of contacts) {
      const { outbox = new Outbox(), busy } = this.#lanes.get(id) ?? {}
      if (this.#lanes.get(id)?.contact === contact) continue
      // A request under way belongs to the lane that began it.
      const lane: Lane = { contact, outbox, busy: undefined }
      this.#lanes.set(id, lane)
      if (busy === undefined) this.#pump(id, lane)
      else lane.busy = busy
    }
  }

  /** Puts a frame in line; false where there is no room. Nothing happens to one for somebody who is no neighbour. */
  push(to: string, frame: Frame, priority: Priority): boolean {
    const lane = this.#lanes.get(to)
    if (lane === undefined) return true
    const found = lane.outbox.push(frame, priority)
    this.#pump(to, lane)
    return found
  }

  close(id: string): void {
    const lane = this.#lanes.get(id)
    this.#lanes.delete(id)
    lane?.busy?.abort(new PexError('PEX_ABORTED', 'no neighbour any more'))
  }

  closeAll(): void {
    for (const id of this.#lanes.keys()) this.close(id)
  }

  #pump(id: string, lane: Lane): void {
    if (lane.busy !== undefined || lane.outbox.isEmpty) return
    const controller = new AbortController()
    lane.busy = controller
    // Whatever is decided in this step still comes along.
    queueMicrotask(() => void this.#send(id, controller))
  }

  async #send(id: string, controller: AbortController): Promise<void> {
    const { transport, protocol, clock, onAnswer, onFailure } = this.#parts
    const lane = this.#lanes.get(id)
    if (lane?.busy !== controller) return
    const timeout = new PexError('PEX_TIMEOUT', `no answer within ${bounds.sendMs} ms`)
    const cancel = clock.after(bounds.sendMs, () => controller.abort(timeout))
    const { signal } = controller
    try {
      const body = encode(lane.outbox.take(limits.maxMessageBytes))
      const answer = await transport.request(lane.contact, protocol, body, { signal })
      if (this.#lanes.get(id)?.busy === controller) onAnswer(answer.from, answer.body)
    } catch (error) {
      if (this.#lanes.get(id)?.busy !== controller) return
      this.#lanes.delete(id)
      onFailure(id, error)
    } finally {
      cancel()
      this.#goOn(id, controller)
    }
  }

  #goOn(id: string, controller: AbortController): void {
    const lane = this.#lanes.get(id)
    if (lane?.busy !== controller) return
    lane.busy = undefined
    this.#pump(id, lane)
  }
}
