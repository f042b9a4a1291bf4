import type { Remembered, Store } from '@pex/core'
import type { Pex } from '@pex/service'
import { memoryStore } from '@pex/store-memory'
import { describe, expect, it } from 'vitest'
import { faultyStore } from '@pex/testkit/faulty-store'
import { virtualClock } from '@pex/testkit/clock'
import { Persistence } from '../src/persistence.ts'
import { contact, TICK, world } from './world.ts'
import type { World } from './world.ts'

/** A host with a store among three others, converged and written down. */
async function settled({ host, clock }: World, store: Store): Promise<{ pex: Pex; others: Pex[] }> {
  const first = await host({ namespaces: ['x'] })
  const others = [first]
  for (let i = 0; i < 2; i++) others.push(await host({ namespaces: ['x'], bootstrap: [contact(first)] }))
  const pex = await host({ namespaces: ['x'], bootstrap: [contact(first)] }, { store, key: 50 })
  for (const each of [...others, pex]) await each.start()
  await clock.advance(10 * TICK)
  expect(pex.view('x')).toHaveLength(3)
  await pex.flush()
  return { pex, others }
}

/** A store that fails while `broken` is set. */
function breakable(store: Store): Store & { broken: boolean; saves: number } {
  return {
    broken: false,
    saves: 0,
    open: () => store.open(),
    load: namespace => store.load(namespace),
    close: () => store.close(),
    async save(namespace, diff) {
      this.saves++
      if (this.broken) throw new Error('no space left on device')
      await store.save(namespace, diff)
    }
  }
}

describe('what survives a restart', () => {
  it('the view is there before the first exchange, ages included', async () => {
    const w = world()
    const store = memoryStore()
    const { pex, others } = await settled(w, store)
    await w.clock.advance(5 * TICK)
    const before = new Map(pex.view('x').map(({ id, age }) => [id, age]))
    await pex.stop()
    for (const other of others) await other.stop()

    const again = await w.host({ namespaces: ['x'] }, { store, key: 50 })
    await again.start()
    expect(new Map(again.view('x').map(({ id, age }) => [id, age - 1]))).toEqual(before)
    await again.stop()
    expect(w.clock.pending).toBe(0)
  })

  it('changes are written behind, in one batch, and rounds that change nothing write nothing', async () => {
    const w = world()
    const store = breakable(memoryStore())
    const { pex, others } = await settled(w, store)
    const saves = store.saves
    await w.clock.advance(50 * TICK)
    expect(store.saves).toBe(saves)
    for (const each of [pex, ...others]) await each.stop()
  })

  it.each([
    [1, 'one'],
    [2, 'two'],
    [3, 'all']
  ])('with %i damaged entries (%s) it starts, says how many it dropped, and refills', async damaged => {
    const w = world()
    const store = memoryStore()
    const { pex, others } = await settled(w, store)
    await pex.stop()

    await store.open()
    const { entries } = await store.load('x')
    const rotten = [...entries].slice(0, damaged).map(([id, value]) => {
      const copy = value.slice()
      copy[20]! ^= 1
      return [id, copy] as const
    })
    await store.save('x', { put: new Map(rotten), remove: new Set() })
    await store.close()

    const again = await w.host({ namespaces: ['x'], bootstrap: [contact(others[0]!)] }, { store, key: 50 })
    const reports: unknown[] = []
    again.addEventListener('store:damage', ({ detail }) => void reports.push(detail))
    await again.start()
    expect(reports).toEqual([{ namespace: 'x', dropped: damaged, kept: 3 - damaged }])
    await w.clock.advance(10 * TICK)
    expect(again.view('x')).toHaveLength(3)
    for (const each of [again, ...others]) await each.stop()
    await store.open()
    expect((await store.load('x')).entries.size).toBe(3)
  })

  it('entries that were swapped between ids, or belong to nobody, are dropped', async () => {
    const w = world()
    const store = memoryStore()
    const { pex, others } = await settled(w, store)
    await pex.stop()
    await store.open()
    const { entries } = await store.load('x')
    const [[a, valueA], [b, valueB]] = [...entries] as [[string, Uint8Array], [string, Uint8Array]]
    const put = new Map([
      [a, valueB],
      [b, valueA],
      ['nobody', new Uint8Array(3)],
      ['__proto__', valueA]
    ])
    await store.save('x', { put, remove: new Set() })
    await store.close()
    const again = await w.host({ namespaces: ['x'] }, { store, key: 50 })
    await again.start()
    expect(again.view('x')).toHaveLength(1)
    for (const each of [again, ...others]) await each.stop()
  })

  it('a full disk costs nothing but the writing: exchanges go on, and later everything is written', async () => {
    const w = world()
    const inner = memoryStore()
    const store = breakable(inner)
    const { pex, others } = await settled(w, store)
    store.broken = true
    const newcomer = await w.host({ namespaces: ['x'], bootstrap: [contact(others[0]!)] })
    await newcomer.start()
    const failures: string[] = []
    pex.addEventListener('store:fail', ({ detail }) => void failures.push(detail.error.code))
    await w.clock.advance(20 * TICK)
    expect(pex.view('x')).toHaveLength(4)
    expect(new Set(failures)).toEqual(new Set(['PEX_STORE_FAILED']))
    expect(failures.length).toBeLessThan(8)
    await expect(pex.flush()).rejects.toMatchObject({ code: 'PEX_STORE_FAILED' })

    store.broken = false
    await w.clock.advance(100 * TICK)
    expect((await inner.load('x')).entries.has(newcomer.id)).toBe(true)
    for (const each of [pex, newcomer, ...others]) await each.stop()
    expect(w.clock.pending).toBe(0)
  })

  it('a store that cannot be read costs the memory, not the host', async () => {
    const w = world()
    const store: Store = {
      ...breakable(memoryStore()),
      load: () => Promise.reject(new Error('input/output error'))
    }
    const first = await w.host({ namespaces: ['x'] })
    const pex = await w.host({ namespaces: ['x'], bootstrap: [contact(first)] }, { store })
    const failures: string[] = []
    pex.addEventListener('store:fail', ({ detail }) => void failures.push(detail.error.code))
    await Promise.all([first.start(), pex.start()])
    await w.clock.advance(5 * TICK)
    expect(pex.view('x')).toHaveLength(1)
    expect(failures).toContain('PEX_STORE_FAILED')
    for (const each of [first, pex]) await each.stop()
  })

  it('peers that stopped answering survive a restart as recovery memory', async () => {
    const w = world()
    const store = memoryStore()
    const { pex, others } = await settled(w, store)
    w.links.kill(others[2]!.id)
    await w.clock.advance(30 * TICK)
    expect(pex.recovery('x').map(({ id }) => id)).toEqual([others[2]!.id])
    await pex.stop()
    const again = await w.host({ namespaces: ['x'] }, { store, key: 50 })
    await again.start()
    expect(again.recovery('x').map(({ id }) => id)).toEqual([others[2]!.id])
    expect(again.view('x')).toHaveLength(2)
    for (const each of [again, others[0]!, others[1]!]) await each.stop()
  })
})

