import { describe, expect, it } from 'vitest'
import { dialects, formatNodeAddress } from '@pex/cometbft'
import { adaptivePexReactor } from '../../src/tm035/adaptive-pex.ts'
import { peerRules } from '../../src/tm035/rules.ts'
import { answer, pexScene, request } from './pex-scene.ts'
import { a, addAll, b, c, managerOf, nth, self, tcp } from './scene.ts'

const urls = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => formatNodeAddress(tcp(nth(from + i), '10.0.0.1', 1 + from + i)))

describe('asking', () => {
  it('begins at once when there is somebody, with a request of the second version', async () => {
    const scene = pexScene()
    const peer = scene.comes(a)
    await scene.clock.advance(99)
    expect(peer.heard).toEqual([])
    await scene.clock.advance(1)
    expect(peer.heard).toEqual([{ at: 100, message: request }])
  })

  it('goes round: whoever has answered is the last in the line', async () => {
    const scene = pexScene()
    const peers = [a, b, c].map(one => scene.comes(one))
    const order: string[] = []
    for (let i = 0; i < 7; i++) {
      const before = peers.map(peer => peer.requests.length)
      await scene.clock.runUntil(() => peers.some((peer, n) => peer.requests.length > before[n]!), {
        maxMs: 1e7
      })
      const asked = peers.find((peer, n) => peer.requests.length > before[n]!)!
      order.push(asked.id[0]!)
      scene.says(asked, answer())
    }
    expect(order.join('')).toBe('abcabca')
  })

  it('is never twice of one peer before it has answered', async () => {
    const scene = pexScene({ answerMs: 0 })
    const peer = scene.comes(a)
    await scene.clock.advance(3_600_000)
    expect(peer.requests).toHaveLength(1)
    scene.says(peer, answer())
    await scene.clock.advance(1_000)
    expect(peer.requests).toHaveLength(2)
  })

  it('comes back to a peer that has not answered in time, which has a point less', async () => {
    const scene = pexScene()
    const peer = scene.comes(a)
    await scene.clock.advance(100 + 30_000)
    expect(scene.kinds().filter(kind => kind !== 'no-peers')).toEqual(['asked', 'expired'])
    expect(scene.manager.score(a)).toBe(9)
    await scene.clock.advance(60_000)
    expect(peer.requests.length).toBeGreaterThan(1)
  })

  it('takes an answer that comes too late, once, without blame and without changing the wait', async () => {
    const scene = pexScene()
    const silent = scene.comes(a)
    await scene.clock.advance(100 + 30_000)
    scene.says(silent, answer(...urls(1, 3)))
    expect(scene.events.at(-1)).toEqual({ kind: 'late', id: a, count: 3, added: 3 })
    expect(scene.manager.size).toBe(4)
    expect(scene.reactor.stats().intervalMs).toBe(100)
    scene.says(silent, answer(...urls(4, 1)))
    expect(scene.events.at(-1)).toEqual({ kind: 'blamed', id: a, fault: 'unsolicited' })
  })

  it('passes over a peer that takes nothing, and over one that has no such channel', async () => {
    const scene = pexScene()
    const deaf = scene.comes(a)
    deaf.hasRoom = false
    const other = scene.comes(b)
    const stranger = scene.comes(c, [0x20])
    await scene.clock.advance(1_000)
    expect(deaf.heard).toEqual([])
    expect(stranger.heard).toEqual([])
    expect(other.requests).toEqual([200])
    deaf.hasRoom = true
    await scene.clock.advance(1_000)
    expect(deaf.requests).toHaveLength(1)
  })

  it('is spaced as the answers make it, and only answers change that', async () => {
    const scene = pexScene()
    const peer = scene.comes(a)
    await scene.clock.advance(100)
    scene.says(peer, answer(...urls(1, 100)))
    expect(scene.reactor.stats()).toMatchObject({ intervalMs: 200, total: 100, available: 1, asked: 0 })
    await scene.clock.advance(200)
    expect(peer.requests).toEqual([100, 300])
    scene.says(peer, answer(...urls(1, 100)))
    expect(scene.reactor.stats()).toMatchObject({ intervalMs: 1_020_200, total: 100 })
    // Requests of others do not put it off, nor bring it on.
    for (let i = 0; i < 100; i++) {
      await scene.clock.advance(10_202)
      scene.says(peer, request)
    }
    expect(peer.requests).toEqual([100, 300, 300 + 1_020_200])
  })

  it('is put off for ten minutes while the store is nearly full', async () => {
    const scene = pexScene({}, managerOf({ maxConnected: 2, maxPeers: 20 }))
    const peer = scene.comes(a)
    await scene.clock.advance(100)
    scene.says(peer, answer(...urls(1, 19)))
    expect(scene.manager.ratio).toBe(1)
    await scene.clock.advance(599_999)
    expect(peer.requests).toHaveLength(1)
    await scene.clock.advance(1)
    expect(peer.requests).toHaveLength(2)
  })

  it('waits a second longer each time that there is nobody, and no longer when somebody comes', async () => {
    const scene = pexScene()
    await scene.clock.advance(100 + 1_000 + 2_000 + 3_000)
    const waits = scene.events.flatMap(event => (event.kind === 'no-peers' ? [event.waitMs] : []))
    expect(waits).toEqual([1_000, 2_000, 3_000, 4_000])
    const peer = scene.comes(a)
    await scene.clock.advance(100)
    expect(peer.requests).toEqual([6_200])
    scene.goes(peer)
    await scene.clock.advance(200)
    expect(scene.events.at(-1)).toEqual({ kind: 'no-peers', times: 1, waitMs: 1_000 })
  })

  it('counts it as nobody when all who are there owe an answer, and goes on when one of them answers', async () => {
    const scene = pexScene({ answerMs: 0 })
    const peer = scene.comes(a)
    await scene.clock.advance(10_000)
    expect(scene.kinds()).toContain('no-peers')
    scene.says(peer, answer(...urls(1, 2)))
    await scene.clock.advance(200)
    expect(peer.requests).toHaveLength(2)
  })

  it('ends with the reactor, and leaves no timer', async () => {
    const scene = pexScene({ remediation: { windowMs: 1_000, onAlone() {} } })
    const peers = [a, b].map(one => scene.comes(one))
    await scene.clock.advance(150)
    for (const peer of peers) scene.goes(peer)
    scene.comes(c)
    await scene.clock.advance(1_000)
    void scene.reactor.stop!()
    expect(scene.clock.pending).toBe(0)
  })
})

