/**
 * What one claim of the transport suite has to hand: two hosts that run, the way to ask, and time, be it virtual or real.
 */
import type { Answer, Contact, Transport } from '@pex/core'
import type { VirtualClock } from './clock.ts'
import type { Expectation, Runner } from './runner.ts'

/** A transport, not yet started, and the id under which its peers know it. */
export interface TransportPeer {
  readonly transport: Transport
  readonly id: string
}

/** One small network for one claim. */
export interface TransportSetup {
  /** A further host of the network. The suite starts it, and stops it before `teardown`. */
  create(): Promise<TransportPeer>
  /** A contact, well formed, where nobody listens. */
  nobody(): Contact | Promise<Contact>
  /** Where the transport's time is virtual; the real time where it is left out. */
  readonly clock?: VirtualClock
  /** Releases what `create` took, beyond the transports themselves. */
  teardown?(): Promise<void>
}

export interface TransportSuiteOptions {
  /** How many requests the suite has under way at one time. @default 100 */
  readonly parallel?: number
  /** Whether a transport that has been stopped can be started again. @default true */
  readonly restartable?: boolean
  /** A short wait, ms, in which a request on this transport is sure to have reached its handler. @default 500 */
  readonly shortMs?: number
}

export const PROTOCOL: string = '/pex-testkit/1'
/** Much longer than any transport needs, much shorter than a runner's patience. */
export const ENOUGH_MS: number = 4_000
/** In steps of this length does a virtual clock go on until a promise settles. */
const STEP_MS = 10

/** What one claim has to hand. */
export interface Scene {
  readonly expect: (actual: unknown, message?: string) => Expectation
  readonly options: Required<TransportSuiteOptions>
  /** Asks, answers. */
  readonly asker: TransportPeer
  readonly peer: TransportPeer
  readonly create: () => Promise<TransportPeer>
  readonly nobody: () => Contact | Promise<Contact>
  /** Waits for the promise, and lets virtual time go on meanwhile. */
  wait<T>(promise: Promise<T>): Promise<T>
  /** A signal like that of `AbortSignal.timeout`, in the transport's time. */
  deadline(ms: number): AbortSignal
  ask(options?: { to?: Contact; protocol?: string; body?: Uint8Array; signal?: AbortSignal }): Promise<Answer>
}

export async function withScene(
  runner: Runner,
  setup: () => TransportSetup | Promise<TransportSetup>,
  options: Required<TransportSuiteOptions>,
  check: (scene: Scene) => Promise<void>
): Promise<void> {
  const network = await setup()
  const { clock } = network
  const created: TransportPeer[] = []
  const cancels: (() => void)[] = []
  const wait = <T>(promise: Promise<T>): Promise<T> => (clock === undefined ? promise : drive(clock, promise))
  const create = async (): Promise<TransportPeer> => {
    const peer = await network.create()
    created.push(peer)
    return peer
  }
  const deadline = (ms: number): AbortSignal => {
    const controller = new AbortController()
    const abort = (): void => controller.abort(new DOMException('the deadline has passed', 'TimeoutError'))
    cancels.push(clock === undefined ? realTimer(ms, abort) : clock.after(ms, abort))
    return controller.signal
  }
  try {
    const [asker, peer] = [await create(), await create()]
    for (const { transport } of created) await wait(transport.start())
    const ask: Scene['ask'] = ({ to, protocol, body, signal } = {}) =>
      asker.transport.request(to ?? contactOf(peer), protocol ?? PROTOCOL, body ?? new Uint8Array(), {
        signal: signal ?? deadline(ENOUGH_MS)
      })
    const nobody = (): Contact | Promise<Contact> => network.nobody()
    const { expect } = runner
    await check({ expect, options, asker, peer, create, nobody, wait, deadline, ask })
  } finally {
    for (const cancel of cancels) cancel()
    for (const { transport } of created) await wait(transport.stop())
    await network.teardown?.()
  }
  if (clock !== undefined) runner.expect(clock.pending, 'timers left after every transport stopped').toBe(0)
}

/** Lets virtual time go on until the promise settles. */
async function drive<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let settled = false
  const settle = (): void => {
    settled = true
  }
  promise.then(settle, settle)
  await clock.settle()
  for (let passed = 0; !settled && passed < 2 * ENOUGH_MS; passed += STEP_MS) await clock.advance(STEP_MS)
  if (!settled) throw new Error(`nothing came of it in ${2 * ENOUGH_MS} ms of virtual time`)
  return promise
}

function realTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}

export function contactOf({ id, transport }: TransportPeer): Contact {
  return { id, addresses: transport.addresses() }
}
