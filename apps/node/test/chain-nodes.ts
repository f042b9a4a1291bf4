/** Small chains on this machine: real switches with CometBFT's reactor, over TCP. */
import { AddressBook, netAddresses, rules } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'
import { pexReactor } from '@pex/cometbft'
import { NetworkScope } from '@pex/core'
import { nodeKey } from '@pex/mconnection'
import { Switch } from '@pex/switch'
import { tcp } from '@pex/switch/tcp'
import { afterEach } from 'vitest'
import { systemClock as clock, systemRng as rng } from '../src/system.ts'

export const chain = 'testing-1'
const nodes: ChainNode[] = []

afterEach(async () => {
  await Promise.all(nodes.splice(0).map(({ net }) => net.stop()))
})

export interface ChainNode {
  readonly net: Switch
  readonly book: AddressBook<NetAddress>
  readonly address: NetAddress
  /** `id@ip:port` */
  readonly text: string
}

export interface ChainNodeInit {
  readonly known?: readonly NetAddress[]
  readonly seeds?: readonly string[]
  readonly moniker?: string
  readonly chainId?: string
}

/** A node on a free port of 127.0.0.1. */
export async function chainNode(init: ChainNodeInit = {}): Promise<ChainNode> {
  const { known = [], seeds = [], moniker = 'a node', chainId = chain } = init
  const book = new AddressBook({ kind: netAddresses('any'), rules: rules.cometbft, rng })
  for (const address of known) book.add(address, address, clock.now())
  const reactor = pexReactor({
    book,
    seeds,
    ensureMs: 300,
    allowDuplicateIp: true,
    marksGood: true,
    pacing: 'lenient'
  })
  const net = new Switch(
    {
      key: nodeKey(),
      nodeInfo: { network: chainId, moniker, version: '0.38.12' },
      carrier: tcp(),
      clock,
      rng,
      reactors: [reactor]
    },
    {
      listen: [{ ip: '127.0.0.1', port: 0 }],
      allowDuplicateIp: true,
      maxHalfOpenPerIp: 64,
      swarm: { scope: new NetworkScope('private'), victimCap: false }
    }
  )
  await net.start()
  const address = { id: net.id, ...net.places[0]! }
  const node = { net, book, address, text: `${net.id}@127.0.0.1:${address.port}` }
  nodes.push(node)
  return node
}
