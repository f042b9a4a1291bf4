import { dialString } from '@pex/address-book'
import { describe, expect, it } from 'vitest'
import { day, hour, minute, node, nodes, scene, second } from './comet-scene.ts'
import type { Scene, SceneInit } from './comet-scene.ts'

function seedScene(init: SceneInit = {}): Scene {
  return scene({ isSeed: true, ...init })
}

describe('a seed answers once and hangs up (PEX SeedMode)', () => {
  it('who calls and asks is shown whom the seed has met lately, and let go gracefully (PEX SeedModeFlushStop)', async () => {
    const one = seedScene({ good: nodes(1, 50), known: nodes(100, 50), isIdle: true })
    one.begin()
    const peer = one.calls(node(900))
    one.asks(peer)
    const ids = new Set(nodes(1, 50).map(({ id }) => id))
    expect(peer.answers).toHaveLength(1)
    expect(peer.answers[0]).toHaveLength(32)
    expect(peer.answers[0]!.every(id => ids.has(id))).toBe(true)
    expect(one.ends).toEqual([{ id: peer.id, reason: undefined }])
    await one.stop()
  })

  it('what comes after that is ignored, and no offence', async () => {
    const one = seedScene({ good: nodes(1, 5), lingers: true })
    const peer = one.calls(node(900))
    for (let i = 0; i < 5; i++) one.asks(peer)
    one.tells(peer, [node(7)])
    expect(peer.answers).toHaveLength(1)
    expect(one.ends).toHaveLength(1)
    expect(one.book.counts.banned).toBe(0)
    await one.stop()
  })

  it('whom it has met longer ago than it may say it does not show, and nobody whom it has only heard of', async () => {
    const one = seedScene({ good: nodes(1, 5), known: nodes(100, 5), answeredWithinMs: hour })
    await one.advance(2 * hour)
    const peer = one.calls(node(900))
    one.asks(peer)
    expect(peer.answers).toEqual([[]])
    await one.stop()
  })

  it('shows hearsay too where that is wanted, 30 %, as CometBFT does', async () => {
    const answeredWithinMs = Number.POSITIVE_INFINITY
    const one = seedScene({ good: nodes(1, 100), known: nodes(1_000, 100), answeredWithinMs })
    const peer = one.calls(node(900))
    one.asks(peer)
    const hearsay = peer.answers[0]!.map(id => one.book.get(id)!.isTried).filter(isTried => !isTried)
    expect(peer.answers[0]).toHaveLength(46)
    expect(hearsay).toHaveLength(14)
    await one.stop()
  })

  it('whom it has dialled may ask as it may ask anybody', async () => {
    const one = seedScene({ good: nodes(1, 5) })
    const peer = one.dialled(node(900))
    one.asks(peer)
    one.asks(peer)
    expect(peer.answers).toHaveLength(2)
    expect(one.ends).toEqual([])
    one.asks(peer)
    expect(one.book.isBanned(peer.id, one.clock.now())).toBe(true)
    await one.stop()
  })

  it('lets go whom it has held for 5 minutes, and persistent peers never', async () => {
    const one = seedScene()
    one.calls(node(1))
    one.dialled(node(2), { isPersistent: true })
    await one.advance(5 * minute - second)
    expect(one.peers.size).toBe(2)
    await one.advance(minute)
    expect([...one.peers.keys()]).toEqual([node(2).id])
    await one.stop()
  })

  it('holds them for 28 hours where that is wanted, and those that it has visited too, as CometBFT does', async () => {
    const one = seedScene({ known: [node(2)], holdMs: 28 * hour, leavesVisited: false })
    one.up(node(2))
    one.calls(node(1))
    await one.advance(second)
    one.tells(one.peers.get(node(2).id)!, [])
    await one.advance(27 * hour)
    expect(one.peers.size).toBe(2)
    await one.advance(2 * hour)
    expect(one.ends.map(({ id }) => id)).toEqual([node(1).id, node(2).id])
    await one.stop()
  })
})

