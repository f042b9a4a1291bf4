import { describe, expect, it } from 'vitest'
import { day, hour, minute, node, nodes, own, scene, second } from './comet-scene.ts'

describe('the rounds that keep a node in peers (PEX Basic)', () => {
  it('the first is at once where nobody is there, and the next 30 s later', async () => {
    const one = scene({ known: nodes(1, 1) })
    await one.advance(0)
    expect(one.dials).toEqual([{ address: node(1), at: 0 }])
    await one.advance(30 * second - 1)
    expect(one.dials).toHaveLength(1)
    await one.advance(1)
    expect(one.dials).toHaveLength(2)
    await one.stop()
  })

  it('the first is at a random time within 30 s where somebody is there', async () => {
    const firsts = new Set<number>()
    for (let seed = 1; seed <= 30; seed++) {
      const one = scene({ seed, isIdle: true, known: [node(1)] })
      Object.defineProperty(one.handle, 'counts', { value: { inbound: 1, outbound: 0, dialling: 0 } })
      one.begin()
      await one.clock.runUntil(() => one.dials.length > 0, { maxMs: 30 * second })
      firsts.add(Math.floor(one.dials[0]!.at / (6 * second)))
      await one.stop()
    }
    expect([...firsts].sort()).toEqual([0, 1, 2, 3, 4])
  })

  it('as many are dialled as are missing, all at the same time, and none when there are enough', async () => {
    const known = nodes(1, 200)
    const one = scene({ known, maxOutbound: 4, feelers: false })
    one.up(...known)
    await one.advance(0)
    expect(one.dials).toHaveLength(4)
    expect(new Set(one.dials.map(({ address }) => address.id)).size).toBe(4)
    await one.advance(5 * minute)
    expect(one.dials).toHaveLength(4)
    one.leaves([...one.peers.values()][0]!)
    await one.advance(30 * second)
    expect(one.dials).toHaveLength(5)
    await one.stop()
  })

  it('one place is kept free for those that are only tried, unless it is said how many peers are wanted', async () => {
    for (const [init, wanted] of [
      [{}, 9],
      [{ feelers: false }, 10],
      [{ outbound: 3 }, 3],
      [{ outbound: 0 }, 0],
      [{ maxOutbound: 1 }, 1],
      [{ maxOutbound: 0 }, 0]
    ] as const) {
      const one = scene({ known: nodes(1, 100), ...init })
      await one.advance(0)
      expect(one.dials).toHaveLength(wanted)
      await one.stop()
    }
  })

  it('dials under way count, and callers do not', async () => {
    const one = scene({ known: nodes(1, 100), maxOutbound: 3, feelers: false })
    for (const caller of nodes(5_000, 8)) one.calls(caller)
    await one.advance(0)
    one.reactor.ensureNow()
    await one.advance(500)
    expect(one.dials).toHaveLength(3)
    await one.stop()
  })

  it('prefers those that are good the fewer peers it has', async () => {
    const share = async (peers: number): Promise<number> => {
      let good = 0
      let all = 0
      for (let seed = 1; seed <= 20; seed++) {
        const one = scene({
          seed,
          known: nodes(1_000, 120),
          good: nodes(2_000, 120),
          outbound: peers + 5,
          maxOutbound: 99,
          isIdle: true
        })
        one.begin()
        for (const peer of nodes(5_000, peers)) one.dialled(peer)
        await one.advance(0)
        good += one.dials.filter(({ address }) => Number.parseInt(address.id, 16) >= 2_000).length
        all += one.dials.length
        await one.stop()
      }
      return good / all
    }
    const [none, many] = [await share(0), await share(8)]
    expect(none).toBeGreaterThan(0.85)
    expect(many).toBeLessThan(0.2)
  })

  it('passes over who is connected, on the way, persistent, at a connected IP, this node itself, or at port 0', async () => {
    const twin = { ...node(3), ip: node(2).ip, port: 1 }
    const known = [node(2), twin, node(4), { ...node(5), port: 0 }, node(6)]
    const one = scene({ known, persistent: [node(4).id], book: { own: [] } })
    one.book.add(own, node(1), one.clock.now())
    one.dialled(node(2))
    for (let i = 0; i < 20; i++) one.reactor.ensureNow()
    await one.advance(5 * minute)
    expect(new Set(one.dials.map(({ address }) => address.id))).toEqual(new Set([node(6).id]))
    await one.stop()
  })

  it('of two at one IP only one is dialled at a time', async () => {
    const one = scene({ known: [node(2), { ...node(3), ip: node(2).ip, port: 1 }] })
    await one.advance(0)
    expect(one.dials).toHaveLength(1)
    await one.stop()
  })

  it('with several peers of one IP allowed, they are dialled', async () => {
    const twin = { ...node(3), ip: node(2).ip, port: 1 }
    const one = scene({ known: [node(2), twin], allowDuplicateIp: true })
    one.up(node(2), twin)
    await one.advance(2 * minute)
    expect(one.peers.size).toBe(2)
    await one.stop()
  })

  it('asks a random peer in every round while the book wants more, callers too', async () => {
    const one = scene()
    const peers = nodes(1, 4).map(address => one.calls(address))
    await one.advance(20 * minute)
    for (const peer of peers) expect(peer.requests).toBeGreaterThan(0)
    await one.stop()
  })

  it('asks on though all slots are taken', async () => {
    const one = scene({ maxOutbound: 1 })
    const peer = one.dialled(node(1))
    for (let i = 0; i < 4; i++) {
      one.tells(peer, [])
      await one.advance(30 * second)
    }
    expect(peer.requests).toBeGreaterThan(2)
    await one.stop()
  })

  it('with all slots taken somebody new is tried every 2 minutes, and left again', async () => {
    const known = nodes(10, 60)
    const one = scene({ known, maxOutbound: 2 })
    one.up(...known)
    const kept = one.dialled(node(1))
    await one.advance(10 * minute + second)
    expect(one.dials.length).toBeGreaterThanOrEqual(5)
    expect(one.dials.length).toBeLessThanOrEqual(6)
    expect([...one.peers.values()]).toEqual([kept])
    expect(one.book.counts.tried).toBe(one.dials.length + 1)
    await one.stop()
  })

  it('nothing is left when it stops, in the middle of dials too', async () => {
    const one = scene({ known: nodes(1, 30), seeds: [`${node(1).id}@${node(1).ip}:26656`] })
    await one.advance(500)
    expect(one.handle.counts.dialling).toBe(9)
    const told = one.events.length
    one.reactor.ensureNow()
    await one.stop()
    expect(one.clock.pending).toBe(0)
    expect(one.events.length).toBe(told)
  })
})

