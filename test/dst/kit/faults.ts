/** Faults as they come and go. */
import type { Planned } from './plan.ts'
import type { Effect } from './network.ts'
import type { World } from './world.ts'

/** Begins a fault, and puts its end on the agenda. */
export async function begin(world: World, { fault, ms }: Planned): Promise<void> {
  world.history.note('***', JSON.stringify(fault), 'for', ms)
  const host = 'host' in fault ? world.slotAt(fault.host) : world.slotAt(0)
  switch (fault.kind) {
    case 'loss':
      return during(world, ms, { loss: fault.share })
    case 'duplication':
      return during(world, ms, { duplication: fault.share })
    case 'delay':
      return during(world, ms, { latencyMs: fault.ms })
    case 'one-way':
      return during(world, ms, {
        cuts: fault.links.map(([a, b]) => [world.slotAt(a).id, world.slotAt(b).id] as const)
      })
    case 'partition':
      return during(world, ms, {
        groups: fault.groups.map(group => group.map(index => world.slotAt(index).id))
      })
    case 'crash':
      for (const index of fault.hosts) {
        const slot = world.slotAt(index)
        await slot.crash()
        world.later(ms, () => slot.start())
      }
      return
    case 'stop':
      void host.stop()
      return world.later(ms, () => host.start())
    case 'jump':
      host.clock.jump(fault.ms)
      return world.later(ms, () => host.clock.correct())
    case 'drift':
      host.clock.rate = fault.rate
      return world.later(ms, () => host.clock.correct())
    case 'disk':
      host.disk.condition = fault.condition
      return world.later(ms, () => (host.disk.condition = {}))
    case 'rot':
      for (let bit = 0; bit < fault.bits; bit++) await host.disk.rot()
      // Only who reads its disk again can notice.
      await host.crash()
      return world.later(ms, () => host.start())
    case 'move':
      return host.move()
    case 'crowd':
      for (let i = 0; i < fault.count; i++) {
        const slot = await world.addSlot()
        slot.start()
        // Half of them leave, in good order or not, and stay away.
        if (i % 2 === 0) world.later(ms, () => (i % 4 === 0 ? slot.crash() : void slot.stop()))
      }
  }
}

/** Everything is well again: the network, clocks and disks; whoever is away comes back, but the crowd. */
export function calm(world: World, hosts: number): void {
  world.history.note('*** calm')
  world.forget()
  world.weather.clear()
  for (const slot of world.slots) {
    slot.clock.correct()
    slot.disk.condition = {}
  }
  for (const slot of world.slots.slice(0, hosts)) slot.start()
}

function during(world: World, ms: number, effect: Effect): void {
  const end = world.weather.add(effect)
  world.later(ms, end)
}
