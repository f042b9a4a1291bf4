/** What applications do meanwhile: they broadcast, call each other, and ask for what they have to be written down. */
import { below, chance, PexError } from '@pex/core'
import type { Rng } from '@pex/core'
import type { PexEvents } from '@pex/service'
import { NAMESPACE, NEWS } from './slot.ts'
import type { Life, Slot } from './slot.ts'
import type { World } from './world.ts'

/** Time that a call may take, ms. */
export const CALL_MS = 5_000

/** Once a second. */
export function chatter(world: World): void {
  const rng = world.chatterRng
  const draws = [chance(rng, 0.3), chance(rng, 0.3), chance(rng, 0.15)]
  const [speaker, caller, writer] = [anyOf(rng, world.up), anyOf(rng, world.up), anyOf(rng, world.up)]
  const callee = anyOf(rng, world.slots)
  const kind = below(rng, 3)
  if (draws[0] === true && speaker !== undefined) publish(speaker, kind)
  if (draws[1] === true && caller !== undefined && callee !== undefined) void call(world, caller, callee)
  if (draws[2] === true && writer !== undefined) flush(writer)
}

/** Broadcasts; resolves nothing: it is heard or not. Returns the id. */
export function publish(slot: Slot, kind: number): string | undefined {
  const { life } = slot
  if (life === undefined) return undefined
  const id = life.host.broadcast(
    NEWS,
    Uint8Array.of(
      kind,
      ...slot.id
        .slice(-4)
        .split('')
        .map(each => each.charCodeAt(0))
    )
  )
  slot.note('says', id.slice(0, 8), kind)
  return id
}

/** Calls somebody; resolves to whether the right answer came. */
export async function call(world: World, from: Slot, to: Slot): Promise<boolean> {
  const { life } = from
  if (life === undefined || from === to) return false
  const number = life.calls.size === 0 ? 1 : Math.max(...life.calls.keys()) + 1
  const body = Uint8Array.of(number & 0xff, world.clock.now() & 0xff)
  life.calls.set(number, world.clock.now())
  try {
    const { value, from: who } = await life.host.call(to.contact, 'echo', body, { timeoutMs: CALL_MS })
    if (who !== to.id || value.length !== 2 || value[0] !== body[0] || value[1] !== body[1])
      from.fail(`${from.name} has a wrong answer of ${to.name}`)
    return true
  } catch (error) {
    if (!(error instanceof PexError)) from.fail(`${from.name} fails to call ${to.name} with ${String(error)}`)
    from.note('calls', to.name, 'in vain:', (error as PexError).code)
    return false
  } finally {
    life.calls.delete(number)
  }
}

/** Has everything written down; what is acknowledged is on the disk then. */
function flush(slot: Slot): void {
  const { life } = slot
  if (life === undefined) return
  // Who leaves the view meanwhile may be back too late to be written.
  const before = new Set(held(life))
  const onUpdate = ({ detail }: PexEvents['view:update']): void => {
    for (const { id } of detail.removed) before.delete(id)
  }
  life.host.pex.addEventListener('view:update', onUpdate)
  const over = (): void => life.host.pex.removeEventListener('view:update', onUpdate)
  life.host.pex
    .flush()
    .finally(over)
    .then(
      () => {
        if (slot.life !== life || life.state !== 'up') return
        for (const id of before)
          if (!slot.disk.hasAcknowledged(NAMESPACE, id))
            slot.fail(`${slot.name} says that ${slot.parts.nameOf(id)} is written, and its disk does not`)
        slot.note('has flushed', before.size)
      },
      (error: unknown) => {
        if (slot.life === life) slot.note('cannot flush:', error instanceof PexError ? error.code : error)
      }
    )
}

function held({ host }: Life): string[] {
  return host.pex.namespaces.includes(NAMESPACE) ? host.pex.view(NAMESPACE).map(({ id }) => id) : []
}

/** One of them by chance. */
function anyOf<T>(rng: Rng, items: readonly T[]): T | undefined {
  return items[below(rng, Math.max(1, items.length))]
}
