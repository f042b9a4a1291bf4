/** Two hosts to try things on, in virtual time. */
import type { Answer, Contact } from '@pex/core'
import { memoryNetwork } from '@pex/transport-memory'
import type { MemoryNetwork, MemoryNetworkInit, MemoryTransport } from '@pex/transport-memory'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'

export const PROTOCOL = '/test/1'

interface World {
  readonly clock: VirtualClock
  readonly network: MemoryNetwork
  readonly a: MemoryTransport
  readonly b: MemoryTransport
  /** How often b's handler has run. */
  readonly served: () => number
}

/** Two hosts, 10 ms apart, b echoing. */
export async function world(init: Partial<MemoryNetworkInit> = {}): Promise<World> {
  const clock = virtualClock()
  const network = memoryNetwork({ clock, rng: seeded(7), latencyMs: 10, ...init })
  const [a, b] = [network.transport('a'), network.transport('b')]
  let served = 0
  await b.handle(PROTOCOL, async (_from, body) => {
    served++
    return body
  })
  await Promise.all([a.start(), b.start()])
  return { clock, network, a, b, served: () => served }
}

interface Outcome {
  /** 'waiting', 'answered', or the code of the failure. */
  state: string
  answer?: Answer
}

/** Asks, and shows how it stands. */
export function ask(
  from: MemoryTransport,
  to: Contact = at('b'),
  signal = new AbortController().signal
): Outcome {
  const outcome: Outcome = { state: 'waiting' }
  from.request(to, PROTOCOL, Uint8Array.of(1, 2, 3), { signal }).then(
    answer => Object.assign(outcome, { state: 'answered', answer }),
    error => Object.assign(outcome, { state: error.code })
  )
  return outcome
}

export function at(id: string): Contact {
  return { id, addresses: [`/memory/${id}`] }
}
