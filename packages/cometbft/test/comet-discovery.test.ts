import { base58btc } from 'multiformats/bases/base58'
import { describe, expect, it } from 'vitest'
import { AddressBook, netAddresses, rules } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'
import {
  cometbftDiscovery,
  fillBook,
  netAddressesOf,
  nodeIdOfPeerId,
  peerIdOfPublicKey,
  sameHost
} from '@pex/cometbft'
import type { Found } from '@pex/core'
import { nodeIdOf, nodeKey } from '@pex/mconnection'
import { seeded, virtualClock } from '@pex/testkit'
import { day, node, nodes, start } from './comet-scene.ts'

const { publicKey } = nodeKey(new Uint8Array(32).fill(0xa1))
const nodeId = '730a5edc28c2f8daf2d9dce3a01d5f205e35e555'
const peerId = peerIdOfPublicKey(publicKey)

function newBook(): AddressBook<NetAddress> {
  return new AddressBook({ kind: netAddresses(), rules: rules.cometbft, rng: seeded(1) })
}

/** What a source names before it is exhausted. */
async function all(found: AsyncIterable<Found>): Promise<Found[]> {
  const list: Found[] = []
  for await (const one of found) list.push(one)
  return list
}

describe('one key, two ids', () => {
  it('the node id of a peer id is that of its key, as CometBFT counts it', () => {
    expect(nodeIdOf(publicKey)).toBe(nodeId)
    expect(peerId).toMatch(/^12D3KooW/)
    expect(nodeIdOfPeerId(peerId)).toBe(nodeId)
  })

  const others = [
    '',
    nodeId,
    peerId.slice(1),
    `${peerId}1`,
    peerId.replace('K', '0'),
    // An RSA key's hash, and a secp256k1 key.
    'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
    '16Uiu2HAm1SVGCWxHZg5eGj8E5pSfMZAVZfDC67wqeXWGCqPeXMTn',
    // As long as one, and of another kind of key.
    base58btc.baseEncode(Uint8Array.of(0x00, 0x24, 0x08, 0x02, 0x12, 0x20, ...publicKey))
  ]
  it.each(others)('%j has none', id => {
    expect(nodeIdOfPeerId(id)).toBeUndefined()
  })
})

it('a text that is too long for an id is not decoded, which would take for ever', () => {
  expect(nodeIdOfPeerId('x'.repeat(3_000_000))).toBeUndefined()
})

describe('nodes as first contacts', () => {
  it('those that were met lately are named, by address alone, at the port of the hosts beside them', async () => {
    const book = newBook()
    const clock = virtualClock(start)
    for (const address of nodes(1, 30)) book.add(address, address, start)
    for (const { id } of nodes(1, 20)) book.good(id, start)
    await clock.advance(day / 2)
    const six: NetAddress = { ...node(40), ip: '2a00::1' }
    book.add(six, six, clock.now())
    book.good(six.id, clock.now())
    const found = await all(
      cometbftDiscovery({ book, clock, addressesOf: sameHost('/tcp/4001'), most: 99 }).findPeers(
        'any',
        new AbortController()
      )
    )
    expect(found).toHaveLength(21)
    expect(found).toContainEqual({ addresses: [`/ip4/${node(1).ip}/tcp/4001`] })
    expect(found).toContainEqual({ addresses: ['/ip6/2a00::1/tcp/4001'] })
    await clock.advance(day / 2 + 1)
    const later = await all(
      cometbftDiscovery({ book, clock, addressesOf: sameHost('/udp/4001/noise') }).findPeers(
        'any',
        new AbortController()
      )
    )
    expect(later).toEqual([{ addresses: ['/ip6/2a00::1/udp/4001/noise'] }])
  })

  it('sixteen at a time, none where nothing can be there, and no more when the caller has had enough', async () => {
    const book = newBook()
    const clock = virtualClock(start)
    for (const address of nodes(1, 30)) {
      book.add(address, address, start)
      book.good(address.id, start)
    }
    const { signal } = new AbortController()
    const some = cometbftDiscovery({ book, clock, addressesOf: sameHost('/tcp/1') })
    expect(await all(some.findPeers('any', { signal }))).toHaveLength(16)
    const none = cometbftDiscovery({ book, clock, addressesOf: () => [] })
    expect(await all(none.findPeers('any', { signal }))).toEqual([])
    expect(await all(some.findPeers('any', { signal: AbortSignal.abort() }))).toEqual([])
  })
})

describe('PeX hosts that were met fill the book', () => {
  const tell = (...addresses: string[]): string[] =>
    netAddressesOf({ id: peerId, addresses }).map(({ id, ip, port }) => `${id === nodeId} ${ip} ${port}`)

  it('plain TCP addresses are taken as they are', () => {
    expect(
      tell('/ip4/93.184.216.34/tcp/26656', '/ip6/2A00::0:1/tcp/1', `/ip4/9.9.9.9/tcp/2/p2p/${peerId}`)
    ).toEqual(['true 93.184.216.34 26656', 'true 2a00::1 1', 'true 9.9.9.9 2'])
  })

  it('others are not', () => {
    const others = [
      '/ip4/1.2.3.4/tcp/80/ws',
      '/ip4/1.2.3.4/udp/4001/quic-v1',
      '/dns4/a.example/tcp/1',
      '/ip4/1.2.3.4/tcp/0',
      '/ip4/1.2.3.4/tcp/65536',
      '/ip4/1.2.3/tcp/1',
      `/ip4/1.2.3.4/tcp/1/p2p/${peerId}/p2p-circuit`,
      'nonsense',
      ''
    ]
    expect(tell(...others)).toEqual([])
    expect(netAddressesOf({ addresses: ['/ip4/1.2.3.4/tcp/1'] })).toEqual([])
    expect(netAddressesOf({ id: 'stranger', addresses: ['/ip4/1.2.3.4/tcp/1'] })).toEqual([])
  })

  it('with a port that all run their node at, any address but a relayed one will do', () => {
    const addresses = ['/ip4/1.2.3.4/udp/4001/noise', `/ip4/1.2.3.5/tcp/1/p2p/${peerId}/p2p-circuit`]
    expect(netAddressesOf({ id: peerId, addresses }, { port: 26_656 })).toEqual([
      { id: nodeId, ip: '1.2.3.4', port: 26_656 }
    ])
  })

  it('one place for each host, the best that the book welcomes', () => {
    const book = newBook()
    const addresses = ['/ip4/10.0.0.1/tcp/1', '/ip4/93.184.216.34/tcp/2', '/ip4/93.184.216.35/tcp/3']
    const hosts = [{ id: peerId, addresses }, { id: 'stranger', addresses }, { addresses }]
    expect(fillBook(book, hosts, { now: start })).toBe(1)
    expect(book.get(nodeId)?.address).toEqual({ id: nodeId, ip: '93.184.216.34', port: 2 })
    expect(fillBook(book, hosts, { now: start })).toBe(0)
  })
})
