/** Keys from seeds, and envelopes right and wrong: what a stranger could send, made field by field. */
import { generateKeyPairFromSeed, privateKeyFromRaw } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey, PrivateKey, Secp256k1PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { concat } from 'uint8arrays/concat'

/** A key from 32 equal bytes. */
export function ed25519(seed: number): Promise<Ed25519PrivateKey> {
  return generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(seed))
}

export function secp256k1(seed: number): Secp256k1PrivateKey {
  return privateKeyFromRaw(new Uint8Array(32).fill(seed)) as Secp256k1PrivateKey
}

/** A field of a protobuf message, length-delimited; one of no bytes is left out, as in the canonical encoding. */
export function field(number: number, bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? bytes : concat([Uint8Array.of((number << 3) | 2), varint(bytes.length), bytes])
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; bytes.length === 0 || rest > 0; rest >>>= 7)
    bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest)
  return Uint8Array.from(bytes)
}

export interface Parts {
  readonly publicKey: Uint8Array
  readonly payloadType: Uint8Array
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

/** The one encoding that counts. */
export function assemble({ publicKey, payloadType, payload, signature }: Parts): Uint8Array {
  return concat([field(1, publicKey), field(2, payloadType), field(3, payload), field(5, signature)])
}

export interface Forgery {
  readonly domain?: string
  readonly payloadType?: Uint8Array
  readonly payload?: Uint8Array
}

/** The parts of an envelope that the key has really signed, whatever it says. */
export async function sealed(key: PrivateKey, forgery: Forgery = {}): Promise<Parts> {
  const { domain = PeerRecord.DOMAIN, payloadType = PeerRecord.CODEC, payload = payloadOf(key) } = forgery
  const text = new TextEncoder().encode(domain)
  const lengthened = [text, payloadType, payload].flatMap(bytes => [varint(bytes.length), bytes])
  const signature = await key.sign(concat(lengthened))
  return { publicKey: protobufOf(key), payloadType, payload, signature }
}

/** A peer record of these addresses. */
export function payloadOf(
  key: PrivateKey,
  addresses: readonly (string | Uint8Array)[] = ['/ip4/192.0.2.1/tcp/4001'],
  seq: bigint = 1n
): Uint8Array {
  const peerId = peerIdFromPrivateKey(key)
  const multiaddrs = addresses.map(address =>
    // Bytes that nobody has looked at, as an attacker would send them.
    typeof address === 'string' ? multiaddr(address) : ({ bytes: address } as Multiaddr)
  )
  return new PeerRecord({ peerId, multiaddrs, seqNumber: seq }).marshal()
}

const KEY_TYPES: Readonly<Record<PrivateKey['type'], number>> = { RSA: 0, Ed25519: 1, secp256k1: 2, ECDSA: 3 }

function protobufOf({ type, publicKey }: PrivateKey): Uint8Array {
  return concat([Uint8Array.of(0x08, KEY_TYPES[type]), field(2, publicKey.raw)])
}
