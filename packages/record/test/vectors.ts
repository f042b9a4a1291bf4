/**
 * The records that other implementations can check themselves against: test/vectors.json. Keys are 32 equal bytes, so
 * that whoever signs the same gets the same bytes. `--write` writes the file anew.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { createSigner } from '@pex/record'
import { toString } from 'uint8arrays/to-string'
import { ed25519, secp256k1 } from './envelopes.ts'

export interface Vector {
  readonly name: string
  /** The private key as libp2p's protobuf, hex. */
  readonly key: string
  readonly id: string
  /** Decimal. */
  readonly seq: string
  readonly addresses: readonly string[]
  /** The signed envelope, hex. */
  readonly envelope: string
}

const relayed =
  '/dns4/relay.example.com/tcp/443/tls/ws/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN/p2p-circuit/webrtc'

/** All vectors, made afresh. */
export async function makeVectors(): Promise<Vector[]> {
  const many = Array.from({ length: 16 }, (_, i) => `/ip4/192.0.2.${i}/tcp/4001`)
  const cases: [string, PrivateKey, bigint, string[]][] = [
    ['one address', await ed25519(1), 1n, ['/ip4/192.0.2.1/tcp/4001']],
    ['no address', await ed25519(2), 1_700_000_000_000n, []],
    ['seq 0 is left out of the payload', await ed25519(3), 0n, ['/ip6/2001:db8::1/udp/4001/quic-v1']],
    ['the highest seq', await ed25519(4), 2n ** 64n - 1n, ['/dns4/example.com/tcp/443/tls/ws']],
    ['sixteen addresses', await ed25519(5), 7n, many],
    ['an address by way of a relay', await ed25519(6), 7n, [relayed]],
    ['secp256k1', secp256k1(7), 1n, ['/ip4/192.0.2.1/tcp/4001']]
  ]
  return Promise.all(
    cases.map(async ([name, key, seq, addresses]) => {
      const record = await createSigner(key).sign(addresses, seq)
      return {
        name,
        key: toString(privateKeyToProtobuf(key), 'base16'),
        id: record.id,
        seq: seq.toString(),
        addresses,
        envelope: toString(record.envelope, 'base16')
      }
    })
  )
}

if (process.argv.includes('--write')) {
  const file = join(import.meta.dirname, 'vectors.json')
  writeFileSync(file, `${JSON.stringify(await makeVectors(), null, 2)}\n`)
}
