/**
 * The configured seeds: dialled in random order until one of them is there, when nobody else can be. A name is looked up at
 * every dial, so that a seed may move, and a name that is down for a while is no end (CometBFT looks up once, at its start).
 */
import { shuffle } from '@pex/core'
import type { Rng } from '@pex/core'
import type { NetAddress } from '@pex/address-book'
import type { SwitchHandle } from '@pex/switch'
import { resolveNodeAddress } from '../dialects/node-address.ts'
import type { NodeAddress, Resolve } from '../dialects/node-address.ts'
import type { Dials } from './dials.ts'
import type { Tally } from './events.ts'
import type { Options } from './options.ts'

/** One name, ms. From Tendermint v0.35 (resolveTimeout). */
const LOOKUP_MS = 3_000

export class Seeds {
  readonly #handle: SwitchHandle
  readonly #seeds: readonly NodeAddress[]
  readonly #ids: ReadonlySet<string>
  readonly #resolve: Resolve | undefined
  readonly #dials: Dials
  readonly #tally: Tally
  #isDialling = false

  constructor(handle: SwitchHandle, { seeds, resolve }: Options, dials: Dials, tally: Tally) {
    this.#handle = handle
    this.#seeds = seeds.filter(({ id }) => id !== handle.id)
    this.#ids = new Set(seeds.map(({ id }) => id))
    this.#resolve = resolve
    this.#dials = dials
    this.#tally = tally
  }

  get count(): number {
    return this.#seeds.length
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  /** Dials seeds until one is connected, or none is left. Never rejects; a second call while one is under way does nothing. */
  async dial(): Promise<void> {
    if (this.#isDialling || this.#seeds.length === 0) return
    this.#isDialling = true
    try {
      if (!(await this.#dialAny(this.#handle.rng)) && !this.#dials.signal.aborted)
        this.#tally.tell({ kind: 'no-seed' })
    } finally {
      this.#isDialling = false
    }
  }

  async #dialAny(rng: Rng): Promise<boolean> {
    for (const seed of shuffle(rng, [...this.#seeds])) {
      if (this.#dials.signal.aborted) return false
      // One that is there, or on its way, will do; persistent ones the switch dials by itself.
      if (this.#handle.peers.has(seed.id) || this.#handle.isDialling(seed.id)) return true
      if (!this.#handle.isPersistent(seed.id) && (await this.#dialSeed(seed))) return true
    }
    return false
  }

  async #dialSeed(seed: NodeAddress): Promise<boolean> {
    const addresses = await this.#look(seed)
    this.#handle.vouch(addresses)
    for (const address of addresses) {
      if (this.#dials.signal.aborted) return false
      if ((await this.#dials.dial(address)) !== undefined) return true
    }
    return false
  }

  /** What a seed's name stands for, looked up within a time: one that hangs must not keep the others from being dialled. */
  async #look(seed: NodeAddress): Promise<readonly NetAddress[]> {
    const nowhere: readonly NetAddress[] = []
    const { signal } = this.#dials
    const late = new AbortController()
    const ended = new Promise<readonly NetAddress[]>(resolve => {
      late.signal.addEventListener('abort', () => resolve(nowhere), { once: true })
    })
    const end = (): void => late.abort(signal.reason)
    const cancel = this.#handle.clock.after(LOOKUP_MS, end)
    signal.addEventListener('abort', end, { once: true })
    const resolve = this.#resolve ?? (async () => [])
    // A resolver's failure is the world's, and ordinary: the next seed may have a better name.
    const found = resolveNodeAddress(seed, resolve, { signal: late.signal }).catch(() => nowhere)
    try {
      return await Promise.race([found, ended])
    } finally {
      cancel()
      signal.removeEventListener('abort', end)
    }
  }
}
