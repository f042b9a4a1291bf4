/** A handful of hosts that a test puts together by hand, in virtual time. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Metrics, Store, Verifier } from '@pex/core'
import { createSigner } from '@pex/record'
import { createPex } from '@pex/service'
import type { Pex, PexInit } from '@pex/service'
import { seeded } from '@pex/testkit/chance'
import { virtualClock } from '@pex/testkit/clock'
import type { VirtualClock } from '@pex/testkit/clock'
import { memoryNetwork } from '@pex/transport-memory'
import type { MemoryNetwork, MemoryTransportInit } from '@pex/transport-memory'

/** The tick of every host, ms. */
export const TICK = 1_000

export interface HostOptions {
  readonly transport?: MemoryTransportInit
  readonly store?: Store
  readonly verifier?: Verifier
  readonly metrics?: Metrics
  /** Which addresses it could call. Default: all. */
  readonly carries?: (address: string) => boolean
  /** Hosts with the same number have the same key. Default: the next free number. */
  readonly key?: number
}

export interface World {
  readonly clock: VirtualClock
  readonly links: MemoryNetwork
  host(init?: PexInit, options?: HostOptions): Promise<Pex>
}

export function world(): World {
  const clock = virtualClock(Date.UTC(2026, 0, 1))
  const rng = seeded(7)
  const links = memoryNetwork({ clock, rng: rng.fork('links') })
  let hosts = 0
  return {
    clock,
    links,
    async host(init = {}, { transport, store, verifier, metrics, carries, key = ++hosts } = {}) {
      const signer = createSigner(await keyOf(key))
      const carrier = links.transport(signer.id, transport)
      const parts = {
        transport: carries === undefined ? carrier : Object.assign(carrier, { carries }),
        signer: clock.tracked(signer),
        store,
        verifier,
        metrics,
        clock
      }
      return createPex({ ...parts, rng: rng.fork(`${key}`) }, { gossip: { tickMs: TICK }, ...init })
    }
  }
}

/** A private key for a number. */
export function keyOf(number: number): Promise<Parameters<typeof createSigner>[0]> {
  return generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(number))
}

/** How to reach a host of the world. */
export function contact({ id }: { readonly id: string }): { id: string; addresses: string[] } {
  return { id, addresses: [`/memory/${id}`] }
}
