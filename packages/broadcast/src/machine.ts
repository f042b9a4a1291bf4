/**
 * Everything that a node decides in a broadcast, and nothing else: it never waits, sends or validates. Inputs go in with the
 * time, outputs come out, and the driver carries them out.
 *
 * The protocol is PlumTree (Leitão, Pereira, Rodrigues: Epidemic Broadcast Trees, SRDS 2007): a message is pushed along the
 * links of a tree and announced along all others; what comes twice prunes a link, what was announced and does not come
 * grafts one. Departures: nothing is passed on before the application has called it valid; ids are hashes of the whole
 * message, computed by every receiver; messages have an end; what one neighbour can make us remember is bounded, and so is
 * what it can make us send.
 */
import { assert } from '@pex/core'
import type { Rng } from '@pex/core'
import { Announcer } from './announcer.ts'
import { bounds } from './bounds.ts'
import { Counts } from './counts.ts'
import type { Input, Output } from './events.ts'
import { HeldMessages } from './held.ts'
import { drawNonce, idOf } from './identity.ts'
import type { Announced, DataFrame, Frame, Message, Priority, Verdict } from './message.ts'
import { MissingMessages } from './missing.ts'
import { Neighbours } from './neighbours.ts'
import type { Neighbour } from './neighbours.ts'
import { PendingMessages } from './pending.ts'
import type { Pending } from './pending.ts'
import { SeenMessages } from './seen.ts'

export interface MachineOptions {
  /** Where the nonces of our own messages come from. */
  readonly rng: Rng
  /** `flood` pushes to every neighbour, announces nothing and prunes nobody: the rival, in the same code. @default 'tree' */
  readonly mode?: 'tree' | 'flood' | undefined
  /** For how long a message is passed on. @default 120 000 */
  readonly lifetimeMs?: number | undefined
  /** How far ahead of ours a publisher's clock may be. @default 30 000 */
  readonly skewMs?: number | undefined
  /** A message's id. @default `idOf`, SHA-256 over all of it */
  readonly idOf?: ((message: Message) => string) | undefined
}

/** Why a message is not even judged. */
type Wrong = 'expired' | 'early' | 'unknown-protocol' | 'busy'

export class BroadcastMachine {
  readonly counts: Counts = new Counts()
  readonly #isFlood: boolean
  readonly #lifetimeMs: number
  readonly #skewMs: number
  readonly #idOf: (message: Message) => string
  readonly #rng: Rng
  readonly #neighbours = new Neighbours()
  readonly #announcer = new Announcer(this.#neighbours, this.counts)
  readonly #seen = new SeenMessages(bounds.seen)
  readonly #held: HeldMessages
  readonly #missing = new MissingMessages()
  readonly #pending = new PendingMessages()
  // Bounded by the protocols that this host's own code registers; keyed by their names.
  readonly #protocols = new Map<string, Priority>()
  #outputs: Output[] = []
  #now = 0
  #wakeAt = Infinity

  constructor(options: MachineOptions) {
    this.#rng = options.rng
    this.#isFlood = options.mode === 'flood'
    this.#lifetimeMs = options.lifetimeMs ?? bounds.lifetimeMs
    this.#skewMs = options.skewMs ?? bounds.skewMs
    this.#idOf = options.idOf ?? idOf
    this.#held = new HeldMessages(bounds.held, bounds.heldBytes, this.#lifetimeMs)
  }

