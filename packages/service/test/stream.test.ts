import type { PeerRecord } from '@pex/core'
import type { Pex } from '@pex/service'
import { virtualNetwork } from '@pex/testkit/network'
import { describe, expect, it } from 'vitest'
import { contact, TICK, world } from './world.ts'
import type { World } from './world.ts'

/** Hosts that all know each other. */
async function crowd({ host, clock }: World, size: number): Promise<Pex[]> {
  const first = await host({ namespaces: ['x'] })
  const hosts = [first]
  for (let i = 1; i < size; i++) hosts.push(await host({ namespaces: ['x'], bootstrap: [contact(first)] }))
  for (const pex of hosts) await pex.start()
  await clock.advance(15 * TICK)
  for (const pex of hosts) expect(pex.view('x')).toHaveLength(size - 1)
  return hosts
}

/** Takes what the stream gives, until it ends; `ended` says whether it has. */
function taking(stream: AsyncIterable<PeerRecord>): {
  readonly ids: string[]
  readonly ended: () => boolean
} {
  const ids: string[] = []
  let over = false
  void (async () => {
    for await (const { id } of stream) ids.push(id)
    over = true
  })()
  return { ids, ended: () => over }
}

describe('the stream of peers', () => {
  it('gives everybody in the view once, then waits; and again when a round has brought nobody new', async () => {
    const w = world()
    const [a, ...others] = await crowd(w, 5)
    const { ids } = taking(a!.stream('x'))
    await w.clock.settle()
    expect([...ids].sort()).toEqual(others.map(({ id }) => id).sort())
    await w.clock.advance(3 * TICK)
    expect(ids.length % 4).toBe(0)
    expect(ids.length).toBeGreaterThan(8)
    for (let i = 0; i < ids.length; i += 4) expect(new Set(ids.slice(i, i + 4)).size).toBe(4)
    await Promise.all([a!, ...others].map(pex => pex.stop()))
    expect(w.clock.pending).toBe(0)
  })

  it('gives a newcomer as soon as it is in the view', async () => {
    const w = world()
    const [a, ...others] = await crowd(w, 3)
    const { ids } = taking(a!.stream('x'))
    const newcomer = await w.host({ namespaces: ['x'], bootstrap: [contact(a!)] })
    await newcomer.start()
    await w.clock.advance(10)
    expect(ids).toContain(newcomer.id)
    await Promise.all([a!, newcomer, ...others].map(pex => pex.stop()))
  })

  it('ends with its signal, and with the namespace, whether somebody waits or not', async () => {
    const w = world()
    const hosts = await crowd(w, 2)
    const [a] = hosts as [Pex]
    const controller = new AbortController()
    const { signal } = controller
    const [aborted, left] = [taking(a.stream('x', { signal })), taking(a.stream('x'))]
    await w.clock.settle()
    expect([aborted.ended(), left.ended()]).toEqual([false, false])
    controller.abort()
    await w.clock.settle()
    expect([aborted.ended(), left.ended()]).toEqual([true, false])
    await a.leave('x')
    await w.clock.settle()
    expect(left.ended()).toBe(true)
    await a.join('x')
    const already = taking(a.stream('x', { signal }))
    await w.clock.settle()
    expect([already.ids, already.ended()]).toEqual([[], true])
    await Promise.all(hosts.map(pex => pex.stop()))
  })

  it('is shared by all who read it: each peer goes to one of them', async () => {
    const w = world()
    const [a, ...others] = await crowd(w, 6)
    const streams = [taking(a!.stream('x')), taking(a!.stream('x'))]
    await w.clock.settle()
    expect(streams.flatMap(({ ids }) => ids).sort()).toEqual(others.map(({ id }) => id).sort())
    await Promise.all([a!, ...others].map(pex => pex.stop()))
  })

  it('of a namespace that has not been joined is refused at once', async () => {
    const w = world()
    const a = await w.host()
    await a.start()
    expect(() => a.stream('x')).toThrow(expect.objectContaining({ code: 'PEX_NOT_JOINED' }))
    expect(() => a.estimate('x')).toThrow(expect.objectContaining({ code: 'PEX_NOT_JOINED' }))
    await a.stop()
  })
})

describe('samples', () => {
  it('give nobody again before everybody of the view has been given', async () => {
    const w = world()
    const [a, ...others] = await crowd(w, 7)
    for (let generation = 0; generation < 3; generation++) {
      const drawn = [...a!.sample('x', 2), ...a!.sample('x', 3), ...a!.sample('x', 1)].map(({ id }) => id)
      expect(drawn.sort()).toEqual(others.map(({ id }) => id).sort())
    }
    await Promise.all([a!, ...others].map(pex => pex.stop()))
  })
})

describe('the size of the network', () => {
  it('is counted by two methods, which agree; every host comes to know it, and is told when it changes', async () => {
    const hosts = 24
    const network = await virtualNetwork({ hosts, seed: 3, latencyMs: [10, 50] })
    const told: number[] = []
    let alarms = 0
    for (const { pex } of network.hosts) {
      pex.addEventListener('size:estimate', ({ detail: { namespace, size, low, high } }) => {
        expect([namespace, low <= size, size <= high]).toEqual(['test', true, true])
        told.push(size)
      })
      pex.addEventListener('size:alarm', () => void alarms++)
    }
    expect(network.hosts[0]!.pex.estimate('test')).toBeUndefined()
    await network.rounds(80)
    const estimates = network.hosts.map(({ pex }) => pex.estimate('test')!)
    for (const { averaging, collisions, size, alarm } of estimates) {
      expect(Math.abs(size / hosts - 1)).toBeLessThan(0.1)
      expect(Math.abs(averaging!.size / hosts - 1)).toBeLessThan(0.1)
      expect(Math.abs(collisions!.size / hosts - 1)).toBeLessThan(0.3)
      expect(alarm).toBe(false)
    }
    expect(alarms).toBe(0)
    expect(told.length).toBeGreaterThan(hosts)
    await network.stop()
    expect(network.clock.pending).toBe(0)
  })
})
