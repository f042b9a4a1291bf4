import { memoryNetwork } from '@pex/transport-memory'
import { seeded, virtualClock } from '@pex/testkit'
import { transportSuite } from '@pex/testkit/transport'
import { describe, expect, it } from 'vitest'

const runner = { describe, it, expect }
const nobody = { id: 'nobody', addresses: ['/memory/nobody'] }

describe.each([
  ['without latency', { latencyMs: 0 }],
  ['with latency that lets messages overtake each other', { latencyMs: [5, 120] as const }]
])('in virtual time, %s', (name, conditions) => {
  transportSuite(runner, () => {
    const clock = virtualClock()
    const network = memoryNetwork({ clock, rng: seeded(1).fork(name), ...conditions })
    let count = 0
    return {
      clock,
      nobody: () => nobody,
      create: async () => {
        const id = `host-${count++}`
        return { id, transport: network.transport(id) }
      }
    }
  })
})
