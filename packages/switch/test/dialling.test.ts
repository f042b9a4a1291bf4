/** Whom to call: the switch's rules, and those of the swarm under it. */
import type { NetAddress } from '@pex/address-book'
import { describe, expect, it } from 'vitest'
import type { SwitchError } from '../src/index.ts'
import { idOf, nothing, PORT, Scene } from './scene.ts'

describe('a dial', () => {
  it('of a peer that is connected fails as duplicate, either direction', async () => {
    const scene = new Scene()
    const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
    await scene.connect(a, b)
    expect(await scene.refused(a.node.dial(b.address))).toMatchObject({ refusal: 'duplicate' })
    expect(await scene.refused(b.node.dial(a.address))).toMatchObject({ refusal: 'duplicate' })
    expect(scene.network.dialsTo('10.0.0.2')).toBe(1)
    await scene.end()
  })

  it('that is under way is joined, and each caller may leave on his own', async () => {
    const scene = new Scene()
    const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
    const controller = new AbortController()
    const dials = [
      a.node.dial(b.address),
      a.node.dial(b.address, { signal: controller.signal }).catch((error: unknown) => error as SwitchError),
      a.node.dial({ ...b.address, id: b.address.id.toUpperCase() })
    ]
    expect(a.node.isDialling(idOf(2))).toBe(true)
    expect(a.node.counts.dialling).toBe(1)
    await scene.clock.advance(7)
    controller.abort()
    const [first, left, third] = await scene.until(Promise.all(dials))
    expect(left).toMatchObject({ refusal: 'stopped' })
    expect(first).toBe(third)
    expect(a.node.isDialling(idOf(2))).toBe(false)
    expect(scene.network.dialsTo('10.0.0.2')).toBe(1)
    await scene.end()
  })

  it('that nobody waits for any more leaves no connection behind', async () => {
    for (const ms of [2, 7, 12, 17, 22, 27, 32, 37]) {
      const scene = new Scene()
      const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
      const controller = new AbortController()
      const dial = a.node.dial(b.address, { signal: controller.signal }).catch((error: unknown) => error)
      await scene.clock.advance(ms)
      controller.abort()
      await scene.until(dial)
      await scene.clock.advance(8_000)
      // It has become a peer of both or of none.
      expect(a.node.peers.size).toBe(b.node.peers.size)
      expect(scene.network.sockets).toHaveLength(2 * a.node.peers.size)
      expect(await scene.end()).toEqual(nothing)
    }
  })

  it('beyond the outbound cap is refused, those under way counted; persistent and unconditional ones are not', async () => {
    const scene = new Scene()
    const hosts = []
    for (let n = 2; n < 9; n++) hosts.push(await scene.host({ n }))
    const [persistent, unconditional] = [hosts[5]!, hosts[6]!]
    const a = await scene.host({ n: 1, maxOutbound: 3, unconditionalIds: [idOf(8)] })
    const outcomes = await scene.until(
      Promise.all(
        hosts.slice(0, 5).map(({ address }) =>
          a.node.dial(address).then(
            () => 'ok',
            (error: unknown) => (error as SwitchError).refusal
          )
        )
      )
    )
    expect(outcomes).toEqual(['ok', 'ok', 'ok', 'full', 'full'])
    expect(a.node.counts.outbound).toBe(3)
    await scene.connect(a, unconditional)
    a.node.addPersistentPeers([persistent.address])
    await scene.clock.advance(4_000)
    expect(a.node.peers.has(idOf(7))).toBe(true)
    expect(a.node.counts).toMatchObject({ outbound: 4, dialling: 0 })
    expect(await scene.refused(a.node.dial(hosts[4]!.address))).toMatchObject({ refusal: 'full' })
    expect(await scene.end()).toEqual(nothing)
  })

  it('fails as unreachable where nobody listens, refuses, or says nothing for a second', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1 })
    const at = (n: number): NetAddress => ({ id: idOf(n), ip: `10.0.0.${n}`, port: PORT })
    await scene.host({ n: 3 })
    scene.network.refuse('10.0.0.3')
    scene.network.blackhole('10.0.0.4')
    for (const n of [2, 3]) {
      expect(await scene.refused(a.node.dial(at(n)))).toMatchObject({
        code: 'PEX_UNREACHABLE',
        refusal: 'unreachable'
      })
    }
    const begun = scene.clock.now()
    expect(await scene.refused(a.node.dial(at(4)))).toMatchObject({
      code: 'PEX_TIMEOUT',
      refusal: 'unreachable'
    })
    expect(scene.clock.now() - begun).toBe(1_000)
    expect(await scene.end()).toEqual(nothing)
  })

  it('fails where somebody answers and says nothing', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1 })
    const listener = await scene.network.carrier('10.0.0.2').listen({ ip: '10.0.0.2', port: PORT }, () => {})
    const begun = scene.clock.now()
    const error = await scene.refused(a.node.dial({ id: idOf(2), ip: '10.0.0.2', port: PORT }))
    expect(error).toMatchObject({ code: 'PEX_TIMEOUT', refusal: 'no-handshake' })
    expect(scene.clock.now() - begun).toBeLessThan(3_100)
    await listener.close()
    await scene.end()
  })

  it('fails where somebody else is there, and neither end keeps it', async () => {
    const scene = new Scene()
    const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
    const error = await scene.refused(a.node.dial({ ...b.address, id: idOf(3) }))
    expect(error).toMatchObject({ code: 'PEX_WRONG_PEER', refusal: 'wrong-id', remoteId: idOf(2) })
    await scene.clock.advance(4_000)
    expect([a.node.peers.size, b.node.peers.size, scene.network.sockets.length]).toEqual([0, 0, 0])
    expect(b.node.refusals.get('closed')).toBe(1)
    await scene.end()
  })

  it('finds itself under another id, remembers where that was, and does not go there again', async () => {
    const scene = new Scene()
    // Listening at every interface, it does not know all its addresses.
    const a = await scene.host({ n: 1 })
    const hidden = scene.network.carrier('10.0.0.77')
    const inner = scene.network.carrier('10.0.0.78')
    // A way back to itself, as a router's hairpin is one.
    await hidden.listen({ ip: '10.0.0.77', port: PORT }, stream => {
      void inner.dial(a.address, { signal: new AbortController().signal }).then(other => {
        void pipe(stream, other)
        void pipe(other, stream)
      })
    })
    const place = { ip: '10.0.0.77', port: PORT }
    expect(a.node.isOwn(place)).toBe(false)
    expect(await scene.refused(a.node.dial({ id: idOf(9), ...place }))).toMatchObject({ refusal: 'self' })
    expect(a.node.isOwn(place)).toBe(true)
    expect(await scene.refused(a.node.dial({ id: idOf(8), ...place }))).toMatchObject({ refusal: 'self' })
    expect(scene.network.dialsTo('10.0.0.77')).toBe(1)
    // The places that it listens at, and its own id, it knows.
    expect(await scene.refused(a.node.dial({ ...a.address, id: idOf(9) }))).toMatchObject({ refusal: 'self' })
    expect(await scene.refused(a.node.dial({ ...a.address, ip: '10.0.0.5' }))).toMatchObject({
      refusal: 'self'
    })
    expect(a.node.isOwn({ ip: '10.0.0.1', port: PORT })).toBe(true)
    await scene.clock.advance(10_000)
    expect(a.node.peers.size).toBe(0)
    await scene.end()
  })

  it('is not made again too soon after a failure, unless the operator has named the address', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1 })
    const [stranger, named] = [2, 3].map(n => ({ id: idOf(n), ip: `10.0.0.${n}`, port: PORT })) as [
      NetAddress,
      NetAddress
    ]
    a.node.vouch([named])
    for (const address of [stranger, named])
      expect(await scene.refused(a.node.dial(address))).toMatchObject({ refusal: 'unreachable' })
    expect(await scene.refused(a.node.dial(stranger))).toMatchObject({
      code: 'PEX_BACKOFF',
      refusal: 'not-now'
    })
    expect(await scene.refused(a.node.dial(named))).toMatchObject({ refusal: 'unreachable' })
    await scene.clock.advance(2_000)
    expect(await scene.refused(a.node.dial(stranger))).toMatchObject({ refusal: 'unreachable' })
    await scene.clock.advance(2_000)
    expect(await scene.refused(a.node.dial(stranger))).toMatchObject({ refusal: 'not-now' })
    expect(scene.network.dialsTo('10.0.0.2')).toBe(2)
    // It calls, and all is forgiven.
    const b = await scene.host({ n: 2 })
    await scene.connect(b, a)
    await scene.until(a.node.disconnect(a.node.peers.get(idOf(2))!))
    await scene.clock.advance(100)
    await scene.connect(a, b)
    expect(await scene.end()).toEqual(nothing)
  })

  it('goes into one place of the internet for few of those who are said to be there (T18)', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1, maxOutbound: 100 })
    for (let n = 2; n < 40; n++)
      await scene.refused(a.node.dial({ id: idOf(n), ip: '8.8.8.8', port: 1_000 + n }))
    expect(scene.network.dialsTo('8.8.8.8')).toBeLessThanOrEqual(2)
    expect(a.node.refusals.get('not-now')).toBeGreaterThanOrEqual(36)
    await scene.end()
  })

  it('has no such cap where it was given up, and is kept to the scope of the network', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1, maxOutbound: 100, swarm: { victimCap: false } })
    for (let n = 2; n < 10; n++)
      await scene.refused(a.node.dial({ id: idOf(n), ip: '8.8.8.8', port: 1_000 + n }))
    expect(scene.network.dialsTo('8.8.8.8')).toBe(8)
    // Who is on the internet does not let strangers send him around in his own site; his own word is another matter.
    a.node.addPersistentPeers([{ id: idOf(20), ip: '8.8.4.4', port: 1 }])
    const inside = { id: idOf(21), ip: '192.168.0.1', port: 1 }
    expect(await scene.refused(a.node.dial(inside))).toMatchObject({
      code: 'PEX_FILTERED',
      refusal: 'filtered'
    })
    a.node.vouch([inside])
    expect(await scene.refused(a.node.dial(inside))).toMatchObject({ refusal: 'unreachable' })
    await scene.end()
  })

  it.each([
    { id: 'x', ip: '10.0.0.2', port: 1 },
    { id: idOf(2), ip: 'example.com', port: 1 },
    { id: idOf(2), ip: '10.0.0.2', port: -1 }
  ])('of %o is an error of the caller, and no refusal', async address => {
    const scene = new Scene()
    const a = await scene.host({ n: 1 })
    await expect(a.node.dial(address)).rejects.toMatchObject({ code: 'PEX_INVALID_PARAMETER' })
    expect(a.events.filter(({ kind }) => kind === 'refused')).toEqual([])
    await scene.end()
  })
})

