import { describe, expect, it } from 'vitest'
import { pexReactor } from '@pex/cometbft'
import { AddressBook, netAddresses, rules } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import { minute, node, nodeId, nodes, own, scene, second } from './comet-scene.ts'

describe('a peer that comes (PEX AddRemovePeer)', () => {
  it('one that was dialled is asked at once, and is good', async () => {
    const one = scene({ known: [node(1)] })
    const peer = one.dialled(node(1))
    expect(peer.requests).toBe(1)
    expect(one.book.get(node(1).id)).toMatchObject({ isTried: true })
    await one.stop()
  })

  it('one that calls is noted under the address that it tells, as its own source, and is not asked', async () => {
    const one = scene()
    const peer = one.calls(node(1))
    expect(peer.requests).toBe(0)
    expect(one.book.get(node(1).id)).toMatchObject({ address: node(1), source: node(1), isTried: false })
    await one.stop()
  })

  it('one that calls and says to listen nowhere, or at port 0, is not noted', async () => {
    const one = scene()
    one.calls(node(1), { isUnlisted: true })
    one.calls({ ...node(2), port: 0 })
    expect(one.book.size).toBe(0)
    await one.stop()
  })

  it('nobody is asked when the book has enough', async () => {
    const one = scene({ known: nodes(100, 1_200) })
    expect(one.book.needsMore).toBe(false)
    expect(one.dialled(node(1)).requests).toBe(0)
    await one.stop()
  })

  it('one that calls from its new address takes its old one out of the book; from elsewhere it does not', async () => {
    const one = scene({ known: [node(1), node(2)] })
    const moved = { ...node(1), ip: '99.1.2.3' }
    one.calls(moved)
    expect(one.book.get(node(1).id)?.address).toEqual(moved)
    one.calls({ ...node(2), ip: '99.9.9.9' }, { socketIp: '88.8.8.8' })
    expect(one.book.get(node(2).id)?.address).toEqual(node(2))
    await one.stop()
  })

  it('what it tells is blamed on where it is, not on where it says to be', async () => {
    const one = scene()
    const peer = one.dialled(node(1), { socketIp: '77.7.7.7' })
    one.tells(peer, [node(2)])
    expect(one.book.get(node(2).id)?.source.ip).toBe('77.7.7.7')
    await one.stop()
  })

  it('with marksGood off nobody becomes good, as in CometBFT', async () => {
    const one = scene({ known: [node(1)], marksGood: false })
    one.dialled(node(1))
    expect(one.book.counts).toMatchObject({ fresh: 1, tried: 0 })
    await one.stop()
  })

  it('a session begins anew with each connection', async () => {
    const one = scene({ known: [node(1)] })
    const before = one.dialled(node(1))
    one.leaves(before)
    expect(one.reactor.stats().waiting).toBe(0)
    const after = one.dialled(node(1))
    expect(after.requests).toBe(1)
    one.tells(before, [node(2)])
    expect(one.book.get(node(2).id)).toBeUndefined()
    one.tells(after, [node(2)])
    expect(one.book.get(node(2).id)).toBeDefined()
    await one.stop()
  })
})

describe('what a peer may say (PEX Receive)', () => {
  it('a request is answered with a part of the book, without the asker and without this node', async () => {
    const one = scene({ known: nodes(1, 20), book: { own: [] } })
    one.book.add(own, node(1), one.clock.now())
    const peer = one.calls(node(1))
    one.asks(peer)
    const [answer] = peer.answers
    expect(answer).toHaveLength(19)
    expect(answer).not.toContain(own.id)
    expect(answer).not.toContain(peer.id)
    await one.stop()
  })

  it('an answer that was asked for fills the book', async () => {
    const one = scene()
    const peer = one.dialled(node(1))
    one.tells(peer, [...nodes(2, 3), own, { ...node(9), port: 0 }, { ...node(10), id: 'nonsense' }])
    expect(one.book.size).toBe(4)
    expect(one.events.at(-1)).toEqual({ kind: 'answered', id: peer.id, count: 6, added: 3 })
    await one.stop()
  })

  it('no more than 250 addresses are shown, whatever the size of the book', async () => {
    const one = scene({ known: nodes(1, 4_000) })
    const peer = one.calls(node(9_000))
    one.asks(peer)
    expect(peer.answers[0]).toHaveLength(250)
    await one.stop()
  })

  it('an answer that does not fit into the queue is not sent, and nobody is blamed', async () => {
    const one = scene({ known: nodes(1, 4) })
    const peer = one.calls(node(9))
    peer.hasRoom = false
    one.asks(peer)
    expect(one.count('served')).toBe(0)
    expect(one.ends).toEqual([])
    await one.stop()
  })
})

