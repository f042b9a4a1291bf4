/** Hosts that broadcast, 10 ms apart in virtual time. */
import type { Contact } from '@pex/core'
import { createBroadcast } from '@pex/broadcast'
import type { Broadcast, BroadcastInit, ProtocolInit, Received } from '@pex/broadcast'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import { memoryNetwork } from '@pex/transport-memory'
import type { MemoryNetwork, MemoryTransport } from '@pex/transport-memory'
import { afterEach, expect } from 'vitest'

export const PROTOCOL = '/pex/broadcast/1.0.0'

export interface Host {
  readonly id: string
  readonly broadcast: Broadcast
  readonly transport: MemoryTransport
  readonly got: Received[]
  readonly invalid: string[]
  readonly unreachable: string[]
  readonly unsupported: string[]
  readonly logged: unknown[][]
  /** Whom it names as its neighbours. */
  peers: Contact[]
}

export interface World {
  readonly clock: VirtualClock
  readonly network: MemoryNetwork
  readonly hosts: Host[]
}

// Bounded by the worlds of one test.
const worlds: World[] = []
export const contact = (id: string): Contact => ({ id, addresses: [`/memory/${id}`] })
export const bytes = (words: string): Uint8Array => new TextEncoder().encode(words)
/** The payloads that a host has got. */
export const words = ({ got }: Host): string[] => got.map(({ payload }) => new TextDecoder().decode(payload))

/** Hosts that are each other's neighbours, stopped when the test is over; by then no timer may be left. */
export async function meet(
  names: readonly string[],
  init: Partial<BroadcastInit> | ((id: string) => Partial<BroadcastInit>) = {},
  protocol: Partial<ProtocolInit> = {}
): Promise<World> {
  const clock = virtualClock(1_000_000)
  const network = memoryNetwork({ clock, rng: seeded(11), latencyMs: 10 })
  const hosts: Host[] = []
  for (const id of names) {
    const transport = network.transport(id)
    await transport.start()
    const host: Host = {
      id,
      transport,
      got: [],
      invalid: [],
      unreachable: [],
      unsupported: [],
      logged: [],
      peers: names.filter(name => name !== id).map(contact),
      broadcast: createBroadcast({
        transport,
        clock,
        rng: seeded(names.indexOf(id)),
        peers: { peers: () => host.peers },
        onInvalid: from => void host.invalid.push(from),
        onUnreachable: id => void host.unreachable.push(id),
        onUnsupported: id => void host.unsupported.push(id),
        log: Object.assign(() => {}, { error: (...said: unknown[]) => void host.logged.push(said) }),
        ...(typeof init === 'function' ? init(id) : init)
      })
    }
    host.broadcast.register('chat', {
      validate: message => {
        host.got.push(message)
        return 'valid'
      },
      ...protocol
    })
    hosts.push(host)
    await host.broadcast.start()
  }
  const world = { clock, network, hosts }
  worlds.push(world)
  return world
}

afterEach(async () => {
  for (const { hosts, clock } of worlds.splice(0)) {
    for (const { broadcast, transport } of hosts) {
      await broadcast.stop()
      await transport.stop()
    }
    // What is on its way arrives nowhere; nothing else may be waited for.
    await clock.advance(100)
    expect(clock.pending, 'timers are left').toBe(0)
  }
})
