/** What must hold after the faults have ended: the network heals, works, ends without a trace, and has lost nothing. */
import { call, publish } from './chatter.ts'
import { Fault, must } from './history.ts'
import { NAMESPACE } from './slot.ts'
import type { Slot } from './slot.ts'
import type { World } from './world.ts'

/** Rounds in which the network has to be whole again (fault matrix: 50 after the longest split, and some to start again). */
const HEAL_ROUNDS = 60
/** Rounds in which whoever a view has lost has to be back (fault matrix: 20 after a split of ten). */
const AGAIN_ROUNDS = 20
/** Rounds of calm before anything is asked of it. */
const CALM_ROUNDS = 12
/** Time for a broadcast to come everywhere, and for hosts to stop, ms. */
const SPREAD_MS = 30_000
const STOP_MS = 60_000
/** After this long nothing may be left: the network's own deadlines for answers of the dead, ms. */
const LINGER_MS = 120_000

/** Resolves to the rounds that healing took. */
export async function finish(world: World): Promise<number> {
  const { tickMs } = world.plan
  const begun = world.clock.now()
  const isWhole = (): boolean => whyBroken(world) === undefined
  if (!(await world.pass(HEAL_ROUNDS * tickMs, isWhole)))
    throw new Fault(`not whole after ${HEAL_ROUNDS} rounds: ${whyBroken(world)}`)
  const rounds = Math.ceil((world.clock.now() - begun) / tickMs)
  world.history.note('*** whole after', rounds, 'rounds')
  await world.pass(CALM_ROUNDS * tickMs)
  // A small view may be without anybody for a moment, as any sample; it does not stay so.
  if (!(await world.pass(AGAIN_ROUNDS * tickMs, isWhole)))
    throw new Fault(`broken in calm, for ${AGAIN_ROUNDS} rounds: ${whyBroken(world)}`)
  await works(world)
  await ends(world)
  return rounds
}

/** Why the network is not whole, or nothing. */
function whyBroken(world: World): string | undefined {
  const waiting = world.slots.filter(({ life }) => life !== undefined && life.state !== 'up')
  if (waiting.length > 0) return `${waiting.map(({ name }) => name).join()} are neither up nor down`
  const { up } = world
  for (const slot of up) {
    const reached = reachedFrom(slot, up)
    if (reached < up.length) return `${slot.name} reaches ${reached} of ${up.length} by views`
  }
  const lonely = up.filter(({ life }) => life!.host.peers.list().length === 0)
  return lonely.length === 0 ? undefined : `${lonely.map(({ name }) => name).join()} have no neighbours`
}

/** How many hosts there are at the end of chains of views that begin at a host. */
function reachedFrom(start: Slot, up: readonly Slot[]): number {
  const living = new Map(up.map(slot => [slot.id, slot]))
  const seen = new Set([start.id])
  for (const open = [start]; open.length > 0;)
    for (const { id } of open.pop()!.life!.host.pex.view(NAMESPACE)) {
      const next = living.get(id)
      if (next === undefined || seen.has(id)) continue
      seen.add(id)
      open.push(next)
    }
  return seen.size
}

/** Everybody hears a broadcast of anybody, and can call anybody. */
async function works(world: World): Promise<void> {
  const up = [...world.up]
  const ids = up.slice(0, 3).map(slot => publish(slot, 1)!)
  await world.pass(SPREAD_MS)
  for (const [i, id] of ids.entries())
    for (const slot of up)
      if (slot !== up[i])
        must(slot.life?.heard.get(id) === 1, slot.name, 'has not heard what', up[i]!.name, 'says')
  const answers: boolean[] = []
  const calls = up.map(async (slot, i) => {
    const to = up[(i + 1) % up.length]!
    // Twice: a connection may be closed for being one too many while the first call goes out on it, and nothing is sent again.
    const right = (await call(world, slot, to)) || (await call(world, slot, to))
    answers.push(right)
    must(right || up.length === 1, slot.name, 'cannot call', to.name)
  })
  const all = Promise.all(calls)
  all.catch(() => {})
  await world.pass(SPREAD_MS, () => answers.length === up.length)
  await all
}

/** Everybody stops; no timer is left, and the disks hold what they have to. */
async function ends(world: World): Promise<void> {
  world.forget()
  let left = world.slots.length + world.impostors.length
  for (const slot of world.slots) void slot.stop().finally(() => left--)
  for (const impostor of world.impostors) void impostor.stop().finally(() => left--)
  await world.pass(STOP_MS, () => left === 0)
  must(left === 0, left, 'hosts do not stop')
  await world.clock.advance(LINGER_MS)
  must(world.clock.pending === 0, world.clock.pending, 'timers are left when everybody has stopped')
  for (const slot of world.slots) world.history.note(slot.name, 'keeps', await slot.disk.audit())
}
