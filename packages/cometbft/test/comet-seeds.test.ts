import { describe, expect, it } from 'vitest'
import type { Resolve } from '@pex/cometbft'
import { minute, node, nodes, scene, second } from './comet-scene.ts'

const seedText = `${node(1).id}@${node(1).ip}:26656`

describe('configured seeds', () => {
  it('one is dialled at once where the book is empty (PEX UsesSeedsIfNeeded)', async () => {
    const one = scene({ seeds: [seedText] })
    one.up(node(1))
    await one.advance(20)
    expect(one.peers.get(node(1).id)?.requests).toBe(1)
    expect(one.vouched).toEqual([node(1)])
    await one.stop()
  })

  it('they are tried in random order until one is there', async () => {
    const orders = new Set<string>()
    for (let seed = 1; seed <= 40; seed++) {
      const seeds = nodes(1, 3).map(({ id, ip }) => `${id}@${ip}:26656`)
      const one = scene({ seed, seeds })
      one.up(node(2))
      await one.advance(10 * second)
      expect(one.dials.at(-1)?.address).toEqual(node(2))
      orders.add(one.dials.map(({ address }) => Number.parseInt(address.id, 16)).join())
      await one.stop()
    }
    expect([...orders].sort()).toEqual(['1,2', '1,3,2', '2', '3,1,2', '3,2'])
  })

  it('none is dialled while the book has somebody to dial, and one is when all that it has must wait', async () => {
    const one = scene({ seeds: [seedText], known: [node(2)] })
    one.up(node(1))
    await one.advance(minute - 1)
    expect(one.dials.map(({ address }) => address)).toEqual([node(2), node(2)])
    await one.advance(5 * minute)
    expect(one.peers.has(node(1).id)).toBe(true)
    await one.stop()
  })

  it('what a seed names is dialled at once, without another question (PEX ConnectionSpeedForPeerReceivedFromSeed)', async () => {
    const others = nodes(2, 3)
    const one = scene({ seeds: [seedText] })
    one.up(node(1), ...others)
    await one.advance(20)
    const seed = one.peers.get(node(1).id)!
    const other = one.calls(node(9))
    one.tells(seed, others)
    await one.advance(20)
    expect(one.peers.size).toBe(5)
    expect(seed.requests).toBe(1)
    expect(other.requests).toBe(0)
    await one.stop()
  })

  it('a seed that hangs up leaves its place to another at once, and is not dialled again before the next round', async () => {
    const others = nodes(2, 3)
    const one = scene({ seeds: [seedText], maxOutbound: 2, feelers: false })
    one.up(node(1), ...others)
    await one.advance(20)
    const seed = one.peers.get(node(1).id)!
    one.tells(seed, others)
    await one.advance(20)
    expect(one.peers.size).toBe(2)
    one.leaves(seed)
    await one.advance(20)
    expect(one.peers.size).toBe(2)
    for (const peer of one.peers.values()) one.leaves(peer)
    one.book.remove(node(2).id)
    one.book.remove(node(3).id)
    one.book.remove(node(4).id)
    const before = one.dials.length
    one.leaves(one.dialled(node(1)))
    await one.advance(29 * second)
    expect(one.dials.length).toBe(before)
    await one.advance(second)
    expect(one.dials.at(-1)?.address).toEqual(node(1))
    await one.stop()
  })

  it('what another peer names waits for the round', async () => {
    const one = scene()
    await one.advance(second)
    const peer = one.dialled(node(1))
    one.tells(peer, [node(2)])
    await one.advance(20 * second)
    expect(one.dials).toEqual([])
    await one.advance(10 * second)
    expect(one.dials).toMatchObject([{ address: node(2) }])
    await one.stop()
  })

  it('a seed is not named to others for being one', async () => {
    const one = scene({ seeds: [seedText] })
    one.up(node(1))
    await one.advance(minute)
    expect(one.peers.size).toBe(1)
    expect(one.book.size).toBe(0)
    await one.stop()
  })

  it('a name that nobody knows is no end: it is looked up again at every dial (PEX CheckSeeds)', async () => {
    let knows = false
    const asked: string[] = []
    const resolve: Resolve = async name => {
      asked.push(name)
      if (!knows) throw new Error('no such name')
      return ['9.9.9.9', node(1).ip]
    }
    const one = scene({ seeds: [`${node(1).id}@seed.example:26656`], resolve })
    one.up(node(1))
    await one.advance(second)
    expect(one.count('no-seed')).toBe(1)
    knows = true
    await one.advance(minute)
    expect(one.peers.has(node(1).id)).toBe(true)
    expect(asked).toEqual(['seed.example', 'seed.example'])
    expect(one.dials.map(({ address }) => address.ip)).toEqual(['9.9.9.9', node(1).ip])
    await one.stop()
  })

  it('a name that is looked up for ever does not keep others from being dialled', async () => {
    let asked = 0
    const signals: AbortSignal[] = []
    const resolve: Resolve = (_name, { signal }) => {
      asked++
      signals.push(signal)
      return new Promise(() => {})
    }
    for (let seed = 1; seed <= 6; seed++) {
      const one = scene({ seed, seeds: [`${node(2).id}@seed.example:26656`, seedText], resolve })
      one.up(node(1))
      await one.advance(4 * second)
      expect(one.peers.has(node(1).id)).toBe(true)
      await one.stop()
    }
    expect(asked).toBeGreaterThan(0)
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
    const one = scene({ seeds: [`${node(2).id}@seed.example:26656`], resolve })
    await one.advance(second)
    await one.stop()
    expect(one.clock.pending).toBe(0)
  })

  it('they are dialled once at a time, however long that takes', async () => {
    const one = scene({ seeds: [seedText], ensureMs: 300 })
    await one.advance(900)
    expect(one.dials).toHaveLength(1)
    await one.stop()
    let asked = 0
    const resolve: Resolve = () => {
      asked++
      return new Promise(() => {})
    }
    const two = scene({ seeds: [`${node(2).id}@seed.example:26656`], resolve, ensureMs: 300 })
    await two.advance(2 * second)
    expect(asked).toBe(1)
    await two.stop()
  })

  it('works without any', async () => {
    const one = scene()
    await one.advance(minute)
    expect(one.dials).toEqual([])
    expect(one.count('no-seed')).toBe(0)
    await one.stop()
  })
})
