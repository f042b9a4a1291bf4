/** The world of CometBFT nodes: their switches on streams in memory, faults by the plan, and what must hold all the while. */
import type { NetAddress } from '@pex/address-book'
import { dialects, PEX_CHANNEL } from '@pex/cometbft'
import { below } from '@pex/core'
import { nodeKey } from '@pex/mconnection'
import { Switch } from '@pex/switch'
import type { Peer, Reactor } from '@pex/switch'
import { seeded } from '@pex/testkit/chance'
import type { SeededRng } from '@pex/testkit/chance'
import { virtualClock } from '@pex/testkit/clock'
import type { VirtualClock } from '@pex/testkit/clock'
import { streamNetwork } from '@pex/testkit/stream-network'
import type { StreamNetwork } from '@pex/testkit/stream-network'
import { Fault, History, must } from './history.ts'
import { drawSwitchPlan } from './switch-plan.ts'
import type { SwitchFault, SwitchPlan } from './switch-plan.ts'
import { CHAIN, PORT, SwitchSlot } from './switch-slot.ts'

const CALM_MS: readonly [number, number] = [5, 20]
const STEP_MS = 1_000
/** Time in which the nodes have to be one network again, ms: bans and backoffs of the storm count, too. */
const HEAL_MS = 30 * 60_000
const STOP_MS = 60_000
/** Peers that everybody has to have then. */
const LEAST_PEERS = 2

export class SwitchWorld {
  readonly clock: VirtualClock = virtualClock(Date.UTC(2026, 0, 1))
  readonly history: History
  readonly plan: SwitchPlan
  readonly network: StreamNetwork
  readonly slots: readonly SwitchSlot[]
  readonly #rng: SeededRng
  /** Bounded by the plan. */
  readonly #hostile: Switch[] = []
  /** Bounded by the plan. */
  readonly #agenda: { readonly at: number; readonly act: () => void }[] = []

