/** What is special about this transport: faults, each on purpose and each in virtual time. */
import { limits } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { ask, at, PROTOCOL, world } from './world.ts'

describe('latency', () => {
  it('each way takes the time that was set, and a change holds from the next message on', async () => {
    const { clock, network, a } = await world()
    const first = ask(a)
    await clock.advance(19)
    expect(first.state).toBe('waiting')
    await clock.advance(1)
    expect(first.state).toBe('answered')
    network.latencyMs = 100
    const second = ask(a)
    await clock.advance(199)
    expect(second.state).toBe('waiting')
    await clock.advance(1)
    expect(second.state).toBe('answered')
  })

  it('a range of latencies lets later messages overtake earlier ones', async () => {
    const { clock, a, b } = await world({ latencyMs: [1, 1_000] })
    const arrived: number[] = []
    await b.handle(PROTOCOL, async (_from, body) => {
      arrived.push(body[0]!)
      return body
    })
    const { signal } = new AbortController()
    const asked = Array.from({ length: 20 }, (_, i) =>
      a.request(at('b'), PROTOCOL, Uint8Array.of(i), { signal })
    )
    await clock.advance(2_000)
    await Promise.all(asked)
    expect(arrived).not.toEqual(arrived.toSorted((x, y) => x - y))
    expect(arrived.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })
})

describe('loss', () => {
  it('a lost question is silence until the signal ends the wait, and the handler never runs', async () => {
    const { clock, network, a, served } = await world({ loss: 1 })
    const controller = new AbortController()
    const outcome = ask(a, at('b'), controller.signal)
    await clock.advance(3_600_000)
    expect(outcome.state).toBe('waiting')
    controller.abort(new DOMException('late', 'TimeoutError'))
    await clock.settle()
    expect([outcome.state, served(), network.traffic.lost]).toEqual(['PEX_TIMEOUT', 0, 1])
  })

  it('a lost answer is the same silence, though the handler has run', async () => {
    const { clock, network, a, served } = await world()
    network.cut('b', 'a')
    const outcome = ask(a)
    await clock.advance(3_600_000)
    expect([outcome.state, served()]).toEqual(['waiting', 1])
    expect(network.traffic).toMatchObject({ requests: 1, answers: 1, lost: 1, bytes: 6 })
  })

  it('about as many messages are lost as was asked for', async () => {
    const { clock, network, a } = await world({ loss: 0.3 })
    const outcomes = Array.from({ length: 4_000 }, () => ask(a))
    await clock.advance(20)
    const { requests, answers, lost } = network.traffic
    // Five standard deviations of a binomial distribution; the seed is fixed.
    expect(Math.abs(lost / (requests + answers) - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / 6_800))
    const answered = outcomes.filter(({ state }) => state === 'answered').length
    expect(Math.abs(answered / 4_000 - 0.49)).toBeLessThan(5 * Math.sqrt((0.49 * 0.51) / 4_000))
    await a.stop()
  })

  it('a doubled question runs the handler twice, and gives one answer', async () => {
    const { clock, a, network, served } = await world({ duplication: 1 })
    const outcome = ask(a)
    await clock.advance(20)
    expect([outcome.state, served(), network.traffic.requests]).toEqual(['answered', 2, 2])
  })

  it('a doubled question is two copies: what one run does to its bytes, the other does not see', async () => {
    const { clock, a, b } = await world({ duplication: 1 })
    const seen: number[][] = []
    await b.handle(PROTOCOL, async (_from, body) => {
      seen.push([...body])
      return body.fill(0)
    })
    ask(a)
    await clock.advance(20)
    expect(seen).toEqual([
      [1, 2, 3],
      [1, 2, 3]
    ])
  })
})

describe('partitions and cuts', () => {
  it('only hosts of one group hear each other, until the network heals', async () => {
    const { clock, network, a } = await world()
    const c = network.transport('c')
    await c.start()
    await c.handle(PROTOCOL, async body => new TextEncoder().encode(body))
    network.partition([['a', 'c'], ['b']])
    const [toB, toC] = [ask(a), ask(a, at('c'))]
    await clock.advance(20)
    expect([toB.state, toC.state]).toEqual(['waiting', 'answered'])
    network.heal()
    const again = ask(a)
    await clock.advance(20)
    expect([toB.state, again.state], 'what was lost stays lost').toEqual(['waiting', 'answered'])
  })

  it('ids that no group names are a group of their own', async () => {
    const { clock, network, a } = await world()
    network.partition([['somebody else']])
    const together = ask(a)
    await clock.advance(20)
    network.partition([['a']])
    const apart = ask(a)
    await clock.advance(20)
    expect([together.state, apart.state]).toEqual(['answered', 'waiting'])
    network.partition([['somebody else']])
    const again = ask(a)
    await clock.advance(20)
    expect(again.state, 'a partition replaces the one before').toBe('answered')
  })

  it('what is sent into a cut is lost, though the link be up again when it would have arrived', async () => {
    const { clock, network, a, served } = await world()
    network.cut('a', 'b')
    const asked = ask(a)
    network.heal()
    await clock.advance(1_000)
    expect([asked.state, served()]).toEqual(['waiting', 0])
  })

  it('what is under way when a link goes down goes down with it', async () => {
    const { clock, network, a, served } = await world()
    const asked = ask(a)
    await clock.advance(5)
    network.cut('a', 'b')
    await clock.advance(5)
    network.heal()
    await clock.advance(1_000)
    expect([asked.state, served(), network.traffic.lost]).toEqual(['waiting', 0, 1])
  })

  it('a cut is one-way: the question is lost, the other side can still ask', async () => {
    const { clock, network, a, b, served } = await world()
    await a.handle(PROTOCOL, async (_from, body) => body)
    network.cut('a', 'b')
    const there = ask(a)
    await clock.advance(20)
    expect([there.state, served()]).toEqual(['waiting', 0])
    network.heal()
    const again = ask(a)
    await clock.advance(20)
    expect(again.state).toBe('answered')
    network.cut('b', 'a')
    const back = ask(b, at('a'))
    await clock.advance(20)
    expect(back.state, 'its questions do not arrive').toBe('waiting')
  })

  it('a peer behind a partition is silent, not unreachable, even when it is not there', async () => {
    const { clock, network, a } = await world()
    network.partition([['nobody']])
    const outcome = ask(a, at('nobody'))
    await clock.advance(1_000)
    expect(outcome.state).toBe('waiting')
  })
})

describe('crashes', () => {
  it('a crashed host is unreachable to new questions, after a round trip', async () => {
    const { clock, network, a } = await world()
    network.kill('b')
    const outcome = ask(a)
    await clock.advance(19)
    expect(outcome.state).toBe('waiting')
    await clock.advance(1)
    expect(outcome.state).toBe('PEX_UNREACHABLE')
  })

  it('what a host was answering when it crashed is never answered, and what it asks is never heard', async () => {
    const { clock, network, a, b, served } = await world()
    await a.handle(PROTOCOL, async (_from, body) => body)
    const asked = ask(a)
    await clock.advance(15)
    expect(served()).toBe(1)
    network.kill('b')
    const asking = ask(b, at('a'))
    await clock.advance(3_600_000)
    expect([asked.state, asking.state], 'b was past its answer').toEqual(['waiting', 'waiting'])
    await b.stop()
    await a.stop()
    await clock.settle()
    expect([asked.state, asking.state, clock.pending]).toEqual(['PEX_ABORTED', 'PEX_ABORTED', 0])
  })

  it('a new transport takes the place of a crashed one, whose late stop does not harm it', async () => {
    const { clock, network, a, b } = await world()
    network.kill('b')
    const reborn = network.transport('b')
    await reborn.handle(PROTOCOL, async () => Uint8Array.of(9))
    await reborn.start()
    await b.stop()
    const outcome = ask(a)
    await clock.advance(20)
    expect(outcome.answer?.body).toEqual(Uint8Array.of(9))
    expect(() => network.kill('nobody')).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
  })
})

describe('a crashed host that comes back', () => {
  it('is heard again once its transport has been stopped and started', async () => {
    const { clock, network, a, b } = await world()
    network.kill('b')
    await b.stop()
    await b.start()
    const outcome = ask(a)
    await clock.advance(20)
    expect(outcome.state).toBe('answered')
  })

  it('does not come back by moving', async () => {
    const { clock, network, a, b } = await world()
    network.kill('b')
    b.setAddresses(['/memory/elsewhere'])
    const outcome = ask(a, { addresses: ['/memory/elsewhere'] })
    await clock.advance(20)
    expect(outcome.state).toBe('PEX_UNREACHABLE')
  })
})

describe('a handler under way', () => {
  it('is held to the deadline of its host, and the requester sees the connection break', async () => {
    const { clock, a, b } = await world()
    let reason: unknown
    await b.handle(PROTOCOL, (_from, _body, { signal }) => {
      signal.addEventListener('abort', () => (reason = signal.reason))
      return new Promise(() => {})
    })
    const outcome = ask(a)
    await clock.advance(10 + limits.exchangeMs)
    expect(reason).toMatchObject({ code: 'PEX_TIMEOUT' })
    await clock.advance(10)
    expect([outcome.state, clock.pending]).toEqual(['PEX_UNREACHABLE', 0])
  })

  it('hears that the requester went one way later, and not at all over a cut', async () => {
    for (const cut of [false, true]) {
      const { clock, network, a, b } = await world()
      let abortedAt: number | undefined
      await b.handle(PROTOCOL, (_from, _body, { signal }) => {
        signal.addEventListener('abort', () => (abortedAt = clock.now()))
        return new Promise(() => {})
      })
      const controller = new AbortController()
      const outcome = ask(a, at('b'), controller.signal)
      await clock.advance(50)
      if (cut) network.cut('a', 'b')
      controller.abort()
      await clock.advance(1_000)
      expect([outcome.state, abortedAt]).toEqual(['PEX_ABORTED', cut ? undefined : 60])
      await b.stop()
      expect(clock.pending).toBe(0)
    }
  })
})
