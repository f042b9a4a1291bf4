/**
 * One machine of the simulated network: key, disk and clock stay the same while the host on it comes, goes, and is killed.
 */
import type { Clock, Contact, Signer, Transport, Verifier } from '@pex/core'
import { createHost } from '@pex/host'
import type { Host } from '@pex/host'
import type { SeededRng } from '@pex/testkit/chance'
import type { VirtualClock } from '@pex/testkit/clock'
import type { MemoryTransport } from '@pex/transport-memory'
import { decodeRemembered } from '../../../packages/service/src/remembered.ts'
import { mortal } from '../../../packages/testkit/src/mortal.ts'
import type { Mortal } from '../../../packages/testkit/src/mortal.ts'
import { forgetful, gullible, leaky, sulking } from './bugs.ts'
import type { Bug } from './bugs.ts'
import { Disk } from './disk.ts'
import { Fault, must } from './history.ts'
import type { History } from './history.ts'
import type { Signatures } from './signatures.ts'
import { LocalClock } from './local-clock.ts'
import { traced } from './traced.ts'

export const NAMESPACE = 'dst'
export const NEWS = 'news'
/** What the first byte of a broadcast says about it. */
export const verdicts = ['ignore', 'valid', 'invalid'] as const

export interface SlotParts {
  readonly index: number
  readonly clock: VirtualClock
  readonly rng: SeededRng
  readonly signer: Signer
  readonly verifier: Verifier
  readonly signatures: Signatures
  readonly history: History
  readonly nameOf: (id: string) => string
  readonly gossip: { readonly tickMs: number; readonly viewSize: number }
  /** Where a new host looks first. */
  readonly bootstrap: () => readonly Contact[]
  /** A carrier for a life that begins. */
  readonly carrier: (
    slot: Slot,
    clock: Clock
  ) => { readonly transport: Transport; readonly memory: MemoryTransport }
  readonly kill: (id: string) => void
  readonly bug: Bug | undefined
}

/** One run of the host, from its start to its end. */
export interface Life {
  readonly host: Host
  readonly transport: Transport
  readonly memory: MemoryTransport
  readonly share: Mortal
  state: 'starting' | 'up' | 'stopping'
  /** How often each broadcast was heard. Bounded by what a run publishes. */
  readonly heard: Map<string, number>
  /** The highest seq that each peer was held with. Bounded by the records of a run. */
  readonly seqs: Map<string, bigint>
  /** Calls under way, and when they began. */
  readonly calls: Map<number, number>
}

/** Time after which a host that could not start, or has crashed for good, is started again, ms. */
const AGAIN_MS = 3_000
/** Entries that `balanced` lets go in a round that begins: the places of its slots, and one that was pushed. */
const LET_GO = 5

export class Slot {
  readonly parts: SlotParts
  readonly name: string
  readonly disk: Disk
  readonly clock: LocalClock
  life: Life | undefined
  /** Where it listens; it may move. */
  address: string
  #lives = 0
  #moves = 0

  constructor(parts: SlotParts) {
    this.parts = parts
    this.name = `host-${parts.index}`
    this.disk = new Disk(this.name, parts.rng.fork('disk'))
    this.disk.lies = parts.bug === 'lying-disk'
    this.clock = new LocalClock(parts.clock)
    this.address = `/memory/${this.id}`
  }

  get id(): string {
    return this.parts.signer.id
  }

  get contact(): Contact & { readonly id: string } {
    return { id: this.id, addresses: [this.address] }
  }

  get isUp(): boolean {
    return this.life?.state === 'up'
  }

