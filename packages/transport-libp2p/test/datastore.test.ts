import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { memoryDatastore } from '../src/index.ts'
import { createNode } from './support/nodes.ts'

it('what the peer store remembers of a peer takes no more memory than its bytes', async () => {
  const datastore = memoryDatastore()
  const { peerStore } = await createNode({}, { datastore })
  for (let i = 1; i <= 8; i++) {
    const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    await peerStore.save(peer, { multiaddrs: [multiaddr(`/ip4/10.0.0.${i}/tcp/4001`)] })
  }
  const values: Uint8Array[] = []
  for await (const { value } of datastore.query({ prefix: '/peers' })) values.push(value)
  expect(values).toHaveLength(8)
  // A part of a slab keeps the slab alive.
  for (const { buffer, length } of values) expect(buffer.byteLength).toBe(length)
})
