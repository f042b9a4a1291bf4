/** Swarms in one process and in virtual time: what answers at an address, how, and after how long is the test's to say. */
import { PexError } from '@pex/core'
import type { Dialer, Reached } from '@pex/core'
import { Swarm } from '@pex/swarm'
import type { StreamPort, SwarmInit, SwarmParts } from '@pex/swarm'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'

/** One end of a connection. */
export interface End {
  readonly peer: string
  readonly address: string
  isOpen: boolean
  isLimited: boolean
  isRelayed: boolean
  other?: End
  owner?: string
}

export interface RawStream {
  readonly on: End
  isOpen: boolean
  other?: RawStream
}

/** What is at an address. */
export interface Spot {
  readonly kind: 'answers' | 'refuses' | 'silent'
  readonly peer?: string
  readonly ms?: number
  readonly isRelayed?: boolean
  readonly isLimited?: boolean
}

export type TestSwarm = Swarm<End, RawStream>

export interface Dialled {
  readonly by: string
  readonly peer: string | undefined
  readonly address: string
  readonly at: number
}

export class World {
  readonly clock: VirtualClock = virtualClock()
  readonly spots = new Map<string, Spot>()
  readonly dials: Dialled[] = []
  readonly swarms = new Map<string, TestSwarm>()
  /** Names and what they stand for. */
  readonly names = new Map<string, readonly string[]>()
  underWay = 0
  mostUnderWay = 0
  aborted = 0

  /** A swarm that answers at an address of its own, once it listens. */
  swarm(
    id: string,
    init: SwarmInit<End, RawStream> = {},
    parts: Partial<SwarmParts<End, RawStream>> = {}
  ): TestSwarm {
    const swarm = new Swarm<End, RawStream>(
      {
        self: id,
        dialer: this.dialer(id),
        clock: this.clock,
        rng: seeded(1),
        streams: this.#streams(),
        listen: async address => this.#listen(id, address),
        ...parts
      },
      init
    )
    this.swarms.set(id, swarm)
    return swarm
  }

  /** Puts something at an address. */
  at(address: string, spot: Spot): string {
    this.spots.set(address, spot)
    return address
  }

  dialer(by: string): Dialer<End> {
    return {
      canDial: address => !address.includes('/sctp/'),
      resolve: async address =>
        (this.names.get(address) ?? [address]).map(literal => ({ dial: literal, at: literal })),
      dial: (peer, address, { signal }) => this.#dial(by, peer, address, signal),
      reached: (end): Reached => end,
      close: async end => this.cut(end)
    }
  }

  /** The connection breaks: both ends notice. */
  cut(end: End): void {
    for (const each of [end, end.other]) {
      if (each === undefined || !each.isOpen) continue
      each.isOpen = false
      if (each.owner !== undefined) this.swarms.get(each.owner)?.gone(each)
    }
  }

  async #dial(by: string, peer: string | undefined, address: string, signal: AbortSignal): Promise<End> {
    this.dials.push({ by, peer, address, at: this.clock.now() })
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay)
    const spot = this.spots.get(address) ?? { kind: 'refuses' }
    try {
      await this.#wait(spot.kind === 'silent' ? undefined : (spot.ms ?? 10), signal)
    } finally {
      this.underWay--
    }
    if (spot.kind === 'refuses') throw new Error('connection refused')
    return this.#connect(by, address, spot)
  }

  #wait(ms: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = ms === undefined ? () => {} : this.clock.after(ms, resolve)
      const end = (): void => {
        cancel()
        this.aborted++
        reject(new Error('the dial was ended'))
      }
      if (signal.aborted) end()
      else signal.addEventListener('abort', end, { once: true })
    })
  }

  async #connect(by: string, address: string, spot: Spot): Promise<End> {
    const { peer = 'nobody', isRelayed = false, isLimited = false } = spot
    const kind = { isOpen: true, isRelayed, isLimited }
    const here: End = { ...kind, peer, address, owner: by }
    const remote = this.swarms.get(peer)
    if (remote === undefined) return here
    const there: End = { ...kind, peer: by, address: `/memory/${by}`, owner: peer, other: here }
    here.other = there
    if (!remote.accepts(there.address) || !remote.secures('inbound', by, there.address)) {
      this.cut(here)
      throw new PexError('PEX_REFUSED', 'the other side does not want it')
    }
    const local = this.swarms.get(by)!
    if (!local.secures('outbound', peer, address)) {
      this.cut(here)
      throw new PexError('PEX_GATED', 'the gater refuses the peer')
    }
    void remote.adopt(there, 'inbound').catch(() => {})
    return here
  }

  async #listen(id: string, address: string) {
    if (this.spots.has(address)) throw new Error('the address is in use')
    this.at(address, { kind: 'answers', peer: id })
    return { addresses: [address], close: async () => void this.spots.delete(address) }
  }

  #streams(): StreamPort<End, RawStream> {
    return {
      open: async on => {
        const here: RawStream = { on, isOpen: true }
        if (on.other === undefined) return here
        const there: RawStream = { on: on.other, isOpen: true, other: here }
        here.other = there
        void this.swarms
          .get(on.other.owner!)
          ?.accept(on.other, there)
          .catch(() => {})
        return here
      },
      close: async stream => {
        stream.isOpen = false
      },
      reset: stream => {
        for (const each of [stream, stream.other]) if (each !== undefined) each.isOpen = false
      }
    }
  }
}

/** Settles the promise while time passes, and gives what came of it. */
export async function settled<T>(
  world: World,
  promise: Promise<T>,
  maxMs: number = 120_000
): Promise<PromiseSettledResult<T>> {
  let result: PromiseSettledResult<T> | undefined
  void Promise.allSettled([promise]).then(([end]) => (result = end))
  await world.clock.runUntil(() => result !== undefined, { maxMs })
  return result!
}

export async function value<T>(world: World, promise: Promise<T>, maxMs?: number): Promise<T> {
  const end = await settled(world, promise, maxMs)
  if (end.status === 'rejected') throw end.reason
  return end.value
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into errors of several classes
export async function failure(world: World, promise: Promise<unknown>, maxMs?: number): Promise<any> {
  const end = await settled(world, promise, maxMs)
  if (end.status === 'fulfilled') throw new Error('it did not fail')
  return end.reason
}

export const lan = (n: number, port: number = 4001): string => `/ip4/10.0.0.${n}/tcp/${port}`
export const wan = (n: number, port: number = 4001): string => `/ip4/9.9.9.${n}/tcp/${port}`

export const contactOf = (swarm: TestSwarm) => ({ id: swarm.self, addresses: swarm.addresses })

/** Swarms that listen. */
export async function swarms(
  world: World,
  count: number,
  init: SwarmInit<End, RawStream> = {}
): Promise<TestSwarm[]> {
  const all = Array.from({ length: count }, (_, i) => world.swarm(`s${i}`, init))
  for (const [i, swarm] of all.entries()) await value(world, swarm.listen(lan(i + 1)))
  return all
}

export async function connectAll(world: World, all: readonly TestSwarm[]): Promise<void> {
  await value(world, Promise.all(all.flatMap((a, i) => all.slice(i + 1).map(b => a.dial(contactOf(b))))))
  await world.clock.settle()
}
