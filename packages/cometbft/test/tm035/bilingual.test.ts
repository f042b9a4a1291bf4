import { describe, expect, it } from 'vitest'
import { dialects } from '@pex/cometbft'
import type { PexMessage } from '@pex/cometbft'
import { pexScene, request } from './pex-scene.ts'
import { a, addAll, b, c, d, memory, nth, tcp } from './scene.ts'

describe('the bilingual dialect', () => {
  const legacy: PexMessage = { kind: 'request', version: 1 }

  it('asks in the first version whoever has only addresses over TCP, or none, and others in the second', async () => {
    const scene = pexScene({ dialect: 'tm035' })
    addAll(scene.manager, tcp(a), tcp(b), memory(b))
    const peers = [a, b, c].map(one => scene.comes(one))
    await scene.clock.advance(300)
    expect(peers.map(({ heard }) => heard.map(({ message }) => message))).toEqual([
      [legacy],
      [request],
      [legacy]
    ])
  })

  it('asks nobody twice within ten seconds in the first version, since CometBFT’s nodes ban for that', async () => {
    const scene = pexScene({ dialect: 'tm035' })
    const peer = scene.comes(a)
    for (let i = 0; i < 60; i++) {
      await scene.clock.advance(1_000)
      scene.says(peer, {
        kind: 'addresses',
        version: 1,
        addresses: [{ id: nth(i), ip: '10.0.0.1', port: 1 + i }]
      })
    }
    const gaps = peer.requests.slice(1).map((at, i) => at - peer.requests[i]!)
    expect(peer.requests.length).toBeGreaterThan(2)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10_500)
  })

  it('answers each version in its own: the first with literal addresses, names looked up', async () => {
    const asked: string[] = []
    const resolve = async (name: string): Promise<string[]> => {
      asked.push(name)
      return ['10.0.0.3', '::1', 'nonsense']
    }
    const scene = pexScene({ dialect: 'tm035', resolve })
    addAll(scene.manager, tcp(b, '10.0.0.2', 1), tcp(c, 'host.domain', 80), memory(d))
    const peer = scene.comes(a)
    scene.says(peer, legacy)
    await scene.clock.settle()
    const [first] = peer.answers as [PexMessage & { readonly version: 1; readonly kind: 'addresses' }]
    expect(first.version).toBe(1)
    expect(first.addresses.map(({ id, ip, port }) => `${id[0]} ${ip} ${port}`).sort()).toEqual([
      'b 10.0.0.2 1',
      'c 10.0.0.3 80',
      'c ::1 80'
    ])
    expect(asked).toEqual(['host.domain'])
    await scene.clock.advance(100)
    scene.says(peer, request)
    expect((peer.answers.at(-1) as unknown as { urls: string[] }).urls).toHaveLength(3)
  })

  it('waits three seconds for a name, looks few of them up, and leaves out the rest', async () => {
    let lookups = 0
    const resolve = (_: string, { signal }: { readonly signal: AbortSignal }): Promise<string[]> => {
      lookups++
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      )
    }
    const scene = pexScene({ dialect: 'tm035', resolve })
    for (let n = 1; n <= 30; n++) scene.manager.add(tcp(nth(n), `host${n}`, 1), 0)
    addAll(scene.manager, tcp(b, '10.0.0.2', 1))
    const peer = scene.comes(a)
    scene.says(peer, legacy)
    await scene.clock.advance(2_999)
    expect(peer.answers).toEqual([])
    await scene.clock.advance(1)
    expect(peer.answers).toEqual([
      { kind: 'addresses', version: 1, addresses: [{ id: b, ip: '10.0.0.2', port: 1 }] }
    ])
    expect(lookups).toBe(10)
  })

  it('does not answer who has gone meanwhile, and leaves names out without a resolver', async () => {
    const scene = pexScene({ dialect: 'tm035' })
    addAll(scene.manager, tcp(c, 'host.domain', 80))
    const [peer, leaver] = [scene.comes(a), scene.comes(b)]
    scene.says(peer, legacy)
    scene.says(leaver, legacy)
    scene.goes(leaver)
    await scene.clock.settle()
    expect(peer.answers).toEqual([{ kind: 'addresses', version: 1, addresses: [] }])
    expect(leaver.answers).toEqual([])
  })

  it('takes 250 addresses of the first version, which v0.34 sends', async () => {
    const scene = pexScene({ dialect: 'tm035' })
    const peer = scene.comes(a)
    await scene.clock.advance(200)
    const addresses = Array.from({ length: 250 }, (_, i) => ({ id: nth(i + 1), ip: '10.0.0.1', port: i + 1 }))
    await scene.saysBytes(peer, dialects.cometbft.encode({ kind: 'addresses', version: 1, addresses }))
    expect(scene.events.at(-1)).toMatchObject({ kind: 'answered', count: 250, added: 250 })
    expect(scene.manager.addresses(nth(1))).toEqual([tcp(nth(1), '10.0.0.1', 1)])
  })
})