describe('requests of ours', () => {
  it('one is outstanding at a time, and the next goes out when it is answered and time has passed', async () => {
    const one = scene()
    const peer = one.dialled(node(1), { version: '1.0.1' })
    one.reactor.ensureNow()
    await one.advance(second)
    expect(peer.requests).toBe(1)
    one.tells(peer, [])
    await one.advance(14 * second)
    expect(peer.requests).toBe(1)
    await one.advance(minute)
    expect(peer.requests).toBe(2)
    await one.stop()
  })

  it('a round does not ask again whom the handshake has just asked', async () => {
    const one = scene()
    await one.advance(29 * second)
    const peer = one.dialled(node(1))
    one.tells(peer, [])
    await one.advance(30 * second)
    expect(peer.requests).toBe(1)
    await one.advance(second)
    expect(peer.requests).toBe(2)
    await one.stop()
  })

  it('one without an answer expires; a late answer is no offence; who stays silent is not asked again', async () => {
    const one = scene()
    const peer = one.dialled(node(1))
    await one.advance(5 * minute)
    expect(peer.requests).toBe(2)
    expect(one.count('expired')).toBe(2)
    expect(one.reactor.stats().waiting).toBe(0)
    one.tells(peer, [node(2)])
    expect(one.ends).toEqual([])
    expect(one.book.get(node(2).id)).toBeDefined()
    await one.advance(minute)
    expect(peer.requests).toBe(3)
    await one.stop()
  })

  it('none is counted that did not go out', async () => {
    const one = scene()
    const peer = one.calls(node(1))
    peer.hasRoom = false
    await one.advance(2 * minute)
    expect(one.count('asked')).toBe(0)
    peer.hasRoom = true
    await one.advance(minute)
    expect(peer.requests).toBe(1)
    await one.stop()
  })

  it('a strict CometBFT node never has a reason to complain', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const one = scene({ seed, seeds: [`${node(1).id}@${node(1).ip}:26656`] })
      one.up(node(1))
      const gaps: number[] = []
      let last = Number.NEGATIVE_INFINITY
      let seen = 0
      for (let i = 0; i < 600; i++) {
        await one.advance(second / 2)
        const peer = one.peers.get(node(1).id)
        if (peer === undefined || peer.requests === seen) continue
        seen = peer.requests
        gaps.push(one.clock.now() - last)
        last = one.clock.now()
        one.tells(peer, [])
      }
      expect(gaps.length).toBeGreaterThan(5)
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(14 * second)
      await one.stop()
    }
  })
})

describe('options', () => {
  const book = new AddressBook({ kind: netAddresses(), rules: rules.cometbft, rng: seeded(1) })
  const wrong = [
    { seeds: ['nonsense'] },
    { seeds: [`${nodeId(1)}@1.2.3.4`] },
    { seeds: [`memory:${nodeId(1)}`] },
    { seeds: [`${nodeId(1)}@seed.example:26656`] },
    { ensureMs: 0 },
    { banMs: -1 },
    { seedBias: 101 },
    { crawlConcurrency: 0 },
    { answeredWithinMs: 0.5 },
    { answeredWithinMs: 0 }
  ]
  it.each(wrong)('%j is refused', init => {
    expect(() => pexReactor({ book, ...init })).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
  })
})