describe('many dials', () => {
  it('go out in random order, spread over three seconds, and tell what became of each', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1, maxOutbound: 20 })
    const hosts = []
    for (let n = 2; n < 12; n++) hosts.push(await scene.host({ n }))
    scene.network.refuse('10.0.0.5')
    const at: number[] = []
    const order: string[] = []
    a.node.notify(event => {
      if (event.kind !== 'peer-added') return
      at.push(scene.clock.now())
      order.push(event.peer.id)
    })
    const begun = scene.clock.now()
    const outcomes = await scene.until(a.node.dialPeers(hosts.map(({ address }) => address)))
    expect(outcomes.map(({ address }) => address)).toEqual(hosts.map(({ address }) => address))
    expect(outcomes.map(outcome => ('peer' in outcome ? 'ok' : outcome.error.refusal))).toEqual(
      hosts.map(({ n }) => (n === 5 ? 'unreachable' : 'ok'))
    )
    expect(order).not.toEqual(hosts.map(({ node }) => node.id).filter(id => id !== idOf(5)))
    expect(at.every(time => time - begun < 3_200)).toBe(true)
    expect(at.at(-1)! - at[0]!).toBeGreaterThan(1_000)
    expect(await scene.end()).toEqual(nothing)
  })

  it('of the same address twice are told of twice, and end with their signal', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1 })
    const b = await scene.host({ n: 2 })
    const outcomes = await scene.until(a.node.dialPeers([b.address, { ...b.address }]))
    expect(outcomes.map(outcome => ('peer' in outcome ? 'ok' : outcome.error.refusal)).toSorted()).toEqual([
      'duplicate',
      'ok'
    ])
    const controller = new AbortController()
    const rest = a.node.dialPeers([{ id: idOf(3), ip: '10.0.0.3', port: 1 }], { signal: controller.signal })
    controller.abort()
    expect(await rest).toMatchObject([{ error: { refusal: 'stopped' } }])
    expect(await scene.end()).toEqual(nothing)
  })
})

/** Bytes from one stream into another, until it ends. */
async function pipe(
  from: { source: AsyncIterable<Uint8Array>; abort(): void },
  to: { write(chunk: Uint8Array): Promise<void>; abort(): void }
): Promise<void> {
  try {
    for await (const chunk of from.source) await to.write(chunk)
  } catch {
    // One of them has gone.
  }
  from.abort()
  to.abort()
}