  /** How much is remembered. */
  get census(): Readonly<
    Record<'neighbours' | 'eager' | 'seen' | 'held' | 'heldBytes' | 'missing' | 'pending', number>
  > {
    const eager = [...this.#neighbours.values()].filter(({ eager }) => eager).length
    const { size: held, bytes: heldBytes } = this.#held
    const { size: neighbours } = this.#neighbours
    const { size: seen } = this.#seen
    return {
      neighbours,
      eager,
      seen,
      held,
      heldBytes,
      missing: this.#missing.size,
      pending: this.#pending.size
    }
  }

  isNeighbour(id: string): boolean {
    return this.#neighbours.get(id) !== undefined
  }

  register(protocol: string, priority: Priority): void {
    this.#protocols.set(protocol, priority)
  }

  unregister(protocol: string): void {
    this.#protocols.delete(protocol)
  }

  /** The one door: what happened goes in with the time, what to do about it comes out. */
  handle(now: number, input: Input): readonly Output[] {
    this.#outputs = []
    this.#now = now
    this.#handle(now, input)
    this.#sleep()
    return this.#outputs
  }

  #handle(now: number, input: Input): void {
    switch (input.type) {
      case 'neighbours':
        return this.#meet(now, input.ids)
      case 'published':
        return this.#publish(now, input.message)
      case 'received':
        for (const frame of input.frames) this.#receive(now, input.from, frame)
        return undefined
      case 'judged':
        return this.#judge(now, input.id, input.verdict)
      case 'unreachable':
      case 'unsupported':
        return this.#lose(input.id, input.type)
      case 'deferred':
        return this.#defer(now, input.to, input.id)
      case 'wake':
        return this.#wake(now)
    }
  }

