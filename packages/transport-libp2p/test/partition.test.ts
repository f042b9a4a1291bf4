import { identify } from '@libp2p/identify'
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { PexError } from '@pex/core'
import { pex } from '@pex/transport-libp2p'
import type { PexService } from '@pex/transport-libp2p'
import { describe, expect, it } from 'vitest'
import { createNode, event } from './support/nodes.ts'

const HOSTS = 20
// Half of it is the deadline of an exchange: on a machine with other work, twenty hosts in one process need that.
const TICK = 1_000

type Node = Libp2p<{ pex: PexService }>

/** A wall between two halves of the network, which each node's connection gater asks. */
class Wall {
  up = false
  // The hosts on one side.
  readonly left = new Set<string>()

  stands(between: string, and: PeerId | undefined): boolean {
    return this.up && and !== undefined && this.left.has(between) !== this.left.has(and.toString())
  }
}

async function start(wall: Wall): Promise<Node> {
  let own = ''
  const gate = (peer: PeerId | undefined): boolean => wall.stands(own, peer)
  const node = await createNode(
    {
      identify: identify(),
      pex: pex({ gossip: { tickMs: TICK } })
    },
    {
      connectionGater: {
        denyDialMultiaddr: () => false,
        denyDialPeer: gate,
        denyInboundEncryptedConnection: gate
      }
    }
  )
  own = node.peerId.toString()
  await node.start()
  return node
}

/** Joins through the bootstrap peers, however busy the machine is. */
async function join(node: Node, bootstrap: string[]): Promise<void> {
  try {
    await node.services.pex.join('split', { bootstrap })
  } catch (error) {
    if ((error as PexError).code !== 'PEX_NO_PEER_FOUND') throw error
    await join(node, bootstrap)
  }
}

const view = (node: Node): Set<string> => new Set(node.services.pex.view('split').map(({ id }) => id))

/** Resolves when every host holds every other one. */
async function converged(nodes: readonly Node[]): Promise<void> {
  const ids = nodes.map(({ peerId }) => peerId.toString())
  for (const node of nodes) {
    const missing = () => ids.filter(id => id !== node.peerId.toString() && !view(node).has(id))
    while (missing().length > 0) await event(node.services.pex, 'view:update')
  }
}

describe('twenty libp2p hosts over TCP', () => {
  it('split in halves for 50 rounds, they are one network again, without any bootstrap peer', async () => {
    const wall = new Wall()
    // Nobody is configured with a bootstrap peer: each joins by hand, once, and that is all the help there is.
    const nodes = await Promise.all(Array.from({ length: HOSTS }, () => start(wall)))
    const [first, ...others] = nodes as [Node, ...Node[]]
    const bootstrap = first.getMultiaddrs().map(String)
    await first.services.pex.join('split')
    for (const node of others) await join(node, bootstrap)
    try {
      await converged(nodes)
      for (const node of nodes.slice(0, HOSTS / 2)) wall.left.add(node.peerId.toString())
      wall.up = true
      for (const node of nodes)
        for (const connection of node.getConnections())
          if (wall.stands(node.peerId.toString(), connection.remotePeer)) await connection.close()

      // An exchange that was under way has an end of its own, in its round or the next.
      for (let round = 0; round < 2; round++)
        await Promise.all(nodes.map(node => event(node.services.pex, 'round')))

      const crossed: string[] = []
      for (const node of nodes)
        node.services.pex.addEventListener('exchange:complete', ({ detail: { peer } }) => {
          if (wall.up && wall.left.has(peer) !== wall.left.has(node.peerId.toString())) crossed.push(peer)
        })
      const { round: splitAt } = await event<{ round: number }>(first.services.pex, 'round')
      await event<{ round: number }>(first.services.pex, 'round', ({ round }) => round >= splitAt + 50)
      expect(crossed).toEqual([])

      wall.up = false
      await converged(nodes)
    } finally {
      await Promise.all(nodes.map(node => node.stop()))
    }
    // A bound on hanging: on a machine with other work every round takes many times as long.
  }, 900_000)
})
