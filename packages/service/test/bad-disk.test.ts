/** A disk that is slow, or fails at the nth call: it costs the host what it would have remembered, and nothing else. */
import { below } from '@pex/core'
import type { Store } from '@pex/core'
import type { Pex } from '@pex/service'
import { memoryStore } from '@pex/store-memory'
import { seeded } from '@pex/testkit/chance'
import { faultyStore, nthCall } from '@pex/testkit/faulty-store'
import type { FaultyStore } from '@pex/testkit/faulty-store'
import { describe, expect, it, vi } from 'vitest'
import { contact, TICK, world } from './world.ts'
import type { World } from './world.ts'

// A bound on hanging: all of it is computation in virtual time.
vi.setConfig({ testTimeout: 300_000 })

const NS = 'x'

/** Three hosts without stores, which know each other. */
async function friends({ host }: World): Promise<Pex[]> {
  const first = await host({ namespaces: [NS] })
  const others = [1, 2].map(() => host({ namespaces: [NS], bootstrap: [contact(first)] }))
  const all = [first, ...(await Promise.all(others))]
  for (const each of all) await each.start()
  return all
}

/** Counts the calls that are under way. */
function watched(store: Store): { readonly store: Store; readonly most: () => number; saves: number } {
  let underWay = 0
  let most = 0
  const seen = { saves: 0, most: () => most }
  const through = async <T>(call: Promise<T>): Promise<T> => {
    most = Math.max(most, ++underWay)
    try {
      return await call
    } finally {
      underWay--
    }
  }
  const port: Store = {
    open: () => through(store.open()),
    load: namespace => through(store.load(namespace)),
    save(namespace, diff) {
      seen.saves++
      return through(store.save(namespace, diff))
    },
    close: () => through(store.close())
  }
  return Object.assign(seen, { store: port })
}

/** Lives for 200 rounds beside friends who come and go, on a disk that takes up to so long for every call. */
async function life(slowMs: number) {
  const w = world()
  const others = await friends(w)
  const rng = seeded(5)
  const media = memoryStore()
  const disk = watched(faultyStore(media, () => ({ delayMs: below(rng, slowMs + 1) }), w.clock))
  const init = { namespaces: [NS], bootstrap: [contact(others[0]!)] }
  const pex = await w.host(init, { store: disk.store, key: 50 })
  const rounds: number[] = []
  let failures = 0
  pex.addEventListener('round', () => void rounds.push(w.clock.now()))
  pex.addEventListener('exchange:fail', () => void failures++)
  const started = pex.start()
  await w.clock.advance(10 * TICK)
  await started
  for (let i = 0; i < 10; i++) {
    const guest = await w.host({ namespaces: [NS], bootstrap: [contact(others[1]!)] })
    await guest.start()
    await w.clock.advance(10 * TICK)
    expect(pex.view(NS).map(({ id }) => id)).toContain(guest.id)
    await guest.stop()
    await w.clock.advance(10 * TICK)
  }
  const known = [...pex.view(NS), ...pex.recovery(NS)].map(({ id }) => id)
  const stopped = pex.stop()
  await w.clock.advance(10 * TICK)
  await stopped
  for (const each of others) await each.stop()
  expect(w.clock.pending).toBe(0)
  await media.open()
  const kept = [...(await media.load(NS)).entries.keys()]
  const gaps = rounds.slice(1).map((at, i) => at - rounds[i]!)
  return { rounds: rounds.length, longest: Math.max(...gaps), failures, disk, known, kept }
}

describe('a disk that takes up to 2 s for every call', () => {
  it('changes no round and no view, is written behind, and never has more than one call of a kind waiting', async () => {
    const [fast, slow] = [await life(0), await life(2_000)]
    for (const each of [fast, slow]) {
      expect(each.longest).toBeLessThanOrEqual(TICK)
      expect(each.rounds).toBeGreaterThan(190)
      expect(each.kept.toSorted()).toEqual(each.known.toSorted())
    }
    // It begins later by two calls, and is then as busy as the other.
    expect(slow.rounds).toBeGreaterThan(fast.rounds * 0.95)
    expect(slow.disk.most()).toBeLessThanOrEqual(2)
    expect(slow.disk.saves).toBeLessThan(slow.rounds / 2)
  })
})

describe('a disk of which the nth call fails', () => {
  it.each([
    ['ENOSPC', 'before'],
    ['ENOSPC', 'after'],
    ['EIO', 'before'],
    ['EIO', 'after']
  ] as const)(
    'with %s, %s it took effect, for every n: nothing hangs, and the next start is whole',
    async (code, fail) => {
      let calls = Infinity
      let n = 0
      while (n++ < calls) {
        const w = world()
        const others = await friends(w)
        const media = memoryStore()
        const error = Object.assign(new Error(`${code}: told to fail`), { code })
        const store: FaultyStore = faultyStore(media, nthCall(n, { fail, error }))
        const init = { namespaces: [NS], bootstrap: [contact(others[0]!)] }
        const pex = await w.host(init, { store, key: 50 })
        const started = await pex.start().then(
          () => true,
          () => false
        )
        await w.clock.advance(15 * TICK)
        if (started) expect(pex.view(NS), `call ${n}`).toHaveLength(3)
        await pex.stop().catch((cause: unknown) => expect(cause).toBe(error))
        // Opening is all that a host cannot do without.
        expect(started, `call ${n}`).toBe(n > 1)
        if (started) ({ calls } = store)

        const again = await w.host({ namespaces: [NS] }, { store: media, key: 50 })
        const damage: unknown[] = []
        again.addEventListener('store:damage', ({ detail }) => void damage.push(detail))
        await again.start()
        expect(damage).toEqual([])
        if (started) expect(again.view(NS).length, `call ${n}`).toBeGreaterThanOrEqual(2)
        for (const each of [again, ...others]) await each.stop()
        expect(w.clock.pending, `call ${n}`).toBe(0)
      }
      expect(calls).toBeGreaterThan(5)
    }
  )
})
