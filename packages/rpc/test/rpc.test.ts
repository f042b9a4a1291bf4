import { json } from '@pex/rpc'
import { describe, expect, it } from 'vitest'
import { after, changed, gate, meet, scene, silent, watch } from './world.ts'

const sums = json<{ a: number; b: number }, number>()

describe('a call', () => {
  it('is answered by the handler of its type, in values', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('sum', sums, ({ a, b }) => a + b)
    const call = alice.rpc.call(bob.contact, 'sum', { a: 2, b: 3 }, { codecs: sums })
    expect(await after(call)).toMatchObject({ value: { from: 'bob', value: 5 } })
    expect(alice.rpc.counts).toMatchObject({ called: 1, answered: 1 })
    expect(bob.rpc.counts).toMatchObject({ served: 1, failed: 0 })
  })

  it('carries bytes as they are where no codecs are given, an empty body too', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('echo', body => body)
    for (const body of [new Uint8Array(), Uint8Array.of(0, 255)])
      expect((await after(alice.rpc.call(bob.contact, 'echo', body))).value?.value).toEqual(body)
  })

  it('tells the handler who asks', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('who', json<null, string>(), (_, { from }) => from)
    const call = alice.rpc.call(bob.contact, 'who', null, { codecs: json<null, string>() })
    expect((await after(call)).value?.value).toBe('alice')
  })

  it('to a contact without an id learns who answered', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('echo', body => body)
    const call = alice.rpc.call({ addresses: bob.contact.addresses }, 'echo', new Uint8Array(1))
    expect((await after(call)).value?.from).toBe('bob')
  })

  it('goes both ways at once', async () => {
    const { alice, bob } = await meet()
    for (const { rpc } of [alice, bob]) rpc.handle('echo', body => body)
    const calls = [
      watch(alice.rpc.call(bob.contact, 'echo', Uint8Array.of(1))),
      watch(bob.rpc.call(alice.contact, 'echo', Uint8Array.of(2)))
    ]
    await scene.clock.advance(100)
    expect(calls.map(({ value }) => value?.from)).toEqual(['bob', 'alice'])
  })

  it('runs its handler once though the carrier brings the question twice, early or late', async () => {
    const { alice, bob } = await meet({ duplication: 1, latencyMs: [1, 500] })
    let runs = 0
    bob.rpc.handle('count', body => {
      runs++
      return body
    })
    for (let i = 1; i <= 50; i++) {
      expect((await after(alice.rpc.call(bob.contact, 'count', new Uint8Array()), 2_000)).state).toBe('done')
      expect(runs).toBe(i)
    }
    expect(bob.rpc.counts.repeated).toBeGreaterThan(10)
  })

  it('is never tried again by itself', async () => {
    const { alice, bob, network } = await meet({ loss: 1 })
    bob.rpc.handle('echo', body => body)
    const call = await after(alice.rpc.call(bob.contact, 'echo', new Uint8Array()), 60_000)
    expect(call.error.code).toBe('PEX_TIMEOUT')
    expect(network.traffic.requests).toBe(1)
  })

  it('has an id that no other call has', async () => {
    const ids = new Set<string>()
    const { alice, bob } = await meet({
      bob: {
        wrap: transport =>
          changed(transport, {
            handle: (protocol, handler) =>
              transport.handle(protocol, async (from, body, options) => {
                ids.add(body.subarray(1, 17).join())
                return handler(from, body, options)
              })
          })
      }
    })
    bob.rpc.handle('echo', body => body)
    for (let i = 0; i < 20; i++) await after(alice.rpc.call(bob.contact, 'echo', new Uint8Array()), 50)
    expect(ids.size).toBe(20)
    expect(new Set([...ids].map(id => id.split(',')[15])).size, 'they are no counter').toBeGreaterThan(15)
  })
})

