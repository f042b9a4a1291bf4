/**
 * The world of a run: machines with the shipped hosts on a network in memory, hostile hosts among them, and faults that come by
 * the plan. It lets time pass, lets the hosts talk, and looks after every step whether all is as it must be.
 */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { below } from '@pex/core'
import type { Clock, Signer, Transport, Verifier } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import { seeded } from '@pex/testkit/chance'
import type { SeededRng } from '@pex/testkit/chance'
import { virtualClock } from '@pex/testkit/clock'
import type { VirtualClock } from '@pex/testkit/clock'
import { memoryNetwork } from '@pex/transport-memory'
import type { MemoryNetwork, MemoryTransport } from '@pex/transport-memory'
import type { Bug } from './bugs.ts'
import { chatter } from './chatter.ts'
import { begin } from './faults.ts'
import { History } from './history.ts'
import { Impostor } from './impostor.ts'
import { manners } from './manners.ts'
import { Weather } from './network.ts'
import { drawPlan } from './plan.ts'
import type { AdversaryKind, Plan } from './plan.ts'
import { Signatures } from './signatures.ts'
import { Slot } from './slot.ts'
import type { SlotParts } from './slot.ts'
import { watch } from './watch.ts'

export interface WorldOptions {
  readonly seed: number
  /** @default 12 */
  readonly hosts?: number | undefined
  readonly bug?: Bug | undefined
  readonly onLine?: ((line: string) => void) | undefined
}

/** What of the world a carrier may know. */
export interface Ground {
  /** Says that something must not be. */
  readonly fail: (what: string) => void
  /** Where a host listens now. */
  readonly placeOf: (id: string) => string
}

/** Makes a carrier out of a host's end of the network in memory. */
export type Carrying = (memory: MemoryTransport, clock: Clock, rng: SeededRng, ground: Ground) => Transport

/** Machines that a run has at most, flash crowds included. */
const MOST_SLOTS = 40
/** Ids that a hostile host has beside its own. With more, a fifth of the hosts would be most of the ids: nobody promises anything then. */
const MASKS = 1
/** How often everything is looked at, ms. */
const STEP_MS = 1_000

export class World {
  readonly clock: VirtualClock = virtualClock(Date.UTC(2026, 0, 1))
  readonly seed: number
  readonly rng: SeededRng
  readonly plan: Plan
  readonly history: History
  readonly links: MemoryNetwork
  readonly weather: Weather
  readonly signatures: Signatures = new Signatures()
  readonly verifier: Verifier
  /** Bounded by MOST_SLOTS. */
  readonly slots: Slot[] = []
  /** Bounded by the plan. */
  readonly impostors: Impostor[] = []
  readonly chatterRng: SeededRng
  readonly #bug: Bug | undefined
  readonly #carrying: Carrying
  readonly #names = new Map<string, string>()
  /** What is to be done, and when. Bounded by the plan. */
  readonly #agenda: { readonly at: number; readonly act: () => unknown }[] = []

  private constructor({ seed, hosts = 12, bug, onLine }: WorldOptions, carrying: Carrying) {
    this.seed = seed
    this.rng = seeded(seed)
    this.#bug = bug
    this.#carrying = carrying
    this.plan = drawPlan(this.rng.fork('plan'), hosts)
    this.history = new History(() => this.clock.now(), onLine)
    this.links = memoryNetwork({ clock: this.clock, rng: this.rng.fork('links') })
    this.weather = new Weather(this.links)
    this.verifier = this.clock.tracked(createVerifier())
    this.chatterRng = this.rng.fork('chatter')
  }

  /** A world with its hosts started, and its faults on the agenda. */
  static async open(options: WorldOptions, carrying: Carrying = memory => memory): Promise<World> {
    const world = new World(options, carrying)
    const { hosts = 12 } = options
    const { skews, adversaries, faults } = world.plan
    for (let i = 0; i < hosts; i++) (await world.addSlot()).clock.jump(skews[i] ?? 0)
    for (const slot of world.slots) slot.start()
    for (const [i, kind] of adversaries.entries()) await world.#addImpostor(kind, i)
    for (const planned of faults) world.later(planned.at, () => begin(world, planned))
    return world
  }