describe('a request', () => {
  it('is answered, with nothing where nothing is known', async () => {
    const scene = pexScene()
    const peer = scene.comes(a)
    scene.says(peer, request)
    expect(peer.answers).toEqual([answer()])
    await scene.clock.advance(100)
    addAll(scene.manager, tcp(b), tcp(a))
    scene.says(peer, request)
    expect(peer.answers.at(-1)).toEqual(answer(formatNodeAddress(tcp(b))))
  })

  it('that comes too soon is not answered, costs a point, and does not put off the next one', async () => {
    const scene = pexScene()
    const peer = scene.comes(a)
    scene.says(peer, request)
    await scene.clock.advance(99)
    scene.says(peer, request)
    expect(peer.answers).toHaveLength(1)
    expect(scene.events.at(-1)).toEqual({ kind: 'blamed', id: a, fault: 'too-soon' })
    expect(scene.manager.score(a)).toBe(9)
    await scene.clock.advance(1)
    scene.says(peer, request)
    expect(peer.answers).toHaveLength(2)
  })

  it('may come twice in 100 ms from two peers, or from one that has come again', () => {
    const scene = pexScene()
    const [one, other] = [scene.comes(a), scene.comes(b)]
    scene.says(one, request)
    scene.says(other, request)
    scene.goes(one)
    const again = scene.comes(a)
    scene.says(again, request)
    expect([one, other, again].map(({ answers }) => answers.length)).toEqual([1, 1, 1])
  })

  it('has to wait 200 ms with the rules of v0.35.9', async () => {
    const manager = managerOf({ rules: peerRules.tm035, maxConnected: 64, maxPeers: 2_000 })
    const scene = pexScene({}, manager)
    const peer = scene.comes(a)
    scene.says(peer, request)
    await scene.clock.advance(199)
    scene.says(peer, request)
    expect(peer.answers).toHaveLength(1)
    await scene.clock.advance(1)
    scene.says(peer, request)
    expect(peer.answers).toHaveLength(2)
  })

  it('is answered with a hundred addresses at most', () => {
    const scene = pexScene()
    for (let n = 1; n <= 110; n++) scene.manager.add(tcp(nth(n), '10.0.0.1', n), 0)
    const peer = scene.comes(a)
    scene.says(peer, request)
    const [first] = peer.answers
    expect(first).toMatchObject({ kind: 'addresses', version: 2 })
    expect(new Set((first as unknown as { urls: string[] }).urls).size).toBe(100)
  })

  it('gets no answer from a reactor that cannot send it, and that is told', () => {
    const scene = pexScene()
    const peer = scene.comes(a)
    peer.hasRoom = false
    scene.says(peer, request)
    expect(scene.kinds()).toEqual(['unsent'])
  })

  it('of a peer that is gone is not heard', () => {
    const scene = pexScene()
    const peer = scene.comes(a)
    scene.goes(peer)
    scene.says(peer, request)
    expect(peer.heard).toEqual([])
  })
})