describe('time and signals', () => {
  it('a handler that is not ready in time is told, and the caller learns it from the peer or by itself', async () => {
    const { alice, bob } = await meet({ alice: { wrap: silent }, bob: { wrap: silent } })
    let told: unknown
    bob.rpc.handle('slow', (_, { signal }) => {
      signal.addEventListener('abort', () => (told = signal.reason.code))
      return gate<Uint8Array>().promise
    })
    const call = watch(alice.rpc.call(bob.contact, 'slow', new Uint8Array(), { timeoutMs: 500 }))
    await scene.clock.advance(499)
    expect(call.state).toBe('waiting')
    await scene.clock.advance(1)
    expect(call.error.code).toBe('PEX_TIMEOUT')
    await scene.clock.advance(10)
    expect(told).toBe('PEX_TIMEOUT')
    expect(bob.rpc.counts.refused.overdue).toBe(1)
    expect(bob.rpc.load.served, 'its place is free again').toBe(0)
  })

  it('a caller that gives up tells the handler, on carriers that tell it nothing too', async () => {
    const { alice, bob } = await meet({ bob: { wrap: silent } })
    let told: unknown
    bob.rpc.handle('slow', (_, { signal }) => {
      signal.addEventListener('abort', () => (told = signal.reason.code))
      return gate<Uint8Array>().promise
    })
    const controller = new AbortController()
    const call = watch(alice.rpc.call(bob.contact, 'slow', new Uint8Array(), { signal: controller.signal }))
    await scene.clock.advance(100)
    controller.abort()
    await scene.clock.settle()
    expect(call.error.code).toBe('PEX_ABORTED')
    expect(told).toBeUndefined()
    await scene.clock.advance(10)
    expect(told).toBe('PEX_ABORTED')
    expect(bob.rpc.load.served).toBe(0)
    expect(bob.rpc.counts.refused.cancelled).toBe(1)
  })

  it('a signal that was aborted before sends nothing', async () => {
    const { alice, bob, network } = await meet()
    const signal = AbortSignal.abort()
    expect((await after(alice.rpc.call(bob.contact, 'x', new Uint8Array(), { signal }))).error.code).toBe(
      'PEX_ABORTED'
    )
    expect(network.traffic.requests).toBe(0)
  })

  it('a call that waits for its turn can be given up, and its deadline runs', async () => {
    const { alice, bob } = await meet({ alice: { maxCallsPerPeer: 1 } })
    bob.rpc.handle('slow', () => gate<Uint8Array>().promise)
    const controller = new AbortController()
    const call = (options: object): ReturnType<typeof watch> =>
      watch(alice.rpc.call(bob.contact, 'slow', new Uint8Array(), options))
    const first = call({ timeoutMs: 5_000 })
    const given = call({ signal: controller.signal })
    const late = call({ timeoutMs: 1_000 })
    await scene.clock.advance(50)
    expect(alice.rpc.load).toMatchObject({ calls: 1, waiting: 2 })
    controller.abort()
    await scene.clock.settle()
    expect(given.error.code).toBe('PEX_ABORTED')
    await scene.clock.advance(1_000)
    expect(late.error.code).toBe('PEX_TIMEOUT')
    expect(alice.rpc.load).toMatchObject({ calls: 1, waiting: 0 })
    expect(first.state).toBe('waiting')
    expect(alice.rpc.counts.called).toBe(1)
  })

  it('the peer is told the time that is left, not the time that there was', async () => {
    const { alice, bob } = await meet({ alice: { maxCallsPerPeer: 1 }, bob: { wrap: silent } })
    const ended: number[] = []
    bob.rpc.handle('slow', (_, { signal }) => {
      signal.addEventListener('abort', () => ended.push(scene.clock.now()))
      return gate<Uint8Array>().promise
    })
    watch(alice.rpc.call(bob.contact, 'slow', new Uint8Array(), { timeoutMs: 400 }))
    watch(alice.rpc.call(bob.contact, 'slow', new Uint8Array(), { timeoutMs: 1_000 }))
    await scene.clock.advance(3_000)
    expect(ended).toEqual([410, 1_010])
  })

  it('an answered call leaves no timer and no listener behind, at either end', async () => {
    const { alice, bob } = await meet()
    const listeners = new Set<unknown>()
    const watched = (): AbortSignal => {
      const { signal } = new AbortController()
      const { addEventListener, removeEventListener } = signal
      signal.addEventListener = (type: string, listener: never) => {
        listeners.add(listener)
        addEventListener.call(signal, type, listener)
      }
      signal.removeEventListener = (type: string, listener: never) => {
        listeners.delete(listener)
        removeEventListener.call(signal, type, listener)
      }
      return signal
    }
    bob.rpc.handle('echo', body => body)
    const call = alice.rpc.call(bob.contact, 'echo', new Uint8Array(), { signal: watched() })
    expect(listeners.size).toBe(1)
    expect((await after(call, 100)).state).toBe('done')
    expect(listeners.size).toBe(0)
    expect(scene.clock.pending).toBe(0)
  })

  it('stop fails calls, tells handlers, and refuses what comes after', async () => {
    const { alice, bob } = await meet({ alice: { maxCallsPerPeer: 1 } })
    const signals: AbortSignal[] = []
    const hang = (_: Uint8Array, { signal }: { signal: AbortSignal }): Promise<Uint8Array> => {
      signals.push(signal)
      return gate<Uint8Array>().promise
    }
    alice.rpc.handle('slow', hang)
    bob.rpc.handle('slow', hang)
    const out = watch(alice.rpc.call(bob.contact, 'slow', new Uint8Array()))
    const waiting = watch(alice.rpc.call(bob.contact, 'slow', new Uint8Array()))
    const incoming = watch(bob.rpc.call(alice.contact, 'slow', new Uint8Array()))
    await scene.clock.advance(50)
    await alice.rpc.stop()
    await alice.rpc.stop()
    await scene.clock.advance(50)
    for (const { error } of [out, waiting]) expect(error.code).toBe('PEX_ABORTED')
    expect(incoming.error).toMatchObject({ code: 'PEX_ABORTED', fault: 'cancelled' })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    expect(alice.rpc.load).toEqual({ calls: 0, waiting: 0, served: 0, queued: 0 })
    const late = await after(alice.rpc.call(bob.contact, 'slow', new Uint8Array()))
    expect(late.error.code).toBe('PEX_NOT_STARTED')
    await alice.rpc.start()
    bob.rpc.handle('echo', body => body)
    expect((await after(alice.rpc.call(bob.contact, 'echo', new Uint8Array()))).state).toBe('done')
  })
})