  constructor(seed: number, nodes: number, onLine?: (line: string) => void) {
    this.#rng = seeded(seed)
    this.plan = drawSwitchPlan(this.#rng.fork('plan'), nodes)
    this.history = new History(() => this.clock.now(), onLine)
    this.network = streamNetwork({ clock: this.clock, rng: this.#rng.fork('network'), latencyMs: CALM_MS })
    const { clock, network, history } = this
    const known = (): readonly NetAddress[] => this.slots.slice(0, 2).map(({ address }) => address)
    this.slots = Array.from({ length: nodes }, (_, index) => {
      const rng = this.#rng.fork(`node ${index}`)
      return new SwitchSlot({ index, key: keyOf(rng), clock, rng, network, history, known })
    })
    for (const slot of this.slots) slot.start()
    for (const { at, ms, fault } of this.plan.faults) this.#later(at, () => this.#begin(fault, ms))
    for (let i = 0; i < this.plan.hostile; i++) this.#addHostile(i)
  }

  /** The whole run; resolves to the minutes that healing took. */
  async run(): Promise<number> {
    await this.#pass(this.plan.stormMs)
    this.#calm()
    const begun = this.clock.now()
    if (!(await this.#pass(HEAL_MS, () => this.#whyBroken() === undefined)))
      throw new Fault(`not whole after ${HEAL_MS / 60_000} minutes: ${this.#whyBroken()}`)
    const took = Math.ceil((this.clock.now() - begun) / 60_000)
    await this.#pass(2 * 60_000)
    await this.#end()
    return took
  }

  async #pass(ms: number, isOver: () => boolean = () => false): Promise<boolean> {
    const end = this.clock.now() + ms
    while (this.clock.now() < end && !isOver()) {
      for (; this.#agenda[0] !== undefined && this.#agenda[0].at <= this.clock.now();)
        this.#agenda.shift()!.act()
      const due = (this.#agenda[0]?.at ?? Infinity) - this.clock.now()
      await this.clock.advance(Math.min(STEP_MS, Math.max(1, due), end - this.clock.now()))
      this.#watch()
    }
    return isOver()
  }

  #later(ms: number, act: () => void): void {
    this.#agenda.push({ at: this.clock.now() + ms, act })
    this.#agenda.sort((a, b) => a.at - b.at)
  }

  #begin(fault: SwitchFault, ms: number): void {
    this.history.note('***', JSON.stringify(fault), 'for', ms)
    const slot = this.slots['node' in fault ? fault.node : 0]!
    switch (fault.kind) {
      case 'latency':
        this.network.latencyMs = [CALM_MS[0], fault.ms]
        return this.#later(ms, () => (this.network.latencyMs = CALM_MS))
      case 'crash':
        for (const index of fault.nodes) {
          this.slots[index]!.save()
          this.slots[index]!.crash()
          this.#later(ms, () => this.slots[index]!.start())
        }
        return
      case 'stop':
        void slot.stop()
        return this.#later(ms, () => slot.start())
      case 'refuse':
        this.network.refuse(slot.ip)
        return this.#later(ms, () => this.network.refuse(slot.ip, false))
      case 'blackhole':
        this.network.blackhole(slot.ip)
        return this.#later(ms, () => this.network.blackhole(slot.ip, false))
      case 'cut':
        return this.network.cut(slot.ip)
      case 'jump':
        slot.clock.jump(fault.ms)
        return this.#later(ms, () => slot.clock.correct())
      case 'drift':
        slot.clock.rate = fault.rate
        return this.#later(ms, () => slot.clock.correct())
    }
  }

  #calm(): void {
    this.history.note('*** calm')
    this.#agenda.length = 0
    this.network.latencyMs = CALM_MS
    for (const slot of this.slots) {
      this.network.refuse(slot.ip, false)
      this.network.blackhole(slot.ip, false)
      slot.clock.correct()
      slot.start()
    }
  }

  #watch(): void {
    for (const { name, address, life, failure } of this.slots) {
      if (failure !== undefined) throw failure
      if (life === undefined) continue
      const { outbound, inbound } = life.node.counts
      const { maxOutbound, maxInbound } = life.node.limits
      must(outbound <= maxOutbound && inbound <= maxInbound, name, 'has', outbound, 'and', inbound, 'peers')
      const ids = life.node.peers.list().map(({ id }) => id)
      must(new Set(ids).size === ids.length && !ids.includes(address.id), name, 'has a peer twice, or itself')
      must(life.book.get(address.id) === undefined, name, 'has itself in its book')
      must(life.book.size <= 1_000, name, 'knows', life.book.size)
    }
    const most = 600 * (this.slots.length + this.#hostile.length)
    must(this.clock.pending <= most, 'there are', this.clock.pending, 'timers')
  }

  #whyBroken(): string | undefined {
    const living = new Map(this.slots.filter(({ isUp }) => isUp).map(slot => [slot.address.id, slot]))
    if (living.size < this.slots.length) return `${living.size} of ${this.slots.length} are up`
    const seen = new Set<string>()
    for (const open = [this.slots[0]!]; open.length > 0;) {
      const { address, life } = open.pop()!
      if (seen.has(address.id)) continue
      seen.add(address.id)
      for (const { id } of life!.node.peers.list()) if (living.has(id)) open.push(living.get(id)!)
    }
    if (seen.size < living.size) return `${seen.size} of ${living.size} are connected`
    const lonely = this.slots.find(({ life }) => life!.node.peers.size < LEAST_PEERS)
    return lonely && `${lonely.name} has ${lonely.life!.node.peers.size} peers`
  }

  async #end(): Promise<void> {
    let left = this.slots.length + this.#hostile.length
    for (const slot of this.slots) void slot.stop().finally(() => left--)
    for (const node of this.#hostile) void node.stop().finally(() => left--)
    await this.#pass(STOP_MS, () => left === 0)
    must(left === 0, left, 'nodes do not stop')
    await this.clock.advance(STOP_MS)
    must(this.network.listening.length === 0, this.network.listening.length, 'still listen')
    must(this.network.sockets.length === 0, this.network.sockets.length, 'sockets are left')
    must(this.clock.pending === 0, this.clock.pending, 'timers are left')
  }

  /** One that floods whoever is connected to it with addresses, requests and rubbish. */
  #addHostile(index: number): void {
    const rng = this.#rng.fork(`hostile ${index}`)
    const ip = `20.${200 + index}.7.1`
    const node = new Switch(
      {
        key: keyOf(rng),
        nodeInfo: { network: CHAIN, version: '1.0.1' },
        carrier: this.network.carrier(ip),
        clock: this.clock,
        rng,
        reactors: [mute]
      },
      { listen: [{ ip, port: PORT }] }
    )
    this.#hostile.push(node)
    void node.start()
    const beat = (): void => {
      for (const { address } of this.slots)
        if (!node.peers.has(address.id)) void node.dial(address).catch(() => {})
      for (const peer of node.peers.list()) void peer.send(PEX_CHANNEL, nonsense(rng, peer)).catch(() => {})
      this.#later(5_000, beat)
    }
    beat()
  }
}

const mute: Reactor = { channels: [dialects.cometbft.channel], receive: () => {} }

function nonsense(rng: SeededRng, { id }: Peer): Uint8Array {
  const made = Array.from({ length: 50 }, () => ({
    id: Array.from({ length: 40 }, () => below(rng, 16).toString(16)).join(''),
    ip: `${21 + below(rng, 100)}.${below(rng, 256)}.${below(rng, 256)}.7`,
    port: PORT
  }))
  const kinds = [
    () => dialects.cometbft.request(),
    () => dialects.cometbft.answer(made, 1),
    () => dialects.cometbft.answer([{ id, ip: '127.0.0.1', port: PORT }], 1),
    () => Uint8Array.from({ length: below(rng, 400) }, () => below(rng, 256))
  ]
  return kinds[below(rng, kinds.length)]!()
}

function keyOf(rng: SeededRng): ReturnType<typeof nodeKey> {
  return nodeKey(Uint8Array.from({ length: 32 }, () => below(rng, 256)))
}
