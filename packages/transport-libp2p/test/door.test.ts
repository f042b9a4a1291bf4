/** Callers of a libp2p node that never say who they are (threat T25), on real TCP, from addresses of the loopback network. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Libp2p } from '@libp2p/interface'
import { inboundDoor } from '@pex/transport-libp2p'
import type { InboundDoorInit } from '@pex/transport-libp2p'
import { afterEach, describe, expect, it } from 'vitest'
import { createNode } from './support/nodes.ts'

const nodes: Libp2p[] = []
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(nodes.splice(0).map(node => node.stop()))
})

async function guarded(init: InboundDoorInit): Promise<Libp2p> {
  const node = await createNode(
    {},
    {
      connectionGater: inboundDoor(init),
      connectionManager: { maxIncomingPendingConnections: Infinity, inboundConnectionThreshold: Infinity }
    }
  )
  await node.start()
  nodes.push(node)
  return node
}

/** A socket that says nothing; resolves when it is open, or has been closed at once. */
async function silent(node: Libp2p, localAddress: string): Promise<Socket> {
  const port = Number(node.getMultiaddrs()[0]!.toString().split('/')[4])
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  sockets.push(socket)
  socket.on('error', () => {})
  socket.resume()
  await new Promise(resolve => socket.once('connect', resolve).once('close', resolve))
  return socket
}

const closed = (socket: Socket): Promise<unknown> =>
  socket.closed ? Promise.resolve() : new Promise(resolve => socket.once('close', resolve))

async function honest(node: Libp2p): Promise<void> {
  const caller = await createNode({})
  await caller.start()
  nodes.push(caller)
  await caller.dial(node.getMultiaddrs(), { signal: AbortSignal.timeout(5_000) })
}

// Only Linux has all of 127.0.0.0/8 at once.
describe.runIf(process.platform === 'linux')('silent callers', () => {
  it('keep nobody out: one more ends the oldest of the group that has most of them', async () => {
    const node = await guarded({ maxHalfOpen: 4, maxHalfOpenPerIp: 2 })
    const flood: Socket[] = []
    for (let i = 0; i < 12; i++) flood.push(await silent(node, `127.2.0.${1 + i}`))
    await Promise.all(flood.slice(0, 8).map(closed))
    expect(flood.slice(8).map(({ closed: isClosed }) => isClosed)).toEqual([false, false, false, false])
    await honest(node)
    await expect.poll(() => node.getConnections().length).toBe(1)
  })

  it('are so many of one address and no more', async () => {
    const node = await guarded({ maxHalfOpen: 4, maxHalfOpenPerIp: 2 })
    const first = [await silent(node, '127.2.0.1'), await silent(node, '127.2.0.1')]
    await closed(await silent(node, '127.2.0.1'))
    expect(first.map(({ closed: isClosed }) => isClosed)).toEqual([false, false])
  })

  it('count no more once they have gone or said who they are', async () => {
    const node = await guarded({ maxHalfOpen: 1, maxHalfOpenPerIp: 1 })
    for (let i = 0; i < 3; i++) await honest(node)
    await expect.poll(() => node.getConnections().length).toBe(3)
    const gone = await silent(node, '127.0.0.1')
    gone.destroy()
    await closed(gone)
    await expect.poll(() => honest(node).then(() => true)).toBe(true)
    await expect.poll(() => node.getConnections().length).toBeGreaterThanOrEqual(4)
  })
})
