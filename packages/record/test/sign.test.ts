import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import { limits } from '@pex/core'
import type { PrivateKey } from '@libp2p/interface'
import { createSigner, createVerifier } from '@pex/record'
import { describe, expect, it } from 'vitest'
import { ed25519, secp256k1 } from './envelopes.ts'

describe('a signer', () => {
  it('signs with every kind of key that has a peer id, and its records are accepted', async () => {
    for (const key of [await ed25519(1), secp256k1(2), await generateKeyPair('RSA', 2048)]) {
      const record = await createSigner(key).sign(['/ip4/192.0.2.1/tcp/1'], 5n)
      expect(await createVerifier().verify(record.envelope)).toEqual(record)
    }
  })

  it('signs the same bytes again for the same record', async () => {
    const signer = createSigner(await ed25519(1))
    const [first, second] = await Promise.all([0, 1].map(() => signer.sign(['/ip4/192.0.2.1/tcp/1'], 5n)))
    expect(first).toEqual(second)
  })

  it('of many addresses signs the first ones that everybody accepts', async () => {
    const many = Array.from({ length: 40 }, (_, i) => `/ip4/192.0.2.${i}/tcp/1`)
    const { addresses } = await createSigner(await ed25519(1)).sign(many, 1n)
    expect(addresses).toEqual(many.slice(0, limits.maxAddresses))
  })

  it('of long addresses signs as many as fit into a record', async () => {
    const long = Array.from({ length: 16 }, (_, i) => `/dns4/${'a'.repeat(240)}${i}/tcp/1`)
    const { addresses, envelope } = await createSigner(await ed25519(1)).sign(long, 1n)
    expect(addresses).toEqual(long.slice(0, 7))
    expect(envelope.length).toBeLessThanOrEqual(limits.maxRecordBytes)
    expect(await createVerifier().verify(envelope)).toMatchObject({ addresses })
  })

  it('leaves out an address that nobody would accept, and signs the others', async () => {
    const signer = createSigner(await ed25519(1))
    const odd = ['/', '/ip4/192.0.2.1/tcp/1', `/unix/${'a'.repeat(600)}`, '/ip4/192.0.2.2/tcp/1']
    const { addresses, envelope } = await signer.sign(odd, 1n)
    expect(addresses).toEqual(['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.2/tcp/1'])
    expect(await createVerifier().verify(envelope)).toMatchObject({ addresses })
  })

  it('fails for a key so long that nobody would accept its record', async () => {
    // As RSA with 8192 bits does, which takes ten seconds to make.
    const key = Object.create(await ed25519(1), {
      sign: { value: () => new Uint8Array(2_000) }
    }) as PrivateKey
    await expect(createSigner(key).sign([], 1n)).rejects.toMatchObject({ code: 'PEX_INVALID_PARAMETER' })
  })
})

describe('a seq', () => {
  const root = join(import.meta.dirname, '..', '..', '..')
  const powers = Array.from({ length: 64 }, (_, i) => 2n ** BigInt(i))
  const seqs = [0n, 5n, ...powers.flatMap(power => [power - 1n, power, power + 5n]), 2n ** 64n - 1n]
  const inGap = (seq: bigint): boolean => seq >= 2n ** 31n && seq < 2n ** 32n

  it.each([
    ['Ed25519', () => ed25519(1)],
    ['RSA', () => generateKeyPair('RSA', 2048)]
  ])('of any size is signed as it is, under a key of kind %s', async (_, make) => {
    const key = await make()
    const addresses = ['/ip4/192.0.2.1/tcp/1']
    for (const seq of seqs) {
      const record = await createSigner(key).sign(addresses, seq)
      expect(await createVerifier().verify(record.envelope)).toMatchObject({ seq, addresses })
      // Where the library is right, we write what it writes.
      const peerId = peerIdFromPrivateKey(key)
      const theirs = new PeerRecord({
        peerId,
        multiaddrs: addresses.map(text => multiaddr(text)),
        seqNumber: seq
      })
      const { payload } = RecordEnvelope.createFromProtobuf(record.envelope)
      if (!inGap(seq)) expect(payload, String(seq)).toEqual(theirs.marshal())
    }
  })

  it('is written by nobody else: no other source hands a number of 64 bits to protons', () => {
    const sources = globSync(['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'], { cwd: root })
    expect(sources.length).toBeGreaterThan(400)
    const writers = sources.filter(path =>
      /seqNumber|protons-runtime|uint64\(.*writer/.test(readFileSync(join(root, path), 'utf8'))
    )
    expect(writers.toSorted()).toEqual(['packages/record/src/sign.ts', 'packages/record/src/verify.ts'])
  })
})
