/** A handful of hosts in one process and in virtual time, over the network in memory. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Metrics, Store } from '@pex/core'
import { createHost } from '@pex/host'
import type { Host, HostInit } from '@pex/host'
import { createSigner, createVerifier } from '@pex/record'
import { seeded } from '@pex/testkit/chance'
import { virtualClock } from '@pex/testkit/clock'
import type { VirtualClock } from '@pex/testkit/clock'
import { memoryNetwork } from '@pex/transport-memory'
import type { MemoryNetwork } from '@pex/transport-memory'

export interface Scene {
  readonly clock: VirtualClock
  readonly links: MemoryNetwork
  /** Made, not started. Hosts with the same key are the same. */
  host(
    init?: Partial<HostInit>,
    options?: { key?: number; store?: Store; skewMs?: number; metrics?: Metrics }
  ): Promise<Host>
}

export function scene(): Scene {
  const clock = virtualClock(Date.UTC(2026, 0, 1))
  const rng = seeded(7)
  const links = memoryNetwork({ clock, rng: rng.fork('links'), latencyMs: [5, 50] })
  let hosts = 0
  return {
    clock,
    links,
    async host(init = {}, { key = ++hosts, store, skewMs = 0, metrics } = {}) {
      const signer = createSigner(await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(key)))
      const parts = {
        transport: links.transport(signer.id),
        signer: clock.tracked(signer),
        verifier: clock.tracked(createVerifier()),
        store,
        metrics,
        clock:
          skewMs === 0
            ? clock
            : { ...clock, now: () => clock.now() + skewMs, after: clock.after.bind(clock) },
        rng: rng.fork(`host ${hosts}`)
      }
      return createHost(parts, { network: 'test', gossip: { tickMs: 5_000 }, ...init })
    }
  }
}

/** How to reach a host of the scene. */
export function contact({ id }: { readonly id: string }): { id: string; addresses: string[] } {
  return { id, addresses: [`/memory/${id}`] }
}
