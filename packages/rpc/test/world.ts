/** Two hosts, 10 ms apart in virtual time, each with rpc. */
import type { Contact, Transport } from '@pex/core'
import { createRpc } from '@pex/rpc'
import type { Rpc, RpcError, RpcInit } from '@pex/rpc'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import { memoryNetwork } from '@pex/transport-memory'
import type { MemoryNetwork, MemoryNetworkInit, MemoryTransport } from '@pex/transport-memory'
import { afterEach, expect } from 'vitest'

export const PROTOCOL = '/pex/rpc/1.0.0'

export interface World {
  readonly clock: VirtualClock
  readonly network: MemoryNetwork
  readonly alice: Host
  readonly bob: Host
  host(id: string, init?: HostInit): Promise<Host>
  stop(): Promise<void>
}

export interface Host {
  readonly rpc: Rpc
  readonly transport: MemoryTransport
  readonly contact: Contact
  /** What its log has heard. */
  readonly logged: unknown[][]
}

type HostInit = Partial<RpcInit> & { readonly wrap?: (transport: Transport) => Transport }

export async function world(
  init: Partial<MemoryNetworkInit> & { readonly alice?: HostInit; readonly bob?: HostInit } = {}
): Promise<World> {
  const clock = virtualClock()
  const rng = seeded(5)
  const network = memoryNetwork({ clock, rng: rng.fork('network'), latencyMs: 10, ...init })
  const hosts: Host[] = []
  const host = async (id: string, { wrap = same => same, ...parts }: HostInit = {}): Promise<Host> => {
    const transport = network.transport(id)
    await transport.start()
    const logged: unknown[][] = []
    const log = Object.assign(() => {}, { error: (...words: unknown[]) => void logged.push(words) })
    const rpc = createRpc({ transport: wrap(transport), clock, rng: rng.fork(id), log, ...parts })
    await rpc.start()
    hosts.push({ rpc, transport, logged, contact: { id, addresses: [`/memory/${id}`] } })
    return hosts.at(-1)!
  }
  const alice = await host('alice', init.alice)
  const bob = await host('bob', init.bob)
  const stop = async (): Promise<void> => {
    for (const { rpc, transport } of hosts) {
      await rpc.stop()
      await transport.stop()
    }
  }
  return { clock, network, alice, bob, host, stop }
}

/** A transport, some of whose methods are others. */
export function changed(transport: Transport, methods: Partial<Transport>): Transport {
  return {
    start: () => transport.start(),
    stop: () => transport.stop(),
    addresses: () => transport.addresses(),
    watchAddresses: listener => transport.watchAddresses(listener),
    request: (...args) => transport.request(...args),
    handle: (...args) => transport.handle(...args),
    unhandle: protocol => transport.unhandle(protocol),
    ...methods
  }
}

/** A carrier that tells handlers nothing, as those that know no streams. */
export function silent(transport: Transport): Transport {
  return changed(transport, {
    handle: (protocol, handler) =>
      transport.handle(protocol, (from, body) =>
        handler(from, body, { signal: new AbortController().signal })
      )
  })
}

export interface Outcome<T> {
  state: 'waiting' | 'done' | 'failed'
  value?: T
  error: RpcError
}

/** How a promise stands: waiting, what it resolved to, or the error. */
export function watch<T>(promise: Promise<T>): Outcome<T> {
  const outcome = { state: 'waiting' } as Outcome<T>
  promise.then(
    value => Object.assign(outcome, { state: 'done', value }),
    (error: unknown) => Object.assign(outcome, { state: 'failed', error })
  )
  return outcome
}

/** A promise that somebody else settles. */
export function gate<T = void>(): { promise: Promise<T>; open: (value: T) => void } {
  let open: (value: T) => void = () => {}
  const promise = new Promise<T>(resolve => {
    open = resolve
  })
  return { promise, open }
}

/** Asks the transport itself, with whatever bytes. */
export function raw(from: Host, to: Host, body: Uint8Array): Promise<{ body: Uint8Array }> {
  return from.transport.request(to.contact, PROTOCOL, body, { signal: new AbortController().signal })
}

/** The world of the present test. */
export let scene: World
// Bounded by the worlds of one test.
const scenes: World[] = []

/** A world that is stopped when its test is over; by then no timer may be left. */
export async function meet(...args: Parameters<typeof world>): Promise<World> {
  scene = await world(...args)
  scenes.push(scene)
  return scene
}

afterEach(async () => {
  for (const { stop, clock } of scenes.splice(0)) {
    await stop()
    // What is on its way arrives nowhere; nothing else may be waited for.
    await clock.advance(1_000)
    expect(clock.pending, 'timers are left').toBe(0)
  }
})

/** Lets a second pass, and tells how the call stands. */
export async function after<T>(promise: Promise<T>, ms: number = 1_000): Promise<Outcome<T>> {
  const outcome = watch(promise)
  await scene.clock.advance(ms)
  return outcome
}