describe('dials that fail (PEX DialPeer back-off)', () => {
  it('the n-th failure of a place is followed by a wait of 2^n s and up to a second more', async () => {
    const one = scene({ known: [node(1)], ensureMs: 100 })
    const times: number[] = []
    await one.clock.runUntil(() => one.dials.length > 7, { maxMs: hour })
    for (const { at } of one.dials) times.push(at)
    times.slice(1).forEach((at, i) => {
      const waited = at - times[i]! - second
      expect(waited).toBeGreaterThanOrEqual(2 ** (i + 1) * second)
      expect(waited).toBeLessThanOrEqual((2 ** (i + 1) + 1) * second + 100)
    })
    expect(one.reactor.attempts(node(1))).toBe(7)
    expect(one.book.get(node(1).id)?.attempts).toBe(7)
    await one.stop()
  })

  it('after more than 16 failures the peer is banned for a day, and comes back after it', async () => {
    const one = scene({ known: [node(1)], ensureMs: 10 * minute })
    await one.clock.runUntil(() => one.count('banned') > 0, { maxMs: 5 * day })
    expect(one.dials).toHaveLength(17)
    expect(one.events.at(-1)).toEqual({ kind: 'banned', id: node(1).id, reason: 'unreachable' })
    expect(one.book.isBanned(node(1).id, one.clock.now())).toBe(true)
    await one.clock.runUntil(() => one.count('reinstated') > 0, { maxMs: day + 10 * minute })
    expect(one.book.get(node(1).id)).toBeDefined()
    one.up(node(1))
    await one.advance(20 * minute)
    expect(one.peers.size).toBe(1)
    await one.stop()
  })

  it('many ids that are said to be at one place do not have it dialled more often', async () => {
    const victims = nodes(1, 300).map(({ id }) => ({ ...node(1), id }))
    const one = scene({ known: victims, allowDuplicateIp: false })
    await one.advance(5 * minute)
    expect(one.dials.length).toBeLessThanOrEqual(9)
    await one.stop()
  })

  it('a dial that the switch declines teaches nothing', async () => {
    for (const refusal of ['full', 'duplicate', 'duplicate-ip', 'filtered', 'not-now'] as const) {
      const one = scene({ known: [node(1)] })
      one.places.set(`${node(1).ip}:26656`, refusal)
      await one.advance(minute)
      expect(one.count('missed')).toBeGreaterThanOrEqual(2)
      expect(one.reactor.attempts(node(1))).toBe(0)
      expect(one.book.get(node(1).id)?.attempts).toBe(0)
      await one.stop()
    }
  })

  it('a false id at a true place costs the book that entry, and its owner nothing', async () => {
    for (const refusal of ['wrong-id', 'self'] as const) {
      const one = scene({ known: [node(1)] })
      one.places.set(`${node(1).ip}:26656`, refusal)
      await one.advance(second)
      expect(one.book.get(node(1).id)).toBeUndefined()
      expect(one.book.isBanned(node(1).id, one.clock.now())).toBe(false)
      await one.stop()
    }
  })

  it('one that was met there once is not forgotten for it', async () => {
    const one = scene({ good: [node(1)] })
    one.places.set(`${node(1).ip}:26656`, 'wrong-id')
    await one.advance(second)
    expect(one.book.get(node(1).id)).toMatchObject({ attempts: 1 })
    await one.stop()
  })

  it('one of another chain is kept out for a day', async () => {
    for (const refusal of ['wrong-network', 'wrong-block', 'no-common-channel'] as const) {
      const one = scene({ known: [node(1)] })
      one.places.set(`${node(1).ip}:26656`, refusal)
      await one.advance(second)
      expect(one.book.isBanned(node(1).id, one.clock.now())).toBe(true)
      expect(one.reactor.stats().bans).toMatchObject({ incompatible: 1 })
      await one.stop()
    }
  })

  it('success forgets the failures', async () => {
    const one = scene({ known: [node(1)] })
    await one.advance(2 * second)
    expect(one.reactor.attempts(node(1))).toBe(1)
    one.up(node(1))
    await one.advance(minute)
    expect(one.reactor.attempts(node(1))).toBe(0)
    expect(one.reactor.stats()).toMatchObject({ waits: 0, events: { reached: 1, missed: 1 } })
    await one.stop()
  })
})
