/** What must hold at any moment, whatever goes wrong. */
import { limits } from '@pex/core'
import { bounds } from '../../../packages/broadcast/src/bounds.ts'
import { CALL_MS } from './chatter.ts'
import { must } from './history.ts'
import { NAMESPACE } from './slot.ts'
import type { Life, Slot } from './slot.ts'
import type { World } from './world.ts'

/** Timers of one host, most: exchanges, pings, settles, lanes of broadcast, answers under way. Guess: twice what is seen. */
const TIMERS = 600
/** A slow clock makes half a second of one. */
const SLOWEST = 0.5
const MARGIN_MS = 2_000

export function watch(world: World): void {
  for (const slot of world.slots) {
    if (slot.failure !== undefined) throw slot.failure
    if (slot.life?.state === 'up') look(world, slot, slot.life)
  }
  const hosts = world.slots.length + world.impostors.length
  must(world.clock.pending <= TIMERS * hosts, 'there are', world.clock.pending, 'timers')
}

function look(world: World, { name, id: self, parts }: Slot, { host, seqs, calls }: Life): void {
  const [view, recovery] = [host.pex.view(NAMESPACE), host.pex.recovery(NAMESPACE)]
  must(view.length <= parts.gossip.viewSize, name, 'has a view of', view.length)
  must(recovery.length <= limits.recoverySize, name, 'remembers', recovery.length)
  const ids = [...view, ...recovery].map(({ id }) => id)
  must(new Set(ids).size === ids.length, name, 'holds somebody twice')
  for (const record of [...view, ...recovery]) {
    const { id, hop, age } = record
    must(id !== self, name, 'holds itself')
    must(hop >= 1 && hop <= limits.maxHop, name, 'holds a hop of', hop)
    must(age >= 0 && Number.isSafeInteger(age), name, 'holds an age of', age)
    const signed = world.signatures.of(record.envelope)
    must(signed?.id === id, name, 'holds a record of', world.nameOf(id), 'that it has not signed')
    const before = seqs.get(id) ?? 0n
    must(signed.seq >= before, name, 'holds', world.nameOf(id), 'of', signed.seq, 'after', before)
    seqs.set(id, signed.seq)
  }
  const { neighbours, seen, held, heldBytes, missing, pending } = host.gossip.census
  must(
    neighbours <= bounds.neighbours && host.peers.size <= bounds.neighbours,
    name,
    'has',
    neighbours,
    'neighbours'
  )
  must(
    seen <= 2 * bounds.seen && held <= bounds.held && heldBytes <= bounds.heldBytes,
    name,
    'keeps',
    seen,
    held
  )
  must(pending <= bounds.pending, name, 'has', pending, 'messages to judge')
  must(missing <= bounds.neighbours * bounds.missingPerPeer, name, 'misses', missing)
  must(!host.peers.has(self), name, 'is its own neighbour')
  for (const [number, since] of calls)
    must(
      world.clock.now() - since <= CALL_MS / SLOWEST + MARGIN_MS,
      name,
      'waits for call',
      number,
      'since',
      since
    )
}
