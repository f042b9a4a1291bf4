/**
 * The disk of one host: a store in memory behind the testkit's faulty store. It can be full, fail every so often, be slow, rot,
 * and lose or tear what is being written when the host dies. Beside it stands a model of what it may hold by what it has
 * acknowledged; each load is compared with that.
 */
import { below, chance } from '@pex/core'
import type { Clock, Loaded, Rng, Store, StoreDiff } from '@pex/core'
import { memoryStore } from '@pex/store-memory'
import { faultyStore } from '@pex/testkit/faulty-store'
import type { StoreFault } from '@pex/testkit/faulty-store'
import { digest, must } from './history.ts'

/** How the disk is at the moment. */
export interface Condition {
  /** Nothing can be written. */
  readonly full?: boolean
  /** Every so many calls one fails, half of them after they took effect. */
  readonly failsEvery?: number
  /** Each call may take so long, ms. */
  readonly slowMs?: number
}

interface Writing {
  readonly namespace: string
  readonly diff: StoreDiff
  isDone: boolean
}

const ABSENT = '-'

export class Disk {
  condition: Condition = {}
  /** Says that it has written, and has not: a bug for the simulation to find. */
  lies = false
  /** What loads of the present life gave, by namespace. */
  readonly loaded = new Map<string, ReadonlyMap<string, Uint8Array>>()
  readonly #owner: string
  readonly #rng: Rng
  readonly #media: Store = memoryStore()
  /** What may be there, by namespace and key: one value where it was acknowledged, several where nobody knows. */
  readonly #may = new Map<string, Map<string, Set<string>>>()
  readonly #underWay = new Set<Writing>()
  #calls = 0

  constructor(owner: string, rng: Rng) {
    this.#owner = owner
    this.#rng = rng
  }

