import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import {
  BootRejection,
  decodePacket,
  discoveryBounds,
  encodePacket,
  isNear,
  openPacket,
  sealPacket
} from '@pex/discovery'
import type { BootPacket } from '@pex/discovery'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOf } from './world.ts'

interface Vector {
  readonly name: string
  readonly seed: number
  readonly id: string
  readonly kind: BootPacket['kind']
  readonly namespace: string
  readonly distance: number
  readonly addresses: readonly string[]
  readonly payload: string
  readonly datagram: string
}

const file = join(import.meta.dirname, 'vectors', 'boot.json')
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[]

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

async function packetOf({ seed, kind, namespace, distance, addresses }: Vector): Promise<BootPacket> {
  const peer = peerIdFromPrivateKey(await keyOf(seed)).toMultihash().bytes
  if (kind === 'request') return { kind, namespace, peer }
  if (kind === 'survey') return { kind, namespace, peer, distance }
  return { kind, namespace, peer, addresses: addresses.map(address => multiaddr(address).bytes) }
}

describe("what Go's libraries wrote", () => {
  it.each(vectors)('$name is read', async vector => {
    expect(decodePacket(bytes(vector.payload))).toEqual(await packetOf(vector))
    const opened = openPacket(bytes(vector.datagram))
    expect(opened).not.toBeInstanceOf(BootRejection)
    const unproved = opened as Exclude<typeof opened, BootRejection>
    expect(unproved.packet).toEqual(await packetOf(vector))
    expect(await unproved.prove()).toBe(vector.id)
  })

  it.each(vectors)('$name is written the same to the byte', async vector => {
    const packet = await packetOf(vector)
    expect(encodePacket(packet)).toEqual(bytes(vector.payload))
    expect(await sealPacket(packet, await keyOf(vector.seed))).toEqual(bytes(vector.datagram))
  })
})

describe('a datagram of strangers', () => {
  const [vector] = vectors
  const good = bytes(vector!.datagram)

  it('that is cut short or longer than 2 KiB is rejected', () => {
    expect(openPacket(new Uint8Array(2049))).toMatchObject({ reason: 'oversize' })
    expect(openPacket(new Uint8Array())).toBeInstanceOf(BootRejection)
    for (let length = 0; length < good.length - 66; length++)
      expect(openPacket(good.subarray(0, length)), String(length)).toBeInstanceOf(BootRejection)
  })

  it('that somebody else has signed is rejected', async () => {
    const packet = await packetOf(vector!)
    const forged = openPacket(await sealPacket(packet, await keyOf(99)))
    expect(await (forged as Exclude<typeof forged, BootRejection>).prove()).toMatchObject({
      reason: 'signer-mismatch'
    })
  })

  it('whose signature is wrong in one bit is rejected', async () => {
    const changed = good.slice()
    changed[changed.length - 1]! ^= 1
    const opened = openPacket(changed)
    expect(await (opened as Exclude<typeof opened, BootRejection>).prove()).toMatchObject({
      reason: 'bad-signature'
    })
  })

  it('of another payload type is rejected: a peer record is no boot packet', async () => {
    const { createSigner } = await import('@pex/record')
    const { envelope } = await createSigner(await keyOf(1)).sign(['/ip4/192.0.2.1/tcp/4001'], 1n)
    expect(openPacket(envelope)).toMatchObject({ reason: 'wrong-payload-type' })
  })

  it('of an unknown kind, or with 17 addresses, is rejected', () => {
    const { pack, unpack } = packing
    const flat = unpack(bytes(vector!.payload), { maxBytes: 1024 }) as Uint8Array
    flat[16] = 3
    expect(decodePacket(pack(flat))).toMatchObject({ reason: 'unknown-kind' })
    const addresses = Array.from({ length: 17 }, () => Uint8Array.of(4, 127, 0, 0, 1, 6, 1, 1))
    const many = encodePacket({ kind: 'response', namespace: 'pex', peer: Uint8Array.of(1), addresses })
    expect(decodePacket(many)).toMatchObject({ reason: 'too-many-addresses' })
  })

  it('of any bytes is a packet or a named rejection', () => {
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 })
    fc.assert(
      fc.property(changes, fc.uint8Array({ maxLength: 300 }), (list, any) => {
        const input = good.slice()
        for (const [place, value] of list) input[place] = value
        for (const candidate of [input, any]) {
          const opened = openPacket(candidate)
          expect(opened instanceof BootRejection || opened.packet.peer instanceof Uint8Array).toBe(true)
        }
      }),
      { numRuns: 2000 }
    )
  })

  it('that inflates stays within the limit of a packet', () => {
    const zeros = new Uint8Array(1800).map((_, i) => (i % 2 === 0 ? 0 : 255))
    expect(decodePacket(zeros)).toMatchObject({ reason: 'malformed-packet' })
    expect(discoveryBounds.maxPacketBytes).toBe(8192)
  })
})

describe('who answers a gradual survey', () => {
  const id = (...tail: number[]): Uint8Array => Uint8Array.of(0, 36, 8, 1, ...tail)

  it.each([
    [id(1, 2, 3, 4), 0, true],
    [id(1, 2, 3, 5), 0, false],
    // The very last byte counts most.
    [id(1, 2, 3, 5), 24, false],
    [id(1, 2, 3, 5), 25, true],
    [id(0, 2, 3, 4), 0, false],
    [id(0, 2, 3, 4), 1, true],
    [id(129, 2, 3, 4), 7, false],
    [id(129, 2, 3, 4), 8, true],
    [id(254, 253, 252, 132), 31, false],
    [id(254, 253, 252, 132), 32, true],
    [id(254, 253, 252, 132), 255, true]
  ])('%o is near to …1, 2, 3, 4 at distance %i: %s', (other, distance, near) => {
    expect(isNear(id(1, 2, 3, 4), other, distance)).toBe(near)
  })
})

const packing = await import('@pex/wire/capnp')
