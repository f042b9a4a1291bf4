/**
 * The attacks by name.
 */
import { below } from '@pex/core'
import type { KindName } from '../../scenario/kinds.ts'
import { netgroups } from '../network.ts'
import type { Network } from '../network.ts'
import type { Attack } from './attack.ts'
import { eclipse } from './eclipse.ts'
import { flap, naming, stale } from './feints.ts'
import { hub } from './hub.ts'
import { paced, padded } from './padded.ts'
import { sybil } from './sybil.ts'

/** Opens an attack for the nodes that have just turned hostile. */
export function openAttack(
  kind: KindName,
  values: Readonly<Record<string, number>>,
  network: Network
): Attack {
  const force = values['force'] ?? 1
  switch (kind) {
    case 'pin':
      return hub(network, { force, hop: values['hop']! })
    case 'short':
      return hub(network, { force, count: values['count']! })
    case 'padded':
    case 'burned':
      return padded(network, { force, burned: kind === 'burned' })
    case 'paced':
      return paced(network, { force, excess: values['excess']! })
    case 'flap':
      return flap(network, { force, period: values['period']! })
    case 'stale':
      return stale(network, { force }, strangersOf(network))
    case 'naming':
      return naming(network, { force })
    case 'eclipse':
      return eclipse(network)
    case 'sybil': {
      const ids = strangersOf(network)
      settleInGroups(network, ids, values['groups']!)
      return sybil(network, { force, over: values['over']!, controllers: network.hostileCount }, ids)
    }
    default:
      return hub(network, { force })
  }
}

/** The peers that have no row: nobody's, until an attacker speaks of them. */
function strangersOf({ rows, peers }: Network): Uint32Array {
  return Uint32Array.from({ length: peers - rows }, (_, i) => rows + i)
}

/** Spreads minted ids evenly over a few network groups drawn at random. */
function settleInGroups(network: Network, ids: Uint32Array, count: number): void {
  const groups = Uint32Array.from({ length: netgroups }, (_, group) => group)
  for (let i = 0; i < count; i++) {
    const j = i + below(network.rng, netgroups - i)
    const group = groups[i]!
    groups[i] = groups[j]!
    groups[j] = group
  }
  for (const [i, id] of ids.entries()) network.setGroup(id, groups[i % count]!)
}