describe('a seed crawls', () => {
  it('visits whom it knows of, asks each, and hangs up when it has answered', async () => {
    const one = seedScene({ known: nodes(1, 3) })
    one.up(...nodes(1, 3))
    await one.advance(20)
    expect(one.peers.size).toBe(3)
    for (const peer of one.peers.values()) {
      expect(peer.requests).toBe(1)
      one.tells(peer, nodes(10, 2))
    }
    expect(one.peers.size).toBe(0)
    expect(one.book.counts).toMatchObject({ tried: 3, fresh: 2 })
    await one.stop()
  })

  it('asks though its book has enough', async () => {
    const one = seedScene({ known: nodes(1, 1_500) })
    expect(one.book.needsMore).toBe(false)
    one.up(...nodes(1, 1_500))
    await one.advance(20)
    expect([...one.peers.values()].map(({ requests }) => requests)).toEqual(
      Array.from({ length: 10 }, () => 1)
    )
    await one.stop()
  })

  it('hangs up on who does not answer, and on who cannot be asked', async () => {
    const one = seedScene({ known: nodes(1, 3) })
    one.up(...nodes(1, 2))
    one.places.set(`${node(3).ip}:26656`, { isFull: true })
    await one.advance(20)
    expect([...one.peers.keys()].toSorted()).toEqual([node(1).id, node(2).id])
    await one.advance(30 * second)
    expect(one.peers.size).toBe(0)
    expect(one.count('expired')).toBe(2)
    await one.stop()
  })

  it('visits several at a time, and no more than it has room for', async () => {
    for (const [init, most] of [
      [{ crawlConcurrency: 3 }, 3],
      [{ maxOutbound: 4 }, 4],
      [{ maxOutbound: 50 }, 16]
    ] as const) {
      const one = seedScene({ known: nodes(1, 60), ...init })
      let highest = 0
      for (let i = 0; i < 40; i++) {
        await one.advance(100)
        highest = Math.max(highest, one.handle.counts.dialling)
      }
      expect(highest).toBe(most)
      expect(one.events.filter(event => event.kind === 'missed' && event.refusal === 'full')).toEqual([])
      await one.stop()
    }
  })

  it('the dead hold nobody up: a hundred of them take less than a minute', async () => {
    const one = seedScene({ known: nodes(1, 100), crawlConcurrency: 16, maxOutbound: 16 })
    await one.advance(3 * minute)
    expect(new Set(one.dials.map(({ address }) => address.id)).size).toBeGreaterThan(90)
    await one.stop()
  })

  it('visits nobody more often than every 2 minutes', async () => {
    const one = seedScene({ known: [node(1)], leavesVisited: true })
    one.up(node(1))
    for (let i = 0; i < 20 * 60; i++) {
      await one.advance(second)
      const peer = one.peers.get(node(1).id)
      if (peer !== undefined) one.tells(peer, [])
    }
    const gaps = one.dials.slice(1).map(({ at }, i) => at - one.dials[i]!.at)
    expect(one.dials.length).toBeGreaterThan(5)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2 * minute)
    await one.stop()
  })

  it('a visit that the node forestalls with a call of its own is none: it is made up for in the next round', async () => {
    const one = seedScene({ known: [node(1)], isIdle: true })
    one.places.set(dialString(node(1)), 'duplicate')
    one.begin()
    await one.advance(1)
    const caller = one.calls(node(1))
    await one.advance(second)
    one.leaves(caller)
    one.up(node(1))
    await one.advance(31 * second)
    expect(one.dials).toHaveLength(2)
    await one.stop()
  })

  it('gives up on a place after more than 16 failures (PEX max attempts in seed mode)', async () => {
    const one = seedScene({ known: [node(1)], crawlMs: 10 * minute })
    await one.clock.runUntil(() => one.count('banned') > 0, { maxMs: 5 * day })
    expect(one.dials).toHaveLength(17)
    expect(one.book.size).toBe(0)
    await one.stop()
  })

  it('forgets its visits after a day', async () => {
    const one = seedScene({ known: [node(1)] })
    one.up(node(1))
    await one.advance(second)
    expect(one.reactor.stats().crawl).toEqual({ visited: 1, queued: 0 })
    one.book.remove(node(1).id)
    await one.advance(day + minute)
    expect(one.reactor.stats().crawl.visited).toBe(0)
    await one.stop()
  })

  it('passes over persistent peers, which the switch dials, and those that are there', async () => {
    const one = seedScene({ known: nodes(1, 3), persistent: [node(1).id] })
    one.calls(node(2))
    await one.advance(second)
    expect(one.dials.map(({ address }) => address)).toEqual([node(3)])
    await one.stop()
  })

  it('asks other seeds first, and again whenever it knows nobody at all', async () => {
    const one = seedScene({ seeds: [`${node(1).id}@${node(1).ip}:26656`] })
    await one.advance(minute)
    expect(one.count('no-seed')).toBeGreaterThan(1)
    one.up(node(1), ...nodes(2, 4))
    await one.advance(31 * second)
    const seed = one.peers.get(node(1).id)!
    expect(seed.requests).toBe(1)
    one.tells(seed, nodes(2, 4))
    await one.advance(20)
    expect(one.peers.size).toBe(5)
    await one.stop()
  })

  it('asks other seeds again when all whom it has met are gone, and not while it meets somebody', async () => {
    const one = seedScene({ good: [node(2)], seeds: [`${node(1).id}@${node(1).ip}:26656`] })
    one.up(node(1), node(2))
    const asked = (): number => one.dials.filter(({ address }) => address.id === node(1).id).length
    await one.advance(second)
    expect(asked()).toBe(1)
    one.leaves(one.peers.get(node(1).id)!)
    await one.advance(30 * minute)
    expect(asked()).toBe(1)
    one.places.clear()
    await one.advance(15 * minute)
    expect(asked()).toBeGreaterThan(1)
    await one.stop()
  })

  it('reinstates whose ban is over while it wants more', async () => {
    const one = seedScene({ known: [node(1)] })
    one.book.ban(node(1).id, hour, one.clock.now())
    await one.advance(2 * hour)
    expect(one.dials.length).toBeGreaterThan(0)
    await one.stop()
  })

  it('nothing is left when it stops', async () => {
    const one = seedScene({ known: nodes(1, 60) })
    one.up(...nodes(1, 20))
    await one.advance(15)
    await one.stop()
    expect(one.clock.pending).toBe(0)
    await one.advance(hour)
    expect(one.dials.length).toBeLessThanOrEqual(20)
  })
})
