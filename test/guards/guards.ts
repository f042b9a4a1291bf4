/** All guards that the mutation run breaks, one after the other. */
import type { Listed } from './kit/guard.ts'
import { addresses } from './lists/addresses.ts'
import { cometbft } from './lists/cometbft.ts'
import { connections } from './lists/connections.ts'
import { core } from './lists/core.ts'
import { discovery } from './lists/discovery.ts'
import { messages } from './lists/messages.ts'
import { neighbours } from './lists/neighbours.ts'
import { node } from './lists/node.ts'
import { record } from './lists/record.ts'
import { sampling } from './lists/sampling.ts'
import { service } from './lists/service.ts'
import { stores } from './lists/stores.ts'
import { swarm } from './lists/swarm.ts'
import { udp } from './lists/udp.ts'
import { wire } from './lists/wire.ts'

export const guards: readonly Listed[] = [
  ...record,
  ...core,
  ...addresses,
  ...sampling,
  ...wire,
  ...udp,
  ...swarm,
  ...stores,
  ...service,
  ...node,
  ...messages,
  ...connections,
  ...cometbft,
  ...neighbours,
  ...discovery
]
