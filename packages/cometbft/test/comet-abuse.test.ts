import { describe, expect, it } from 'vitest'
import { dialects } from '@pex/cometbft'
import { encodePex } from '../src/pex-messages.ts'
import { day, minute, node, nodes, own, scene, second } from './comet-scene.ts'

describe('requests that come too often (PEX RequestMessageAbuse)', () => {
  it('two are free, the third at once ends the connection and bans', async () => {
    const one = scene({ known: nodes(2, 4) })
    const peer = one.calls(node(1))
    one.asks(peer)
    one.asks(peer)
    expect(peer.answers).toHaveLength(2)
    expect(one.ends).toEqual([])
    one.asks(peer)
    expect(peer.answers).toHaveLength(2)
    expect(one.ends).toMatchObject([{ id: peer.id, reason: { code: 'PEX_REJECTED' } }])
    expect(one.book.isBanned(peer.id, one.clock.now())).toBe(true)
    expect(one.reactor.stats().bans).toMatchObject({ 'too-often': 1 })
    await one.stop()
  })

  it('from the third on 10 s must have passed since the last one', async () => {
    const one = scene({ known: nodes(2, 4) })
    const peer = one.calls(node(1))
    one.asks(peer)
    one.asks(peer)
    for (let i = 0; i < 5; i++) {
      await one.advance(10 * second)
      one.asks(peer)
    }
    expect(peer.answers).toHaveLength(7)
    await one.advance(10 * second - 1)
    one.asks(peer)
    expect(one.ends).toHaveLength(1)
    await one.stop()
  })

  it('the shortest gap is a third of the period', async () => {
    const one = scene({ ensureMs: 3 * second, known: nodes(2, 4) })
    const peer = one.calls(node(1))
    for (let i = 0; i < 4; i++) {
      one.asks(peer)
      await one.advance(second)
    }
    expect(peer.answers).toHaveLength(4)
    await one.stop()
  })

  it.each(['0.34.24', '0.37.18', '0.38.12', '0.39.4', '0.40.0'])(
    'version %s may send six at once, and no more than one in 10 s in the long run',
    async version => {
      const one = scene({ known: nodes(2, 4) })
      const peer = one.calls(node(1), { version })
      for (let i = 0; i < 6; i++) one.asks(peer)
      await one.advance(10 * second)
      one.asks(peer)
      expect(peer.answers).toHaveLength(7)
      one.asks(peer)
      expect(one.ends).toHaveLength(1)
      await one.stop()
    }
  )

  it.each(['0.38.16', '0.38.25', '1.0.1', '2.0.0', '', 'nonsense'])('version %j may not', async version => {
    const one = scene({ known: nodes(2, 4) })
    const peer = one.calls(node(1), { version })
    for (let i = 0; i < 3; i++) one.asks(peer)
    expect(one.ends).toHaveLength(1)
    await one.stop()
  })

  it('strict and lenient pacing hold for all versions', async () => {
    for (const [pacing, ends] of [['strict', 1] as const, ['lenient', 0] as const]) {
      const one = scene({ pacing })
      const peer = one.calls(node(1), { version: pacing === 'strict' ? '0.39.0' : '1.0.1' })
      for (let i = 0; i < 6; i++) one.asks(peer)
      expect(one.ends).toHaveLength(ends)
      await one.stop()
    }
  })

  it('a lenient bucket does not save up while it is full', async () => {
    const one = scene({ pacing: 'lenient' })
    const peer = one.calls(node(1))
    await one.advance(10 * minute + 9 * second)
    for (let i = 0; i < 6; i++) one.asks(peer)
    await one.advance(9 * second)
    expect(one.ends).toEqual([])
    one.asks(peer)
    expect(one.ends).toHaveLength(1)
    await one.stop()
  })
})

