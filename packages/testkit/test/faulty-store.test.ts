import { faultyStore, nthCall } from '@pex/testkit/faulty-store'
import { virtualClock } from '@pex/testkit/clock'
import { describe, expect, it } from 'vitest'
import { mapStore } from './map-store.ts'

const diff = (key: string) => ({ put: new Map([[key, Uint8Array.of(1)]]), remove: new Set<string>() })

describe('faultyStore', () => {
  it('goes through to the store where the plan says nothing', async () => {
    const store = faultyStore(mapStore(), () => undefined)
    await store.open()
    await store.save('/a', diff('key'))
    expect((await store.load('/a')).entries.size).toBe(1)
    await store.close()
    expect(store.calls).toBe(4)
  })

  it('fails before: nothing has happened, and the calls beside it succeed', async () => {
    const store = faultyStore(mapStore(), nthCall(2, { fail: 'before' }, 'save'))
    await store.open()
    await store.save('/a', diff('one'))
    await expect(store.save('/a', diff('two'))).rejects.toMatchObject({ code: 'PEX_STORE_FAILED' })
    await store.save('/a', diff('three'))
    expect([...(await store.load('/a')).entries.keys()]).toEqual(['one', 'three'])
  })

  it('fails after: it has happened, and the caller is told that it has not', async () => {
    const error = new Error('the wire was cut')
    const store = faultyStore(mapStore(), nthCall(2, { fail: 'after', error }))
    await store.open()
    await expect(store.save('/a', diff('key'))).rejects.toBe(error)
    expect((await store.load('/a')).entries.size).toBe(1)
  })

  it('is slow by the clock, and not before', async () => {
    const clock = virtualClock()
    const store = faultyStore(
      mapStore(),
      ({ method }) => (method === 'load' ? { delayMs: 2_000 } : undefined),
      clock
    )
    await store.open()
    let isLoaded = false
    const loading = store.load('/a').then(() => (isLoaded = true))
    await clock.advance(1_999)
    expect(isLoaded).toBe(false)
    await clock.advance(1)
    expect(isLoaded).toBe(true)
    await loading
    expect(clock.pending).toBe(0)
  })

  it('refuses a delay without a clock', async () => {
    const store = faultyStore(mapStore(), () => ({ delayMs: 1 }))
    await expect(store.open()).rejects.toThrow(TypeError)
  })

  it.each([1, 2, 3, 4])('meets call %d of all alone', async n => {
    const store = faultyStore(mapStore(), nthCall(n, { fail: 'after' }))
    const calls = [
      () => store.open(),
      () => store.save('/a', diff('key')),
      () => store.load('/a'),
      () => store.close()
    ]
    const failed: number[] = []
    for (const [i, call] of calls.entries()) await call().then(undefined, () => void failed.push(i + 1))
    expect(failed).toEqual([n])
  })
})