  /** New neighbours are told of the latest messages: what got lost when an old one died can be had from them. */
  #meet(now: number, ids: readonly string[]): void {
    const { came, gone } = this.#neighbours.set(ids, now)
    if (came.length > 0) this.#announcer.watch(now)
    for (const neighbour of gone) this.#missing.forget(neighbour)
    if (this.#isFlood) return
    for (const neighbour of came)
      for (const [id, { message, hop }] of this.#held.latest(bounds.history))
        if (!this.#isOver(now, message)) this.#announcer.add(now, neighbour, id, hop)
  }

  #lose(id: string, why: 'unreachable' | 'unsupported'): void {
    const neighbour = this.#neighbours.get(id)
    if (neighbour === undefined) return
    this.counts.totals[why]++
    this.#neighbours.delete(id)
    this.#missing.forget(neighbour)
  }

  #publish(now: number, { protocol, payload }: Pick<Message, 'protocol' | 'payload'>): void {
    assert(this.#protocols.has(protocol), 'only registered protocols are published on')
    const message = { protocol, publishedAt: now, nonce: drawNonce(this.#rng), payload }
    const id = this.#idOf(message)
    this.counts.totals.published++
    this.#seen.add(id, { from: undefined, hop: 0, state: 'valid' })
    this.#outputs.push({ type: 'published', id, message })
    this.#relay(now, id, message, 1, new Set())
  }

  #receive(now: number, from: string, frame: Frame): void {
    if (frame.kind === 'data') return this.#data(now, from, frame)
    const neighbour = this.#neighbours.get(from)
    if (neighbour === undefined) {
      this.counts.rejected.stranger++
      return
    }
    if (frame.kind === 'announce') for (const each of frame.announced) this.#announced(now, neighbour, each)
    else if (frame.kind === 'graft') this.#graft(now, neighbour, frame.ids)
    else if (!this.#isFlood) neighbour.eager = false
  }

  #data(now: number, from: string, { id, hop, message }: DataFrame): void {
    const seen = this.#seen.get(id)
    if (seen !== undefined) return this.#duplicate(from, id, message.protocol)
    const wrong = this.#wrongWith(now, from, message)
    if (wrong === 'busy') return this.#postpone(now, from, id)
    if (wrong !== undefined) return this.#turnAway(from, id, hop, wrong)
    this.#seen.add(id, { from, hop, state: 'pending' })
    const announcers = new Set([...this.#missing.came(id)].map(({ id }) => id))
    const due = now + bounds.verdictMs
    this.#pending.add(id, { message, from, hop, due, senders: new Set([from]), announcers })
    this.#outputs.push({ type: 'validate', id, message, from, hop })
  }

  #wrongWith(now: number, from: string, message: Message): Wrong | undefined {
    if (this.#isOver(now, message)) return 'expired'
    if (message.publishedAt > now + this.#skewMs) return 'early'
    if (!this.#protocols.has(message.protocol)) return 'unknown-protocol'
    return this.#pending.hasRoom(from, message) ? undefined : 'busy'
  }

  /** There is no room for it now; its sender has it, and is asked for it later. */
  #postpone(now: number, from: string, id: string): void {
    this.counts.rejected.busy++
    const neighbour = this.#neighbours.get(from)
    if (neighbour !== undefined && !this.#isFlood) this.#missing.announced(id, neighbour, now)
  }

  /** A neighbour is slower than what is for it: it is told what there is, and asks when it can. */
  #defer(now: number, to: string, id: string): void {
    this.counts.totals.deferred++
    const neighbour = this.#neighbours.get(to)
    const held = this.#held.get(id)
    if (neighbour === undefined || held === undefined || this.#isFlood) return
    held.askedBy.delete(to)
    this.#announcer.add(now, neighbour, id, held.hop)
  }

  /** What will never be of use is remembered, so that it is not asked for; the rest may come again. */
  #turnAway(from: string, id: string, hop: number, wrong: Exclude<Wrong, 'busy'>): void {
    this.counts.rejected[wrong]++
    if (wrong === 'early') return
    this.#missing.came(id)
    this.#seen.add(id, { from, hop, state: 'ignored' })
  }

  #isOver(now: number, { publishedAt }: Message): boolean {
    return now > publishedAt + this.#lifetimeMs
  }

  /** What comes twice came along a link that the tree does not need. */
  #duplicate(from: string, id: string, protocol: string): void {
    this.counts.totals.duplicates++
    const seen = this.#seen.get(id)!
    if (seen.state === 'invalid') this.#blame(from, id, protocol)
    const senders = this.#pending.get(id)?.senders
    if (senders !== undefined && senders.size < bounds.neighbours) senders.add(from)
    const neighbour = this.#neighbours.get(from)
    neighbour?.announcing.delete(id)
    if (this.#isFlood) return
    // Who brought it first is asked for it no more, but a carrier that repeats itself is no reason to part.
    if (seen.from === from) return
    if (neighbour !== undefined) neighbour.eager = false
    this.counts.totals.pruned++
    this.#send(from, { kind: 'prune' })
  }

  #judge(now: number, id: string, verdict: Verdict): void {
    const pending = this.#pending.take(id)
    // Too late: it has been ignored meanwhile.
    if (pending === undefined) return
    const seen = this.#seen.get(id)
    const from = this.#neighbours.get(pending.from)
    if (seen !== undefined) seen.state = verdict === 'ignore' ? 'ignored' : verdict
    if (verdict === 'valid') return this.#accept(now, id, pending, from)
    if (verdict === 'ignore') {
      this.counts.totals.ignored++
      return
    }
    for (const sender of pending.senders) this.#blame(sender, id, pending.message.protocol)
    if (from !== undefined) from.eager = false
  }

  #accept(
    now: number,
    id: string,
    { message, hop, senders, announcers }: Pending,
    from: Neighbour | undefined
  ): void {
    this.counts.totals.accepted++
    if (from !== undefined) {
      from.eager = true
      from.brokenPromises = 0
      from.promising = true
    }
    if (this.#isOver(now, message)) return
    this.#relay(now, id, message, Math.min(hop + 1, bounds.maxHops), new Set([...senders, ...announcers]))
  }

  #blame(from: string, id: string, protocol: string): void {
    this.counts.rejected.invalid++
    this.#outputs.push({ type: 'invalid', from, id, protocol })
  }

  /** Pushes to the eager, announces to the lazy, and leaves out who has it. */
  #relay(now: number, id: string, message: Message, hop: number, knowing: ReadonlySet<string>): void {
    this.#held.add(id, message, hop, now)
    for (const neighbour of this.#neighbours.values()) {
      if (knowing.has(neighbour.id)) continue
      if (neighbour.eager || this.#isFlood) this.#push(neighbour.id, { kind: 'data', id, hop, message })
      else this.#announcer.add(now, neighbour, id, hop)
    }
  }

  #push(to: string, frame: DataFrame): void {
    this.counts.totals.pushed++
    this.#send(to, frame, this.#protocols.get(frame.message.protocol))
  }

  #announced(now: number, by: Neighbour, { id, hop }: Announced): void {
    if (this.#isFlood) return
    by.announcing.delete(id)
    const seen = this.#seen.get(id)
    if (seen === undefined) {
      if (!this.#missing.announced(id, by, now)) this.counts.rejected['too-many-announced']++
      return
    }
    this.#pending.get(id)?.announcers.add(by.id)
    const parent = seen.from === undefined ? undefined : this.#neighbours.get(seen.from)
    const isNearer = seen.hop - hop >= bounds.optimizeHops
    if (seen.state !== 'valid' || !isNearer || parent?.eager !== true || parent === by) return
    // A claim: who has made one and kept none of it may not make another.
    if (by.eager || !by.promising || by.brokenPromises > 0) return
    by.promising = false
    by.eager = true
    parent.eager = false
    this.counts.totals.optimized++
    this.#send(by.id, { kind: 'graft', ids: [] })
    this.#send(parent.id, { kind: 'prune' })
  }

  /** Each message is sent to each neighbour that asks for it once: more than a push would be, nobody gets out of us. */
  #graft(now: number, by: Neighbour, ids: readonly string[]): void {
    by.eager = true
    for (const id of ids) {
      const held = this.#held.get(id)
      const isRefused =
        held === undefined || this.#isOver(now, held.message)
          ? 'graft-unknown'
          : held.askedBy.has(by.id) || held.askedBy.size >= bounds.askers
            ? 'graft-again'
            : undefined
      if (isRefused !== undefined) {
        this.counts.rejected[isRefused]++
        continue
      }
      held!.askedBy.add(by.id)
      by.announcing.delete(id)
      this.counts.totals.answered++
      this.#push(by.id, { kind: 'data', id, hop: held!.hop, message: held!.message })
    }
  }

  #wake(now: number): void {
    this.#wakeAt = Infinity
    for (const id of this.#pending.overdue(now)) this.#judge(now, id, 'ignore')
    this.#held.expire(now)
    for (const [{ id }, frame] of this.#announcer.take(now)) this.#send(id, frame)
    this.#askForMissing(now)
  }

  #askForMissing(now: number): void {
    // Bounded by the neighbours.
    const grafts = new Map<Neighbour, string[]>()
    for (const [id, next] of this.#missing.take(now)) {
      if (next === undefined) {
        this.counts.rejected['never-came']++
        continue
      }
      next.eager = true
      this.counts.totals.grafted++
      if (grafts.has(next)) grafts.get(next)!.push(id)
      else grafts.set(next, [id])
    }
    for (const [{ id: to }, ids] of grafts)
      for (let at = 0; at < ids.length; at += bounds.grafted)
        this.#send(to, { kind: 'graft', ids: ids.slice(at, at + bounds.grafted) })
  }

  #send(to: string, frame: Frame, priority: Priority = 'high'): void {
    const neighbour = this.#neighbours.get(to)
    if (neighbour !== undefined) neighbour.spokenAt = this.#now
    this.#outputs.push({ type: 'send', to, frame, priority })
  }

  /** Asks to be woken, where nobody has been asked to do it as early, or should have and has not: then a clock has been set. */
  #sleep(): void {
    const at = Math.min(this.#announcer.due, this.#missing.due, this.#pending.due, this.#held.due)
    if (at === Infinity || (at >= this.#wakeAt && this.#wakeAt >= this.#now)) return
    this.#wakeAt = at
    this.#outputs.push({ type: 'wake', at })
  }
}
