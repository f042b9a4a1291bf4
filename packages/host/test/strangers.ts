/** Peers that say what they like to a host, in the world of `scene.ts`. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Contact, PeerRecord } from '@pex/core'
import { createHost } from '@pex/host'
import type { Host, HostInit } from '@pex/host'
import { createSigner, createVerifier } from '@pex/record'
import { seeded } from '@pex/testkit/chance'
import type { MemoryTransport } from '@pex/transport-memory'
import { decodeReception, encodeGreeting, farewell, HELLO } from '../src/greeting.ts'
import type { Greeting, Status } from '../src/greeting.ts'
import { contact } from './scene.ts'
import type { Scene } from './scene.ts'

export interface Stranger {
  readonly id: string
  readonly contact: Contact
  readonly transport: MemoryTransport
  /** Its own record, with addresses of its choice. */
  record(addresses?: readonly string[]): Promise<PeerRecord>
  /** Sends bytes where greetings go; resolves to how they were answered. */
  say(to: Host, body: Uint8Array): Promise<Status | undefined>
  greet(to: Host, what?: Partial<Greeting>): Promise<Status | undefined>
  leave(to: Host): Promise<void>
}

/** One that runs, with a key that no host of the scene has. */
export async function stranger(at: Scene, number: number): Promise<Stranger> {
  const seed = new Uint8Array(32).fill(200)
  new DataView(seed.buffer).setUint32(0, number)
  const signer = createSigner(await generateKeyPairFromSeed('Ed25519', seed))
  const transport = at.links.transport(signer.id)
  await transport.start()
  const record = (addresses: readonly string[] = [`/memory/${signer.id}`]): Promise<PeerRecord> =>
    signer.sign(addresses, BigInt(at.clock.now()))
  const ask = async (to: Host, body: Uint8Array): Promise<Uint8Array> => {
    const { signal } = new AbortController()
    return (await transport.request(contact(to), HELLO, body, { signal })).body
  }
  const say = async (to: Host, body: Uint8Array): Promise<Status | undefined> =>
    decodeReception(await ask(to, body))?.status
  return {
    id: signer.id,
    contact: { id: signer.id, addresses: [`/memory/${signer.id}`] },
    transport,
    record,
    say,
    greet: async (to, what = {}) => {
      const { envelope } = await record()
      const greeting = { network: 'test', agent: 'pex/0.0.0', time: at.clock.now(), envelope, ...what }
      return say(to, encodeGreeting(greeting))
    },
    leave: async to => void (await ask(to, farewell))
  }
}

/** A host of the scene with parts of its own; started. */
export async function special(
  at: Scene,
  parts: Partial<Parameters<typeof createHost>[0]>,
  init: Partial<HostInit> = {}
): Promise<Host> {
  const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(100))
  const signer = at.clock.tracked(createSigner(key))
  const verifier = at.clock.tracked(createVerifier())
  const transport = at.links.transport(signer.id)
  const host = createHost(
    { transport, signer, verifier, clock: at.clock, rng: seeded(100), ...parts },
    { network: 'test', gossip: { tickMs: 5_000 }, ...init }
  )
  await host.start()
  return host
}

/** Starts so many hosts that know the first one, and lets them find neighbours. */
export async function network(
  at: Scene,
  count: number,
  init: Parameters<Scene['host']>[0] = {}
): Promise<Host[]> {
  // Bounded by the count.
  const hosts: Host[] = []
  for (let i = 0; i < count; i++) {
    const host = await at.host({ bootstrap: i === 0 ? [] : [contact(hosts[0]!)], ...init })
    hosts.push(host)
    await host.start()
  }
  await at.clock.advance(20_000)
  return hosts
}

/** Lets time go on until the work is done. */
export async function done<T>(at: Scene, work: Promise<T>): Promise<T> {
  let isOver = false
  const over = (): void => void (isOver = true)
  work.then(over, over)
  await at.clock.runUntil(() => isOver, { maxMs: 60_000 })
  return work
}

/** Stops everybody, and fails where a timer is left. */
export async function stopAll(at: Scene, ends: readonly { stop(): Promise<void> }[]): Promise<void> {
  await done(at, Promise.all(ends.map(end => end.stop())))
  if (at.clock.pending > 0) throw new Error(`${at.clock.pending} timers are left`)
}
