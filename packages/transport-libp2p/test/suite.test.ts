/** The contract of core's `Transport`, over what users have: TCP and WebSockets with noise and yamux, on loopback. */
import type { Transport } from '@pex/core'
import { transportSuite } from '@pex/testkit/transport'
import type { TransportPeer } from '@pex/testkit/transport'
import { libp2pTransport } from '@pex/transport-libp2p'
import type { Libp2pTransportComponents } from '@pex/transport-libp2p'
import { describe, expect, it } from 'vitest'
import { createNode, TCP, WS } from './support/nodes.ts'

const runner = { describe, it, expect }
const services = { transport: (components: Libp2pTransportComponents) => libp2pTransport(components) }
/** What the transport allows on one connection by default; libp2p itself allows ten on a new one. */
const options = { parallel: 8, shortMs: 100 }
/** A well-formed contact on a port that nobody may listen on. */
const nobody = {
  id: '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp',
  addresses: ['/ip4/127.0.0.1/tcp/1']
}

/** The node lives and dies with its transport. */
async function wholeNode(listen: string): Promise<TransportPeer> {
  const node = await createNode(services, { listen: [listen] })
  const { transport } = node.services
  const lifecycle = { start: async () => node.start(), stop: async () => node.stop() }
  return { id: node.peerId.toString(), transport: { ...bound(transport), ...lifecycle } }
}

function bound(transport: Transport): Transport {
  return {
    start: () => transport.start(),
    stop: () => transport.stop(),
    addresses: () => transport.addresses(),
    watchAddresses: listener => transport.watchAddresses(listener),
    request: (...args) => transport.request(...args),
    handle: (...args) => transport.handle(...args),
    unhandle: protocol => transport.unhandle(protocol)
  }
}

describe.each([
  ['TCP', TCP],
  ['WebSockets', WS]
])('%s, nodes that start and stop with their transport', (_name, listen) => {
  transportSuite(runner, () => ({ nobody: () => nobody, create: () => wholeNode(listen) }), options)
})

describe('a transport that starts and stops on a node that runs', () => {
  transportSuite(
    runner,
    () => {
      const nodes: { stop(): Promise<void> | void }[] = []
      return {
        nobody: () => nobody,
        create: async () => {
          const node = await createNode(services)
          await node.start()
          nodes.push(node)
          return { id: node.peerId.toString(), transport: node.services.transport }
        },
        async teardown() {
          for (const node of nodes) await node.stop()
        }
      }
    },
    options
  )
})
