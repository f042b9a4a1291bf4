/** The network of streams in memory: what TCP does, in virtual time. */
import type { Duplex } from '@pex/mconnection'
import { describe, expect, it } from 'vitest'
import { seeded, streamNetwork, virtualClock } from '../src/index.ts'
import type { StreamNetwork, StreamNetworkInit, VirtualClock } from '../src/index.ts'

const signal = new AbortController().signal
const A = '10.0.0.1'
const B = '10.0.0.2'

function make(init: Partial<StreamNetworkInit> = {}): { clock: VirtualClock; network: StreamNetwork } {
  const clock = virtualClock()
  return { clock, network: streamNetwork({ clock, rng: seeded(1), latencyMs: 10, ...init }) }
}

/** A connection from A to B, both ends. */
async function pair(init: Partial<StreamNetworkInit> = {}) {
  const { clock, network } = make(init)
  const taken: Duplex[] = []
  await network.carrier(B).listen({ ip: B, port: 1 }, stream => taken.push(stream))
  const dial = network.carrier(A).dial({ ip: B, port: 1 }, { signal })
  await clock.advance(20)
  return { clock, network, here: await dial, there: taken[0]! }
}

/** All that comes until the end, and how it ended. */
async function drain(stream: Duplex): Promise<string> {
  let text = ''
  try {
    for await (const chunk of stream.source) text += String.fromCharCode(...chunk)
  } catch (error) {
    return `${text}!${(error as { code?: string }).code}`
  }
  return `${text}.`
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a network of streams', () => {
  it('connects after there and back, and carries bytes in order after the latency', async () => {
    const { clock, network, here, there } = await pair({ latencyMs: [1, 9] })
    expect(network.sockets.map(({ local, remote }) => [local.ip, remote.port])).toEqual([
      [A, 1],
      [B, 40_000]
    ])
    const got = drain(there)
    for (const letter of 'abcdefgh') await here.write(bytes(letter))
    await here.close()
    await clock.advance(20)
    expect(await got).toBe('abcdefgh.')
    expect(network.sockets.map(({ local }) => local.ip)).toEqual([B])
    await there.close()
    expect(network.sockets).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('takes no time at all where the latency is 0', async () => {
    const { network, clock } = make({ latencyMs: 0 })
    const taken: Duplex[] = []
    await network.carrier(B).listen({ ip: B, port: 1 }, stream => taken.push(stream))
    const here = await network.carrier(A).dial({ ip: B, port: 1 }, { signal })
    await here.write(bytes('x'))
    await here.close()
    expect(await drain(taken[0]!)).toBe('x.')
    taken[0]!.abort()
    expect([clock.now(), clock.pending]).toEqual([0, 0])
  })

  it('makes a writer wait until the other side reads', async () => {
    const { clock, here, there } = await pair({ room: 10 })
    let written = 0
    const writing = (async () => {
      for (let i = 0; i < 10; i++) {
        await here.write(bytes('12345'))
        written++
      }
    })()
    await clock.advance(100)
    expect(written).toBe(2)
    const got = drain(there)
    await clock.advance(200)
    await writing
    await here.close()
    await clock.advance(20)
    expect(await got).toBe(`${'12345'.repeat(10)}.`)
  })

  it('resets at both ends when one aborts, and what was not read is lost', async () => {
    const { clock, network, here, there } = await pair()
    await here.write(bytes('lost'))
    await clock.advance(10)
    here.abort(new Error('enough'))
    await expect(here.write(bytes('x'))).rejects.toThrow('enough')
    await clock.advance(10)
    expect(await drain(there)).toBe('!PEX_CLOSED')
    await expect(there.write(bytes('x'))).rejects.toMatchObject({ code: 'PEX_CLOSED' })
    // Broken, and still its owner's to close.
    expect(network.sockets).toHaveLength(1)
    there.abort()
    there.abort()
    expect(network.sockets).toEqual([])
  })

  it('resets who writes to an end that has closed; what came before the close can be read', async () => {
    const { clock, here, there } = await pair()
    await here.write(bytes('last words'))
    await here.close()
    await clock.advance(10)
    await there.write(bytes('too late'))
    await clock.advance(20)
    await expect(there.write(bytes('again'))).rejects.toMatchObject({ code: 'PEX_CLOSED' })
    expect(await drain(there)).toBe('last words.')
  })

  it('refuses where nobody listens and where it was told to, and says nothing from a black hole', async () => {
    const { clock, network } = make()
    const dial = (): Promise<unknown> =>
      network
        .carrier(A)
        .dial({ ip: B, port: 1 }, { signal })
        .catch((error: unknown) => (error as { code: string }).code)
    const outcomes = [dial()]
    await clock.advance(20)
    const listener = await network.carrier(B).listen({ ip: B, port: 1 }, () => {})
    network.refuse(B)
    outcomes.push(dial())
    await clock.advance(20)
    network.refuse(B, false)
    network.blackhole(B)
    outcomes.push(dial())
    await clock.advance(1_000)
    expect(await Promise.all(outcomes)).toEqual(['PEX_UNREACHABLE', 'PEX_UNREACHABLE', 'PEX_TIMEOUT'])
    expect([network.dialsTo(B), network.dialling, network.listening.length]).toEqual([3, 0, 1])
    await listener.close()
    expect([network.listening, network.sockets, clock.pending]).toEqual([[], [], 0])
  })

  it('swallows what goes into a black hole, and cuts what it is told to cut', async () => {
    const { clock, network, here, there } = await pair()
    const got = drain(there)
    network.blackhole(A)
    await here.write(bytes('lost'))
    await clock.advance(100)
    network.blackhole(A, false)
    await here.write(bytes('found'))
    await clock.advance(100)
    network.cut(B)
    expect(await got).toBe('found!PEX_CLOSED')
    expect(await drain(here)).toBe('!PEX_CLOSED')
  })

  it('ends a dial with its signal at any moment, and nobody keeps the other end', async () => {
    for (const ms of [0, 5, 10, 15]) {
      const { clock, network } = make()
      await network
        .carrier(B)
        .listen({ ip: B, port: 1 }, stream => void drain(stream).then(() => stream.close()))
      const controller = new AbortController()
      const dial = network.carrier(A).dial({ ip: B, port: 1 }, { signal: controller.signal })
      dial.catch(() => {})
      await clock.advance(ms)
      controller.abort()
      await expect(dial).rejects.toMatchObject({ code: 'PEX_ABORTED' })
      await clock.advance(100)
      expect([network.sockets, network.dialling, clock.pending]).toEqual([[], 0, 0])
    }
  })

  it('gives each dial a port of its own, and one who listens at port 0 as well', async () => {
    const { network } = make({ latencyMs: 0 })
    const froms: number[] = []
    const listener = await network
      .carrier(B)
      .listen({ ip: B, port: 0 }, (_stream, from) => froms.push(from.port))
    for (let i = 0; i < 3; i++) await network.carrier(A).dial(listener.place, { signal })
    expect(new Set(froms).size).toBe(3)
    await expect(network.carrier(B).listen(listener.place, () => {})).rejects.toMatchObject({
      code: 'PEX_NO_ADDRESSES'
    })
  })
})