describe('lists that nobody has asked for, or that are none (PEX AddrsMessageAbuse)', () => {
  it('the first answer to a request counts, the second ends the connection and bans', async () => {
    const one = scene({ known: [node(1)] })
    const peer = one.dialled(node(1))
    one.tells(peer, [node(2)])
    expect(one.ends).toEqual([])
    one.tells(peer, [node(3)])
    expect(one.ends).toHaveLength(1)
    expect(one.book.get(node(3).id)).toBeUndefined()
    expect(one.book.isBanned(peer.id, one.clock.now())).toBe(true)
    await one.stop()
  })

  it('an offender is banned also where the book has never heard of it', async () => {
    const one = scene()
    const peer = one.calls(node(1), { isUnlisted: true })
    expect(one.book.get(peer.id)).toBeUndefined()
    one.tells(peer, [node(2)])
    expect(one.book.isBanned(peer.id, one.clock.now())).toBe(true)
    await one.stop()
  })

  it('one bad entry spoils the whole list, whether it was asked for or not', async () => {
    const one = scene()
    const peer = one.dialled(node(1))
    const list = {
      kind: 'addresses',
      version: 1,
      addresses: [node(2), { ...node(3), ip: 'a.name' }]
    } as const
    one.says(peer, encodePex(list))
    expect(one.book.get(node(2).id)).toBeUndefined()
    expect(one.reactor.stats().bans).toMatchObject({ 'bad-list': 1 })
    await one.stop()
  })

  it('251 addresses are too many', async () => {
    const one = scene()
    const peer = one.dialled(node(1))
    one.says(peer, encodePex({ kind: 'addresses', version: 1, addresses: nodes(2, 251) }))
    expect(one.reactor.stats().bans).toMatchObject({ 'bad-list': 1 })
    expect(one.book.size).toBe(0)
    await one.stop()
  })

  it('what is not understood ends the connection, without a ban', async () => {
    const one = scene()
    const peer = one.calls(node(1))
    one.says(peer, dialects['sei-url'].request())
    expect(one.ends).toHaveLength(1)
    expect(one.events.at(-1)).toEqual({ kind: 'misunderstood', id: peer.id, fault: 'unknown-message' })
    expect(one.book.counts.banned).toBe(0)
    await one.stop()
  })

  it('where URLs are spoken what is not understood is dropped, and URLs fill the book', async () => {
    const one = scene({ dialect: dialects['sei-url'] })
    const peer = one.dialled(node(1))
    expect(peer.sent).toEqual([{ kind: 'request', version: 2 }])
    one.says(peer, dialects.cometbft.request())
    expect(one.ends).toEqual([])
    one.says(peer, dialects['sei-url'].answer([node(2)], 2))
    expect(one.book.get(node(2).id)).toBeDefined()
    one.asks(peer)
    expect(peer.sent.at(-1)).toMatchObject({ kind: 'addresses', version: 2 })
    await one.stop()
  })

  it('a persistent peer is disconnected and not banned: the operator wants it', async () => {
    const one = scene()
    const peer = one.dialled(node(1), { isPersistent: true })
    one.tells(peer, [])
    one.tells(peer, [])
    expect(one.ends).toHaveLength(1)
    expect(one.book.counts.banned).toBe(0)
    await one.stop()
  })

  it('what an offender has still sent counts no more', async () => {
    const one = scene({ lingers: true })
    const peer = one.calls(node(1))
    one.tells(peer, [])
    const told = one.events.length
    one.tells(peer, [node(2)])
    one.asks(peer)
    await one.advance(minute)
    expect(one.events.length).toBe(told)
    expect(one.ends).toHaveLength(1)
    await one.stop()
  })

  it('an offender that calls again is turned away until its ban is over', async () => {
    const one = scene()
    one.tells(one.calls(node(1)), [])
    const again = one.calls(node(1))
    one.asks(again)
    expect(again.answers).toEqual([])
    expect(one.count('turned-away')).toBe(1)
    expect(one.peers.size).toBe(0)
    await one.advance(day)
    one.asks(one.calls(node(1)))
    expect(one.count('served')).toBe(1)
    await one.stop()
  })

  it('nobody hears of whom an operator keeps private, nor of what such a peer tells', async () => {
    const secret = node(1)
    for (const init of [{ book: { privateIds: [secret.id] } }, { privates: [secret.id] }]) {
      const one = scene(init)
      const peer = one.dialled(secret)
      one.tells(peer, [node(3)])
      one.leaves(peer)
      one.calls(secret)
      expect(one.book.size).toBe(0)
      one.tells(one.dialled(node(2)), [secret, node(3)])
      expect(one.book.get(secret.id)).toBeUndefined()
      expect(one.book.get(node(3).id)).toBeDefined()
      await one.stop()
    }
  })

  it('one that became private after it was known is not shown', async () => {
    const one = scene({ known: nodes(1, 3), privates: [node(2).id] })
    const peer = one.calls(node(9))
    one.asks(peer)
    expect(peer.answers[0]!.toSorted()).toEqual([node(1).id, node(3).id])
    await one.stop()
  })

  it('the place where this node is, is not noted under another id', async () => {
    const one = scene({ book: { own: [] } })
    one.tells(one.dialled(node(1)), [{ ...own, id: node(7).id }])
    expect(one.book.size).toBe(1)
    await one.stop()
  })
})