describe('the memory on disk', () => {
  const entry = (id: string): Remembered => ({
    record: { id, seq: 1n, addresses: [], envelope: Uint8Array.of(id.charCodeAt(0)) },
    hop: 1,
    age: 0,
    place: 'view'
  })

  /** A memory of whatever `remembered` holds, and a store of which saves fail though they take effect, while `fails`. */
  async function memory() {
    const media = memoryStore()
    const state = { remembered: [] as Remembered[], fails: false }
    const store = faultyStore(media, () => (state.fails ? { fail: 'after' } : undefined))
    await store.open()
    const persistence = new Persistence({
      namespace: 'x',
      store,
      verifier: { verify: () => entry('a').record },
      clock: virtualClock(),
      remember: () => state.remembered,
      damaged: () => {},
      failed: () => {}
    })
    const keys = async (): Promise<string[]> => [...(await media.load('x')).entries.keys()]
    return { persistence, state, keys }
  }

  it('is written by a flush whether anybody told of a change or not', async () => {
    const { persistence, state, keys } = await memory()
    state.remembered = [entry('a')]
    await persistence.flush()
    expect(await keys()).toEqual(['a'])
  })

  it('takes nothing for written, and nothing for removed, after a save that failed and yet took effect', async () => {
    const { persistence, state, keys } = await memory()
    state.remembered = [entry('a')]
    await persistence.flush()
    state.fails = true
    state.remembered = [entry('b')]
    await expect(persistence.flush()).rejects.toMatchObject({ code: 'PEX_STORE_FAILED' })
    expect(await keys()).toEqual(['b'])
    state.fails = false
    state.remembered = [entry('a')]
    await persistence.flush()
    expect(await keys()).toEqual(['a'])
    await persistence.close()
  })
})
