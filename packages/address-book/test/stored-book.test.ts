import { describe, expect, it } from 'vitest'
import { peerAddresses, storedBook } from '@pex/address-book'
import type { Store, StoreDiff } from '@pex/core'
import { memoryStore } from '@pex/store-memory'
import { seeded } from '@pex/testkit'
import { day, host, pexBook, start } from './world.ts'

const namespace = '/book'

function filled() {
  const book = pexBook({ rules: { sourceEveryMs: 0 } })
  for (let n = 0; n < 2_000; n++) book.add(host(n), host(n, 3_000 + (n % 100)), start)
  for (let n = 0; n < 200; n++) book.good(host(n).id, start)
  book.ban('peer-7', day, start)
  return book
}

/** A store that counts what it is given, and fails when told to. */
function watched(store: Store) {
  const seen = { puts: 0, fails: false }
  const save = (name: string, diff: StoreDiff): Promise<void> => {
    if (seen.fails) return Promise.reject(new Error('no room'))
    seen.puts += diff.put.size
    return store.save(name, diff)
  }
  const port: Store = {
    open: () => store.open(),
    load: name => store.load(name),
    save,
    close: () => store.close()
  }
  return { port, seen }
}

async function opened() {
  const store = memoryStore()
  await store.open()
  const { port, seen } = watched(store)
  const saved = () => storedBook(port, namespace, peerAddresses())
  return { store, seen, saved }
}

describe('a book in a store', () => {
  it('comes back whole, key, bans and anchors included', async () => {
    const { saved } = await opened()
    expect(await saved().load()).toBeUndefined()
    const book = filled()
    await saved().save(book.snapshot())
    const { snapshot, problems } = (await saved().load())!
    expect(problems).toEqual([])
    const again = pexBook({ snapshot, seed: 99 })
    expect(again.restored).toEqual({ kept: book.size, moved: 0, dropped: 0 })
    expect(again.snapshot().key).toBe(book.snapshot().key)
    expect(again.snapshot().anchors).toEqual(book.snapshot().anchors)
    expect(again.counts).toEqual(book.counts)
    expect(again.isBanned('peer-7', start)).toBe(true)
  })

  it('writes only what has changed, and what a failed save did not write', async () => {
    const { seen, saved } = await opened()
    const one = saved()
    const book = filled()
    await one.save(book.snapshot())
    expect(seen.puts).toBeGreaterThan(200)
    seen.puts = 0
    await one.save(book.snapshot())
    expect(seen.puts).toBe(0)
    book.attempt(host(9).id, start)
    seen.fails = true
    await expect(one.save(book.snapshot())).rejects.toThrow('no room')
    seen.fails = false
    await one.save(book.snapshot())
    expect(seen.puts).toBe(1)
  })

  it('loses a part with a part, and starts with all the others', async () => {
    const { store, saved } = await opened()
    const book = filled()
    await saved().save(book.snapshot())
    const { entries } = await store.load(namespace)
    const names = [...entries.keys()].filter(name => name !== 'book')
    const put = new Map([[names[0]!, new TextEncoder().encode('[{"address":1},')]])
    await store.save(namespace, { put, remove: new Set(names.slice(1, 3)) })
    const { snapshot, problemCount } = (await saved().load())!
    expect(problemCount).toBe(1)
    const again = pexBook({ snapshot })
    expect(again.size).toBeGreaterThan(book.size - 60)
    expect(again.problems()).toEqual([])
  })

  it('without its main part has a new key, and still its peers', async () => {
    const { store, saved } = await opened()
    const book = filled()
    await saved().save(book.snapshot())
    await store.save(namespace, { put: new Map(), remove: new Set(['book']) })
    const { snapshot, problems } = (await saved().load())!
    expect(problems).toHaveLength(1)
    const again = pexBook({ snapshot, seed: 5 })
    expect(again.size).toBe(book.size)
    expect(again.snapshot().key).not.toBe(book.snapshot().key)
  })

  it('is never fatal: of 500 flipped bits none throws', async () => {
    const { store, saved } = await opened()
    await saved().save(filled().snapshot())
    const { entries } = await store.load(namespace)
    const names = [...entries.keys()]
    const rng = seeded(500)
    for (let i = 0; i < 500; i++) {
      const name = names[rng() % names.length]!
      const bytes = entries.get(name)!.slice()
      bytes[rng() % bytes.length]! ^= 1 << (rng() & 7)
      await store.save(namespace, { put: new Map([[name, bytes]]), remove: new Set() })
    }
    const { snapshot } = (await saved().load())!
    const book = pexBook({ snapshot })
    expect(book.problems()).toEqual([])
    for (const { address } of book.snapshot().addresses)
      expect(peerAddresses().canonical(address)).toEqual(address)
  })
})
