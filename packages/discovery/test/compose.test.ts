import { PexError } from '@pex/core'
import type { Discovery, Found } from '@pex/core'
import { allOf, firstOf, fixedPeers, routed } from '@pex/discovery'
import { virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { search } from './world.ts'

const signal = new AbortController().signal

/** A source that finds these peers, each after so many ms. */
function slow(clock: VirtualClock, ms: number, ...peers: readonly string[]): Discovery & { ended: boolean } {
  const source = {
    ended: false,
    async *findPeers(_namespace: string, options: { signal: AbortSignal }): AsyncIterable<Found> {
      try {
        for (const peer of peers) {
          await new Promise<void>(resolve => {
            const cancel = clock.after(ms, resolve)
            options.signal.addEventListener('abort', () => {
              cancel()
              resolve()
            })
          })
          if (options.signal.aborted) return
          yield { addresses: [`/memory/${peer}`] }
        }
      } finally {
        source.ended = true
      }
    }
  }
  return source
}

const failing: Discovery = {
  // oxlint-disable-next-line require-yield
  async *findPeers() {
    throw new PexError('PEX_UNREACHABLE', 'it fails')
  },
  advertise: () => Promise.reject(new PexError('PEX_UNREACHABLE', 'it fails'))
}

const advertised = (ms: number, seen: string[] = []): Discovery & { seen: string[] } => ({
  ...fixedPeers([]),
  seen,
  async advertise(namespace) {
    seen.push(namespace)
    return ms
  }
})

function names(found: readonly Found[]): string[] {
  return found.map(({ addresses }) => addresses[0]!.slice('/memory/'.length))
}

describe('a static list', () => {
  it('gives its peers in their order, for any namespace', async () => {
    const id = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
    const list = fixedPeers([`/ip4/192.0.2.1/tcp/4001/p2p/${id}`, { addresses: ['/memory/b'] }])
    const { found } = await search(list, 'any', virtualClock())
    expect(found).toEqual([{ id, addresses: ['/ip4/192.0.2.1/tcp/4001'] }, { addresses: ['/memory/b'] }])
    expect((await search(list, 'any', virtualClock(), { signal: AbortSignal.abort() })).found).toEqual([])
  })

  it('refuses what is no multiaddr', () => {
    expect(() => fixedPeers(['192.0.2.1:4001'])).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
  })
})

describe('the first of several sources', () => {
  it('that finds somebody is the last that is asked', async () => {
    const clock = virtualClock()
    const third = slow(clock, 1, 'c')
    const source = firstOf(failing, slow(clock, 1), slow(clock, 10, 'a', 'b'), third)
    expect(names((await search(source, 'any', clock)).found)).toEqual(['a', 'b'])
    expect(third.ended).toBe(false)
  })

  it('is nobody where all fail', async () => {
    expect((await search(firstOf(failing, failing), 'any', virtualClock())).found).toEqual([])
  })
})

describe('all of several sources', () => {
  it('are asked at once, and each peer comes as it is found, once', async () => {
    const clock = virtualClock()
    const source = allOf(slow(clock, 30, 'a', 'b'), failing, slow(clock, 20, 'c', 'a', 'd'))
    const { found, tookMs } = await search(source, 'any', clock)
    expect(names(found)).toEqual(['c', 'a', 'b', 'd'])
    expect(tookMs).toBe(60)
  })

  it('are stopped when the caller has found enough', async () => {
    const clock = virtualClock()
    const [one, other] = [slow(clock, 10, 'a', 'b'), slow(clock, 1000, 'c')]
    expect(names((await search(allOf(one, other), 'any', clock, { most: 1 })).found)).toEqual(['a'])
    await clock.settle()
    expect([one.ended, other.ended, clock.pending]).toEqual([true, true, 0])
  })
})

describe('advertising in several sources', () => {
  it('is done in every one that can, and again as soon as the first wants', async () => {
    const [one, other] = [advertised(50), advertised(20)]
    for (const source of [
      firstOf(one, fixedPeers([]), failing, other),
      allOf(one, fixedPeers([]), failing, other)
    ])
      expect(await source.advertise!('pex', { signal })).toBe(20)
    expect([one.seen, other.seen]).toEqual([
      ['pex', 'pex'],
      ['pex', 'pex']
    ])
    expect(await allOf(fixedPeers([])).advertise!('pex', { signal })).toBe(Infinity)
    await expect(allOf(failing, failing).advertise!('pex', { signal })).rejects.toMatchObject({
      code: 'PEX_UNREACHABLE'
    })
  })
})

describe('a router', () => {
  const clock = virtualClock()
  const [a, b, c] = ['a', 'b', 'c'].map(name => fixedPeers([{ addresses: [`/memory/${name}`] }]))
  const router = routed(
    [
      ['org.example.', a!],
      [/^test-\d+$/g, b!],
      [namespace => namespace.length === 1, c!]
    ],
    advertised(7)
  )

  it.each([
    ['org.example.pex', ['a']],
    ['test-1', ['b']],
    ['test-1', ['b']],
    ['x', ['c']],
    ['another', []]
  ])('sends %s to %o', async (namespace, expected) => {
    expect(names((await search(router, namespace, clock)).found)).toEqual(expected)
  })

  it('advertises in the source of the namespace alone', async () => {
    expect(await router.advertise!('another', { signal })).toBe(7)
    expect(await router.advertise!('x', { signal })).toBe(Infinity)
    expect(await routed([]).advertise!('x', { signal })).toBe(Infinity)
  })
})
