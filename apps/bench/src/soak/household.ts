/** The hosts of one process: it starts and stops them, lets them speak, and tells what they need. */
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as pass } from 'node:timers/promises'
import { getHeapSpaceStatistics } from 'node:v8'
import { processor } from '../measure.ts'
import { groundFor, PROTOCOL } from './ground.ts'
import type { Ground } from './ground.ts'
import { tally } from './words.ts'
import type { Deeds, Heard, HostOrder, Remains, Sample } from './words.ts'

/** A host that has stopped may be in the hands of what is still closing for so long, ms. */
const GHOST_MS = 30_000
/** What has been told to close has so long to do so, ms. */
const CLOSING_MS = 5_000

interface Gone {
  readonly at: number
  readonly host: WeakRef<object>
}

export class Household implements Deeds {
  readonly #heard: (heard: Heard) => void
  // Bounded by the hosts that the main process starts.
  readonly #grounds = new Map<number, Ground>()
  // Bounded by the hosts that the main process stops.
  #gone: Gone[] = []
  #baseline: Record<string, number> | undefined

  /** Whoever listens is told of every broadcast that a host has heard. */
  constructor(heard: (heard: Heard) => void) {
    if (global.gc === undefined) throw new Error('start node with --expose-gc')
    this.#heard = heard
  }

  async start(order: HostOrder): Promise<readonly string[]> {
    this.#baseline ??= tally(process.getActiveResourcesInfo())
    const { host: name } = order
    const ground = await groundFor(order)
    const decoder = new TextDecoder()
    ground.host.subscribe(PROTOCOL, {
      validate: ({ payload }) => {
        this.#heard({ host: name, message: Number.parseInt(decoder.decode(payload), 10), at: Date.now() })
        return 'valid'
      }
    })
    this.#grounds.set(name, ground)
    await ground.host.start()
    return ground.host.addresses
  }

  async stop(name: number): Promise<void> {
    await this.#take(name).host.stop()
  }

  /** Ends a host without a goodbye, as far as that can be had without ending the process. */
  async drop(name: number): Promise<void> {
    const ground = this.#take(name)
    await ground.drop()
    await ground.host.stop()
  }

  async broadcast(name: number, message: number): Promise<void> {
    const text = `${message} `.padEnd(256, 'a message of a soak; ')
    this.#grounds.get(name)?.host.broadcast(PROTOCOL, new TextEncoder().encode(text))
  }

  async sample(isTrimmed: boolean): Promise<Sample> {
    await collect()
    const { rss, heapUsed, external } = process.memoryUsage()
    const code = getHeapSpaceStatistics()
      .filter(({ space_name: name }) => /code|trusted/.test(name))
      .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0)
    const census: Record<string, number> = {}
    for (const ground of this.#grounds.values())
      for (const [name, count] of Object.entries(ground.census()))
        census[name] = Math.max(census[name] ?? 0, count)
    return {
      rss,
      ...(isTrimmed ? { trimmed: trimmed() } : {}),
      heap: heapUsed - code + external,
      code,
      processor: processor(),
      waited: await waited(),
      descriptors: await descriptors(),
      resources: tally(process.getActiveResourcesInfo()),
      ghosts: this.#ghosts(Date.now() - GHOST_MS),
      census
    }
  }

  async close(): Promise<Remains> {
    await this.leave()
    const until = Date.now() + CLOSING_MS
    let remains: Remains
    do {
      await pass(100)
      await collect()
      remains = { resources: this.#left(), ghosts: this.#ghosts(Infinity) }
    } while (Date.now() < until && (remains.ghosts > 0 || Object.keys(remains.resources).length > 0))
    return remains
  }

  /** Stops all hosts, and looks at nothing. */
  async leave(): Promise<void> {
    await Promise.all([...this.#grounds.keys()].map(name => this.stop(name)))
  }

  #take(name: number): Ground {
    const ground = this.#grounds.get(name)
    if (ground === undefined) throw new Error(`there is no host ${name} here`)
    this.#grounds.delete(name)
    this.#gone.push({ at: Date.now(), host: new WeakRef(ground.host) })
    return ground
  }

  /** Those that stopped before a time and are still there. */
  #ghosts(before: number): number {
    this.#gone = this.#gone.filter(({ host }) => host.deref() !== undefined)
    return this.#gone.filter(({ at }) => at < before).length
  }

  #left(): Record<string, number> {
    const more = Object.entries(tally(process.getActiveResourcesInfo())).map(
      ([kind, count]) => [kind, count - (this.#baseline?.[kind] ?? 0)] as const
    )
    return Object.fromEntries(more.filter(([, count]) => count > 0))
  }
}

/** What one collection finalizes the next one frees. */
async function collect(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    // Weak references hold on until the turn is over.
    await new Promise(resolve => setImmediate(resolve))
    global.gc?.()
  }
}

/** Bytes of the process without what V8 holds in reserve. */
function trimmed(): number {
  global.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  return process.memoryUsage.rss()
}

/** How long the main thread has been in line for a processor, ms. */
async function waited(): Promise<number | undefined> {
  const [, nanoseconds] = (await readFile('/proc/self/schedstat', 'utf8').catch(() => '')).split(' ')
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6
}

async function descriptors(): Promise<number | undefined> {
  const open = await readdir('/proc/self/fd').catch(() => undefined)
  // One of them is the folder that is being read.
  return open && open.length - 1
}