  nameOf = (id: string): string => this.#names.get(id) ?? id.slice(-6)

  /** Honest hosts that are up. */
  get up(): readonly Slot[] {
    return this.slots.filter(({ isUp }) => isUp)
  }

  slotAt(index: number): Slot {
    return this.slots[index % this.slots.length]!
  }

  /** One more machine, with nothing running on it; the last one again where there are too many. */
  async addSlot(): Promise<Slot> {
    const index = this.slots.length
    if (index >= MOST_SLOTS) return this.slotAt(index - 1)
    const rng = this.rng.fork(`host ${index}`)
    const signer = await this.#signer(rng, `host-${index}`)
    const { tickMs, viewSize } = this.plan
    const parts: SlotParts = {
      index,
      clock: this.clock,
      rng,
      signer,
      verifier: this.verifier,
      signatures: this.signatures,
      history: this.history,
      nameOf: this.nameOf,
      gossip: { tickMs, viewSize },
      bootstrap: () =>
        this.slots.slice(0, 2).map(slot => ({ id: slot.id, addresses: [`/memory/${slot.id}`] })),
      carrier: (slot, clock) => {
        const memory = this.links.transport(slot.id, { addresses: [slot.address] })
        return {
          memory,
          transport: this.#carrying(memory, clock, rng.fork(`carrier ${clock.now()}`), this.#ground(slot))
        }
      },
      kill: id => this.links.kill(id),
      bug: this.#bug
    }
    const slot = new Slot(parts)
    this.slots.push(slot)
    return slot
  }

  /** Puts something on the agenda, ms from now. */
  later(ms: number, act: () => unknown): void {
    const at = this.clock.now() + ms
    const place = this.#agenda.findIndex(other => other.at > at)
    this.#agenda.splice(place < 0 ? this.#agenda.length : place, 0, { at, act })
  }

  /** Takes everything off the agenda. */
  forget(): void {
    this.#agenda.length = 0
  }

  /** Lets time pass; what is due is done, hosts talk, and everything is looked at once a second. */
  async pass(ms: number, isOver: () => boolean = () => false): Promise<boolean> {
    const end = this.clock.now() + ms
    while (this.clock.now() < end && !isOver()) {
      for (
        let next = this.#agenda[0];
        next !== undefined && next.at <= this.clock.now();
        next = this.#agenda[0]
      ) {
        this.#agenda.shift()
        await next.act()
      }
      const step = STEP_MS - (this.clock.now() % STEP_MS)
      if (step === STEP_MS) chatter(this)
      const due = (this.#agenda[0]?.at ?? Infinity) - this.clock.now()
      await this.clock.advance(Math.min(step, Math.max(due, 1), end - this.clock.now()))
      watch(this)
    }
    return isOver()
  }

  #ground(slot: Slot): Ground {
    const placeOf = (id: string): string =>
      this.slots.find(other => other.id === id)?.address ?? `/memory/${id}`
    return { fail: what => slot.fail(what), placeOf }
  }

  async #addImpostor(kind: AdversaryKind, i: number): Promise<void> {
    const rng = this.rng.fork(`impostor ${i}`)
    const signer = await this.#signer(rng, `${kind}-${i}`)
    const masks: Signer[] = []
    for (let mask = 0; mask < MASKS; mask++) masks.push(await this.#signer(rng, `mask-${i}-${mask}`))
    const memory = this.links.transport(signer.id)
    const { clock, verifier } = this
    const honest = (): readonly Slot['contact'][] => this.up.map(({ contact }) => contact)
    const transport = this.#carrying(memory, clock, rng.fork('carrier'), this.#ground(this.slots[0]!))
    const impostor = new Impostor({ clock, rng, transport, signer, masks, verifier, honest }, manners[kind])
    this.impostors.push(impostor)
    await impostor.start()
  }

  async #signer(rng: SeededRng, name: string): Promise<Signer> {
    const key = await generateKeyPairFromSeed(
      'Ed25519',
      Uint8Array.from({ length: 32 }, () => below(rng, 256))
    )
    const signer = this.signatures.noting(createSigner(key))
    this.#names.set(signer.id, name)
    return this.clock.tracked(signer)
  }
}