describe('an answer', () => {
  it('adds what is an address, each for itself', async () => {
    const scene = pexScene()
    const peer = scene.comes(a)
    await scene.clock.advance(100)
    scene.says(
      peer,
      answer(
        formatNodeAddress(tcp(b)),
        'foo',
        `mconn://${self}@10.0.0.1:1`,
        `mconn://${c}@10.0.0.1:99999`,
        formatNodeAddress(tcp(c, 'host.domain', 80)),
        formatNodeAddress(tcp(b))
      )
    )
    expect(scene.manager.ids()).toEqual([a, b, c])
    expect(scene.events.at(-1)).toMatchObject({ kind: 'answered', id: a, count: 6, added: 2 })
  })

  it('nobody has asked for adds nothing, and costs a point', async () => {
    const scene = pexScene()
    const peer = scene.comes(a)
    scene.says(peer, answer(...urls(1, 1)))
    expect(scene.manager.ids()).toEqual([a])
    expect(scene.manager.score(a)).toBe(9)
    await scene.clock.advance(100)
    scene.says(peer, answer(...urls(1, 1)))
    scene.says(peer, answer(...urls(2, 1)))
    expect(scene.manager.ids()).toEqual([a, nth(1)])
    expect(scene.reactor.stats().events.blamed).toBe(2)
  })

  it('of a hundred addresses is taken, one of more is not, but it is an answer', async () => {
    const scene = pexScene()
    const peer = scene.comes(a)
    await scene.clock.advance(100)
    scene.says(peer, answer(...urls(1, 101)))
    expect(scene.events.at(-1)).toEqual({ kind: 'blamed', id: a, fault: 'too-many' })
    expect(scene.manager.ids()).toEqual([a])
    await scene.clock.advance(200)
    expect(peer.requests).toHaveLength(2)
    scene.says(peer, answer(...urls(1, 100)))
    expect(scene.manager.size).toBe(101)
    scene.says(peer, answer(...urls(1, 101)))
    expect(scene.events.at(-1)).toEqual({ kind: 'blamed', id: a, fault: 'unsolicited' })
  })

  it('evicts whoever is to blame for it only where the node is full', async () => {
    const scene = pexScene({}, managerOf({ maxConnected: 2 }))
    const peer = scene.comes(a)
    scene.says(peer, answer())
    expect(scene.manager.evictNext()).toBeUndefined()
    scene.comes(b)
    scene.says(peer, answer())
    expect(scene.manager.evictNext()).toBe(a)
  })
})

describe('a message that is none', () => {
  it.each([
    ['of CometBFT’s dialect', dialects.cometbft.request(), 'unknown-message'],
    ['of bytes', Uint8Array.of(0xff), 'malformed'],
    ['that is empty', new Uint8Array(), 'unknown-message']
  ])('%s is dropped, and the peer stays', async (_, bytes, fault) => {
    const scene = pexScene()
    const peer = scene.comes(a)
    await scene.saysBytes(peer, bytes)
    expect(scene.events).toEqual([{ kind: 'misunderstood', id: a, fault }])
    expect(peer.heard).toEqual([])
    expect(scene.manager.score(a)).toBe(10)
  })
})

describe('a node alone', () => {
  it('says so when a window has passed without peers, and again after each further one', async () => {
    const alone: number[] = []
    const scene = pexScene({ remediation: { windowMs: 60_000, onAlone: ms => alone.push(ms) } })
    await scene.clock.advance(59_999)
    expect(alone).toEqual([])
    await scene.clock.advance(1)
    expect(alone).toEqual([60_000])
    await scene.clock.advance(120_000)
    expect(alone).toEqual([60_000, 120_000, 180_000])
  })

  it('is not alone while there are peers, though all of them owe an answer', async () => {
    const alone: number[] = []
    const scene = pexScene({ answerMs: 0, remediation: { windowMs: 1_000, onAlone: ms => alone.push(ms) } })
    const peers = [a, b].map(one => scene.comes(one))
    await scene.clock.advance(100_000)
    scene.goes(peers[0]!)
    await scene.clock.advance(100_000)
    expect(alone).toEqual([])
    scene.goes(peers[1]!)
    await scene.clock.advance(999)
    const again = scene.comes(c)
    await scene.clock.advance(100_000)
    expect(alone).toEqual([])
    scene.goes(again)
    await scene.clock.advance(1_000)
    expect(alone).toEqual([1_000])
  })
})

describe('the reactor’s options', () => {
  it.each([
    { leastIntervalMs: 0 },
    { answerMs: -1 },
    { legacyIntervalMs: Number.NaN },
    { remediation: { windowMs: 0, onAlone() {} } }
  ])('are numbers that make sense (%#)', init => {
    expect(() => adaptivePexReactor({ manager: managerOf(), ...init })).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
  })
})
