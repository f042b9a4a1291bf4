/** Calls that cross, with a node at the other end that keeps whichever it likes, as CometBFT's do. */
import { describe, expect, it } from 'vitest'
import { upgrade } from '../src/index.ts'
import type { NodeInfo, Upgraded } from '../src/index.ts'
import { idOf, keyOf, PORT, Scene } from './scene.ts'
import type { Host } from './scene.ts'

const infoOf = (n: number): NodeInfo => ({
  protocol: { p2p: 8, block: 11, app: 0 },
  id: idOf(n),
  listenAddress: `tcp://10.0.0.${n}:${PORT}`,
  network: 'test-chain',
  version: '',
  channels: [0],
  moniker: 'other',
  txIndex: '',
  rpcAddress: ''
})

/** Two calls that have crossed: the one that the host has made, and the one that has come, which is the second. */
async function crossed(n: number): Promise<{ scene: Scene; host: Host; made: Upgraded; come: Upgraded }> {
  const scene = new Scene()
  const host = await scene.host({ n: 1 })
  const carrier = scene.network.carrier(`10.0.0.${n}`)
  const greet = { key: keyOf(n), nodeInfo: infoOf(n), clock: scene.clock }
  const called = Promise.withResolvers<Upgraded>()
  await carrier.listen({ ip: `10.0.0.${n}`, port: PORT }, stream => called.resolve(upgrade(stream, greet)))
  const { signal } = new AbortController()
  const calling = carrier.dial(host.address, { signal })
  await scene.until(host.node.dial({ id: idOf(n), ip: `10.0.0.${n}`, port: PORT }))
  const come = await scene.until(calling.then(stream => upgrade(stream, greet)))
  await scene.clock.advance(50)
  return { scene, host, made: await called.promise, come }
}

/** One with a greater id than the host's, and one with a smaller. */
const others = [2, 3, 4, 5, 6, 7, 8, 9].toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))

describe.each([others[0]!, others.at(-1)!])('calls that cross with node %i', n => {
  it('leave what the other node keeps: the first connection', async () => {
    const { scene, host, come } = await crossed(n)
    expect(host.node.peers.list().map(({ direction }) => direction)).toEqual(['outbound'])
    await scene.until(come.duplex.close())
    await scene.clock.advance(5_000)
    expect(host.node.peers.list().map(({ direction }) => direction)).toEqual(['outbound'])
    expect(host.node.refusals.get('duplicate')).toBe(1)
    expect(await scene.end()).toMatchObject({ timers: 0 })
  })

  it('leave what the other node keeps: the second connection', async () => {
    const { scene, host, made } = await crossed(n)
    await scene.until(made.duplex.close())
    await scene.clock.advance(5_000)
    expect(host.node.peers.list().map(({ direction }) => direction)).toEqual(['inbound'])
    expect(host.node.refusals.get('duplicate')).toBe(0)
    expect(await scene.end()).toMatchObject({ timers: 0 })
  })

  it('leave the one that the node with the greater id has dialled, where the other node does not choose', async () => {
    const { scene, host } = await crossed(n)
    await scene.clock.advance(5_000)
    const isHostGreater = host.node.id > idOf(n)
    expect(host.node.peers.list().map(({ direction }) => direction)).toEqual([
      isHostGreater ? 'outbound' : 'inbound'
    ])
    expect(await scene.end()).toMatchObject({ timers: 0 })
  })

  it('and a switch that stops meanwhile leaves nothing behind', async () => {
    const { scene, host } = await crossed(n)
    await scene.until(host.node.stop())
    expect(host.node.counts).toMatchObject({ inbound: 0, outbound: 0, halfOpen: 0 })
    expect(await scene.end()).toMatchObject({ timers: 0 })
    expect(host.node.counts.sockets).toBe(0)
  })
})
