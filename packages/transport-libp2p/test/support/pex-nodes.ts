/** Real nodes with the service, on TCP unless they are told otherwise. Rounds are run by the test; no timer has to fire. */
import { pex } from '@pex/transport-libp2p'
import type { PexService, PexServiceComponents, PexServiceInit } from '@pex/transport-libp2p'
import type { Libp2p } from '@libp2p/interface'
import { afterEach } from 'vitest'
import { createNode, event, TCP } from './nodes.ts'

export const NS = 'test'
export type Node = Libp2p<{ pex: PexService }>

let nodes: Node[] = []

/** A node that is not started; it is stopped after the test. */
export async function create(
  init: PexServiceInit = {},
  listen: string[] = [TCP],
  rest: object = {}
): Promise<Node> {
  const node = await createNode({ pex: pex({ namespaces: [NS], ...init }) }, { listen, ...rest })
  return stopLater(node)
}

export async function run(
  init: PexServiceInit = {},
  listen: string[] = [TCP],
  rest: object = {}
): Promise<Node> {
  const node = await create(init, listen, rest)
  await node.start()
  return node
}

/** A node whose service's dials are counted, by the peer dialled. */
export async function counted(
  init: PexServiceInit,
  dialled: (peer: string) => void = () => {}
): Promise<{ node: Node; dials: Map<string, number> }> {
  const dials = new Map<string, number>()
  const spied = (components: PexServiceComponents): PexService => {
    type TransportManager = PexServiceComponents['transportManager']
    const real = components.transportManager
    const dial: TransportManager['dial'] = (target, options) => {
      const peer = /\/p2p\/(\w+)$/.exec(String(target))?.[1] ?? 'unnamed'
      dials.set(peer, (dials.get(peer) ?? 0) + 1)
      dialled(peer)
      return real.dial(target, options)
    }
    const dialTransportForMultiaddr = real.dialTransportForMultiaddr.bind(real)
    const spy = { dial, dialTransportForMultiaddr } as unknown as TransportManager
    const { addressManager, connectionGater, connectionManager, events, logger } = components
    const { peerId, peerStore, privateKey, registrar } = components
    return pex({ namespaces: [NS], ...init })({
      addressManager,
      connectionGater,
      connectionManager,
      events,
      logger,
      peerId,
      peerStore,
      privateKey,
      registrar,
      transportManager: spy
    })
  }
  return { node: await stopLater(await createNode({ pex: spied })), dials }
}

async function stopLater(node: Node): Promise<Node> {
  nodes.push(node)
  return node
}

export const addresses = (node: Libp2p): string[] => node.getMultiaddrs().map(String)
export const known = (node: Node): string[] => node.services.pex.view(NS).map(({ id }) => id)
export const idOf = (node: Libp2p): string => node.peerId.toString()

/** Resolves when the view of the node holds the peer. */
export async function learns(node: Node, peer: string): Promise<void> {
  if (!known(node).includes(peer))
    await event(node.services.pex, 'view:update', () => known(node).includes(peer))
}

afterEach(async () => {
  await Promise.all(nodes.map(async node => node.stop()))
  nodes = []
})