  /** The store that one life of the host writes to, in that life's time. */
  mount(clock: Pick<Clock, 'after'>): Store {
    this.loaded.clear()
    const committed: Store = {
      open: () => this.#media.open(),
      load: namespace => this.#media.load(namespace),
      save: (namespace, diff) => this.#commit(namespace, diff),
      close: async () => {}
    }
    const faulty = faultyStore(committed, ({ method }) => this.#faultOf(method), clock)
    return {
      open: () => faulty.open(),
      load: async namespace => {
        const loaded = await faulty.load(namespace)
        this.#compare(namespace, loaded)
        this.loaded.set(namespace, loaded.entries)
        return loaded
      },
      save: (namespace, diff) => this.#save(faulty, namespace, diff),
      close: () => faulty.close()
    }
  }

  /** Whether the disk has said that it holds something under the key. */
  hasAcknowledged(namespace: string, key: string): boolean {
    const may = this.#may.get(namespace)?.get(key)
    return may !== undefined && !may.has(ABSENT)
  }

  /** The host has died: what was being written is there, or is not, or is torn. */
  async crash(): Promise<void> {
    const writings = [...this.#underWay]
    this.#underWay.clear()
    for (const { namespace, diff, isDone } of writings) {
      if (isDone) continue
      const fate = below(this.#rng, 3)
      if (fate === 1) await this.#commit(namespace, diff)
      if (fate === 2) await this.#tear(namespace, diff)
    }
  }

  /** Flips a bit somewhere; whether there was anything to rot. */
  async rot(): Promise<boolean> {
    const places: [string, string, Uint8Array][] = []
    await this.#media.open()
    for (const namespace of this.#may.keys()) {
      const { entries } = await this.#media.load(namespace)
      for (const [key, value] of entries) if (value.length > 0) places.push([namespace, key, value])
    }
    const place = places[below(this.#rng, Math.max(places.length, 1))]
    if (place === undefined) return false
    const [namespace, key, value] = place
    const rotten = value.slice()
    rotten[below(this.#rng, rotten.length)]! ^= 1 << below(this.#rng, 8)
    await this.#overwrite(namespace, key, rotten)
    return true
  }

  /** Reads everything a last time. Throws a `Fault` where something acknowledged is gone. */
  async audit(): Promise<number> {
    let count = 0
    await this.#media.open()
    for (const namespace of this.#may.keys()) {
      const loaded = await this.#media.load(namespace)
      this.#compare(namespace, loaded)
      count += loaded.entries.size
    }
    return count
  }

  async #save(store: Store, namespace: string, diff: StoreDiff): Promise<void> {
    const writing: Writing = { namespace, diff, isDone: false }
    this.#underWay.add(writing)
    const after = [...diff.put].map(([key, value]) => [key, digest(value)] as const)
    const gone = [...diff.remove].filter(key => !diff.put.has(key)).map(key => [key, ABSENT] as const)
    for (const [key, value] of [...after, ...gone]) this.#mayBe(namespace, key).add(value)
    try {
      await store.save(namespace, diff)
      for (const [key, value] of [...after, ...gone]) this.#is(namespace, key, value)
    } finally {
      this.#underWay.delete(writing)
    }
  }

  async #commit(namespace: string, diff: StoreDiff): Promise<void> {
    for (const writing of this.#underWay) if (writing.diff === diff) writing.isDone = true
    if (!this.lies) await this.#media.save(namespace, diff)
  }

  /** As a file system without journal leaves it: some of it, the last entry cut off. */
  async #tear(namespace: string, { put }: StoreDiff): Promise<void> {
    const entries = [...put].slice(0, below(this.#rng, put.size + 1))
    const last = entries.pop()
    for (const [key, value] of entries)
      await this.#media.save(namespace, { put: new Map([[key, value]]), remove: new Set() })
    if (last !== undefined)
      await this.#overwrite(namespace, last[0], last[1].slice(0, below(this.#rng, last[1].length)))
  }

  async #overwrite(namespace: string, key: string, value: Uint8Array): Promise<void> {
    this.#mayBe(namespace, key).add(digest(value))
    await this.#media.save(namespace, { put: new Map([[key, value]]), remove: new Set() })
  }

  #faultOf(method: string): StoreFault | undefined {
    const { full, failsEvery, slowMs } = this.condition
    const delay = slowMs === undefined ? {} : { delayMs: below(this.#rng, slowMs + 1) }
    if (full === true && method === 'save') return { ...delay, fail: 'before' }
    if (failsEvery !== undefined && ++this.#calls % failsEvery === 0)
      return { ...delay, fail: chance(this.#rng, 0.5) ? 'before' : 'after' }
    return slowMs === undefined ? undefined : delay
  }

  #compare(namespace: string, { entries, damaged }: Loaded): void {
    const may = this.#may.get(namespace) ?? new Map<string, Set<string>>()
    must(damaged === 0, this.#owner, 'the store counts damage where there is none')
    for (const [key, values] of may) {
      const held = valueOf(entries, key)
      must(
        values.has(held),
        this.#owner,
        `lost what its disk had acknowledged: ${namespace} ${key} is ${held}`
      )
    }
    for (const key of entries.keys())
      must(may.has(key), this.#owner, `has on its disk what it never wrote: ${namespace} ${key}`)
    // Now it is known what became of everything that was uncertain.
    for (const key of may.keys()) may.set(key, new Set([valueOf(entries, key)]))
  }

  #mayBe(namespace: string, key: string): Set<string> {
    const keys = this.#may.get(namespace) ?? new Map<string, Set<string>>()
    this.#may.set(namespace, keys)
    const values = keys.get(key) ?? new Set([ABSENT])
    keys.set(key, values)
    return values
  }

  #is(namespace: string, key: string, value: string): void {
    this.#mayBe(namespace, key)
    this.#may.get(namespace)!.set(key, new Set([value]))
  }
}

function valueOf(entries: ReadonlyMap<string, Uint8Array>, key: string): string {
  const value = entries.get(key)
  return value === undefined ? ABSENT : digest(value)
}
