/**
 * One CometBFT node of the simulated network: switch, PEX reactor and address book as they are shipped, on streams in memory.
 * Key, place and the last saved book outlive its crashes.
 */
import { AddressBook, netAddresses, rules } from '@pex/address-book'
import type { BookSnapshot, NetAddress } from '@pex/address-book'
import { pexReactor } from '@pex/cometbft'
import type { PexReactor } from '@pex/cometbft'
import { PexError } from '@pex/core'
import type { NodeKey } from '@pex/mconnection'
import { nodeIdOf } from '@pex/mconnection'
import { Switch } from '@pex/switch'
import type { Carrier } from '@pex/switch'
import type { SeededRng } from '@pex/testkit/chance'
import type { VirtualClock } from '@pex/testkit/clock'
import { memoryStore } from '@pex/store-memory'
import type { StreamNetwork } from '@pex/testkit/stream-network'
import { mortal } from '../../../packages/testkit/src/mortal.ts'
import type { History } from './history.ts'
import { LocalClock } from './local-clock.ts'

export const CHAIN = 'dst'
export const PORT = 26_656

export interface SwitchSlotParts {
  readonly index: number
  readonly key: NodeKey
  readonly clock: VirtualClock
  readonly rng: SeededRng
  readonly network: StreamNetwork
  readonly history: History
  /** Whom it knows when its book is empty. */
  readonly known: () => readonly NetAddress[]
}

interface SwitchLife {
  readonly node: Switch
  readonly book: AddressBook<NetAddress>
  readonly reactor: PexReactor
  /** Ends it at once: its clock, its dials and its listeners. */
  kill(): void
  isStopping: boolean
}

export class SwitchSlot {
  readonly name: string
  readonly ip: string
  readonly clock: LocalClock
  readonly address: NetAddress
  life: SwitchLife | undefined
  failure: Error | undefined
  readonly #parts: SwitchSlotParts
  #saved: BookSnapshot<NetAddress> | undefined
  #lives = 0

  constructor(parts: SwitchSlotParts) {
    this.#parts = parts
    this.name = `node-${parts.index}`
    this.ip = `20.${parts.index + 1}.7.1`
    this.clock = new LocalClock(parts.clock)
    this.address = { id: nodeIdOf(parts.key.publicKey), ip: this.ip, port: PORT }
  }

  get isUp(): boolean {
    return this.life !== undefined && !this.life.isStopping
  }

  /** Begins a life, where there is none. */
  start(): void {
    if (this.life !== undefined) return
    const { key, network, history, known } = this.#parts
    const rng = this.#parts.rng.fork(`life ${++this.#lives}`)
    const share = mortal(this.clock, memoryStore())
    const { carrier, kill } = killable(network.carrier(this.ip))
    const book = new AddressBook({
      kind: netAddresses(),
      rules: rules.cometbft,
      rng: rng.fork('book'),
      own: [this.address],
      ...(this.#saved && { snapshot: this.#saved })
    })
    for (const address of known())
      if (address.id !== this.address.id) book.add(address, address, this.clock.now())
    const reactor = pexReactor({ book })
    const node = new Switch(
      {
        key,
        nodeInfo: { network: CHAIN, version: '1.0.1' },
        carrier,
        clock: share.clock,
        rng,
        reactors: [reactor]
      },
      { listen: [{ ip: this.ip, port: PORT }] }
    )
    const life: SwitchLife = {
      node,
      book,
      reactor,
      isStopping: false,
      kill: () => {
        share.kill()
        kill()
      }
    }
    node.notify(event => {
      if (this.life === life) history.note(this.name, event.kind, node.peers.size)
    })
    this.life = life
    history.note(this.name, 'starts')
    void node.start().catch((error: unknown) => (this.failure ??= error as Error))
  }

  /** As the operating system does it after kill -9: the process says nothing more, its connections are reset. */
  crash(): void {
    const { life } = this
    if (life === undefined) return
    this.#parts.history.note(this.name, 'crashes')
    this.life = undefined
    life.kill()
    this.#parts.network.cut(this.ip)
  }

  async stop(): Promise<void> {
    const { life } = this
    if (life === undefined || life.isStopping) return
    life.isStopping = true
    this.#parts.history.note(this.name, 'stops')
    await life.node.stop()
    if (this.life !== life) return
    this.save(life.book)
    this.#parts.history.note(this.name, 'is down')
    this.life = undefined
  }

  /** Writes the book down, as the reactor's owner does now and then. */
  save(book: AddressBook<NetAddress> | undefined = this.life?.book): void {
    if (book !== undefined) this.#saved = book.snapshot()
  }
}

/** A carrier whose listeners and dials can be taken away. */
function killable(carrier: Carrier): { readonly carrier: Carrier; readonly kill: () => void } {
  const life = new AbortController()
  const dead = (): PexError => new PexError('PEX_CLOSED', 'the host is dead')
  return {
    kill: () => life.abort(dead()),
    carrier: {
      dial: async (to, { signal }) => {
        if (life.signal.aborted) throw dead()
        return carrier.dial(to, { signal: AbortSignal.any([signal, life.signal]) })
      },
      listen: async (place, onConnection) => {
        const listener = await carrier.listen(place, onConnection)
        life.signal.addEventListener('abort', () => void listener.close(), { once: true })
        return listener
      }
    }
  }
}