describe('bounds', () => {
  it('more calls than may wait are refused at once with PEX_BUSY, and nothing of them is sent', async () => {
    const { alice, bob, network } = await meet({ alice: { maxCallsPerPeer: 2 } })
    bob.rpc.handle('slow', () => gate<Uint8Array>().promise)
    const calls = Array.from({ length: 100 }, () =>
      watch(alice.rpc.call(bob.contact, 'slow', new Uint8Array(), { timeoutMs: 1_000 }))
    )
    await scene.clock.advance(100)
    expect(calls.filter(({ error }) => error?.code === 'PEX_BUSY')).toHaveLength(100 - 2 - 64)
    expect(alice.rpc.counts.busy).toBe(34)
    expect(network.traffic.requests).toBe(2)
    await scene.clock.advance(1_000)
    expect(calls.every(({ state }) => state === 'failed')).toBe(true)
  })

  it('calls that wait are made in their order as others end', async () => {
    const { alice, bob } = await meet({ alice: { maxCallsPerPeer: 3 } })
    const order: number[] = []
    let most = 0
    bob.rpc.handle('echo', body => {
      order.push(body[0]!)
      most = Math.max(most, bob.rpc.load.served)
      return body
    })
    const calls = Array.from({ length: 40 }, (_, i) =>
      watch(alice.rpc.call(bob.contact, 'echo', Uint8Array.of(i)))
    )
    await scene.clock.advance(1_000)
    expect(calls.every(({ state }) => state === 'done')).toBe(true)
    expect(order).toEqual(Array.from({ length: 40 }, (_, i) => i))
    expect(most).toBeLessThanOrEqual(3)
  })

  it('a peer that asks for too much is told busy, and everybody else is served', async () => {
    const { alice, bob, host } = await meet({
      alice: { maxCallsPerPeer: 64 },
      bob: { maxServed: 4, maxServedPerPeer: 2 }
    })
    const carol = await host('carol')
    bob.rpc.handle('slow', () => gate<Uint8Array>().promise)
    bob.rpc.handle('echo', body => body)
    const flood = Array.from({ length: 64 }, () =>
      watch(alice.rpc.call(bob.contact, 'slow', new Uint8Array()))
    )
    await scene.clock.advance(100)
    expect(bob.rpc.load).toMatchObject({ served: 2, queued: 16 })
    const refused = flood.filter(({ error }) => error?.fault === 'busy')
    expect(refused).toHaveLength(64 - 2 - 16)
    expect(refused[0]!.error.code).toBe('PEX_REFUSED')
    expect((await after(carol.rpc.call(bob.contact, 'echo', new Uint8Array()))).state).toBe('done')
  })
})