  /** Begins a life, where there is none. */
  start(): void {
    if (this.life !== undefined) return
    const life = this.#make()
    this.life = life
    this.note('starts')
    void life.host
      .start()
      .then(
        () => {
          if (this.life !== life) return
          life.state = 'up'
          this.#compareWithDisk(life)
          this.note('is up')
        },
        (error: unknown) => {
          if (this.life !== life) return
          this.note('cannot start:', error instanceof Error && 'code' in error ? error.code : error)
          life.share.kill()
          this.life = undefined
          this.parts.clock.after(AGAIN_MS, () => this.start())
        }
      )
      .catch(this.#fail)
  }

  /** Ends it as kill -9 does; what the disk was doing ends somehow. */
  async crash(): Promise<void> {
    const { life } = this
    if (life === undefined) return
    this.note('crashes')
    this.life = undefined
    life.share.kill()
    if (life.memory.addresses().length > 0) this.parts.kill(this.id)
    await this.disk.crash()
  }

  /** Ends it in good order; resolves when nothing of it is left. */
  async stop(): Promise<void> {
    const { life } = this
    if (life === undefined || life.state === 'stopping') return
    life.state = 'stopping'
    this.note('stops')
    await life.host.stop().catch((error: unknown) => this.note('has not stopped well:', error))
    if (this.life !== life) return
    this.note('is down')
    this.life = undefined
  }

  /** It has another address from now on. */
  move(): void {
    this.address = `/memory/${this.id}x${++this.#moves}`
    this.note('moves to', this.#moves)
    if (this.life !== undefined) this.life.memory.setAddresses([this.address])
  }

  /** The first fault that this host has shown by itself. */
  failure: Error | undefined

  note(...words: readonly unknown[]): void {
    this.parts.history.note(this.name, ...words)
  }

  /** Says that something must not be; the run ends with the next look. */
  fail(what: string): void {
    this.failure ??= new Fault(what)
  }

  readonly #fail = (error: unknown): void => {
    this.failure ??= error as Error
  }

  #make(): Life {
    const { bug, history, nameOf, bootstrap, gossip, signer, rng } = this.parts
    // The disk works in the time of the life that writes to it: what the dead still wanted to write is never written.
    const store = this.disk.mount({ after: (...wait) => share.clock.after(...wait) })
    const share: Mortal = mortal(this.clock, store)
    const { transport, memory } = this.parts.carrier(this, share.clock)
    const wire = traced(transport, this.name, nameOf, history)
    const host = createHost(
      {
        transport: bug === 'sulking-transport' ? sulking(wire) : wire,
        signer,
        verifier: this.#verifier(),
        store: share.store,
        clock: bug === 'leaky-clock' ? leaky(share.clock) : share.clock,
        rng: rng.fork(`life ${++this.#lives}`)
      },
      { network: NAMESPACE, gossip, bootstrap: bootstrap().filter(({ id }) => id !== this.id) }
    )
    const life = { host, transport, memory, share, state: 'starting' as const }
    const fresh: Life = { ...life, heard: new Map(), seqs: new Map(), calls: new Map() }
    this.#listen(fresh)
    return fresh
  }

  /** Whatever of the disk's entries is whole, the host has to know when it is up, but for what its policy lets go in a round. */
  #compareWithDisk({ host }: Life): void {
    const places = [...host.pex.view(NAMESPACE), ...host.pex.recovery(NAMESPACE)]
    const known = new Set(places.map(({ id }) => id))
    const whole = [...(this.disk.loaded.get(NAMESPACE) ?? [])].filter(([key, value]) => {
      const stored = decodeRemembered(value)
      return key !== this.id && stored !== undefined && this.parts.signatures.of(stored.envelope)?.id === key
    })
    const forgotten = whole.flatMap(([key]) => (known.has(key) ? [] : [this.parts.nameOf(key)]))
    must(forgotten.length <= LET_GO, this.name, 'has forgotten of its disk', forgotten.join())
    this.note('remembers', whole.length, 'but', forgotten.length)
  }

  #verifier(): Verifier {
    const { bug, verifier, clock } = this.parts
    if (bug === 'gullible-verifier') return clock.tracked(gullible(verifier))
    return bug === 'forgets-seqs' ? clock.tracked(forgetful(verifier)) : verifier
  }

  #listen(life: Life): void {
    const { host } = life
    host.handle('echo', async body => body)
    host.subscribe(NEWS, {
      validate: ({ id, payload }) => {
        if (this.life !== life) return 'ignore'
        const times = (life.heard.get(id) ?? 0) + 1
        life.heard.set(id, times)
        this.note('hears', id.slice(0, 8))
        if (times > 1) this.fail(`${this.name} hears the broadcast ${id} again`)
        return verdicts[payload[0] ?? 2] ?? 'invalid'
      }
    })
    for (const event of ['exchange:fail', 'store:fail', 'store:damage', 'reject', 'round'] as const)
      host.pex.addEventListener(event, ({ detail }) => {
        if (this.life === life)
          this.note(
            event,
            'reason' in detail ? detail.reason : 'reached' in detail ? detail.reached?.slice(-4) : ''
          )
      })
    for (const event of ['peer:added', 'peer:removed', 'clock:change'] as const)
      host.peers.addEventListener(event, () => {
        if (this.life === life) this.note(event, host.peers.size)
      })
  }
}
