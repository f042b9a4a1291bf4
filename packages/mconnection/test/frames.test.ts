/** The sealed stream: frames, their counters, and what becomes of them under way. */
import { createHash } from 'node:crypto'
import { below } from '@pex/core'
import { seeded, virtualClock, withSeed } from '@pex/testkit'
import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FRAME_BYTES, FRAME_DATA, MAX_FRAMES, Opener, Sealer } from '../src/frames.ts'
import type { ConnectionError, Duplex, SecretConnection, SecretConnectionInit } from '../src/index.ts'
import { duplexPair, nodeKey, secretConnection } from '../src/index.ts'
import * as noble from '../src/noble.ts'
import * as node from '../src/platform.ts'
import { isSmallOrder } from '../src/primitives.ts'
import { delimited } from '../src/protobuf.ts'
import { Stranger } from './evil.ts'
import { ascii, bytesOf, concat, cut, hex, randomBytes } from './kit.ts'

const clock = virtualClock()
const make = (duplex: Duplex, init: Partial<SecretConnectionInit> = {}): Promise<SecretConnection> =>
  secretConnection(duplex, { key: nodeKey(), clock, ...init })

/** What a handshake fails with. */
const failure = (work: Promise<unknown>): Promise<ConnectionError> =>
  work.then(
    () => expect.unreachable('it has succeeded'),
    (error: unknown) => error as ConnectionError
  )

async function secretPair(room?: number): Promise<[SecretConnection, SecretConnection]> {
  const [a, b] = duplexPair(room)
  return Promise.all([make(a), make(b)])
}

async function readBytes(stream: Duplex, length: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let left = length
  for await (const chunk of stream.source) {
    chunks.push(chunk)
    left -= chunk.length
    if (left <= 0) break
  }
  return concat(chunks)
}

describe('a sealed stream', () => {
  it('carries a hundred messages of up to five frames each way, both at once', async () => {
    await withSeed(1, async rng => {
      const [a, b] = await secretPair()
      const messages = [a, b].map(() =>
        Array.from({ length: 100 }, () => randomBytes(rng, below(rng, 5 * FRAME_DATA)))
      )
      const size = (side: number): number => messages[side]!.reduce((sum, { length }) => sum + length, 0)
      const write = async (stream: Duplex, side: number): Promise<void> => {
        for (const message of messages[side]!) await stream.write(message)
      }
      const [, , fromB, fromA] = await Promise.all([
        write(a, 0),
        write(b, 1),
        readBytes(a, size(1)),
        readBytes(b, size(0))
      ])
      expect(hex(fromA)).toBe(hex(concat(messages[0]!)))
      expect(hex(fromB)).toBe(hex(concat(messages[1]!)))
    })
  })

  it('does not mix writes that are under way at the same time', async () => {
    const [a, b] = await secretPair(2_000)
    const messages = Array.from({ length: 20 }, (_, i) => new Uint8Array(1 + i * 9_000).fill(i))
    const all = concat(messages)
    const read = readBytes(b, all.length)
    await Promise.all(messages.map(message => a.write(message)))
    expect(hex(await read)).toBe(hex(all))
  })

  it('puts a small write into one frame, cuts long ones, and sends nothing for an empty one', async () => {
    const sealer = new Sealer(node.primitives.aead(new Uint8Array(32)))
    expect(sealer.seal(new Uint8Array(FRAME_DATA)).length).toBe(FRAME_BYTES)
    expect(sealer.seal(new Uint8Array(FRAME_DATA + 1)).length).toBe(2 * FRAME_BYTES)
    expect(sealer.seal(new Uint8Array()).length).toBe(0)
  })

  it('never sends again, as padding, what an earlier frame carried', () => {
    const key = new Uint8Array(32)
    const sealer = new Sealer(node.primitives.aead(key))
    sealer.seal(new Uint8Array(FRAME_DATA).fill(7))
    const plain = node.primitives.aead(key).open(1, sealer.seal(Uint8Array.of(1)))!
    expect(plain.slice(0, 5)).toEqual(Buffer.from([1, 0, 0, 0, 1]))
    expect(plain.slice(5).every(byte => byte === 0)).toBe(true)
  })

  it.each([
    ['changed in one bit', (frames: Uint8Array[]) => void (frames[1]![77]! ^= 4), [1]],
    ['repeated', (frames: Uint8Array[]) => void (frames[1] = frames[0]!), [1]],
    ['swapped', (frames: Uint8Array[]) => void frames.push(frames.shift()!), []],
    ['left out', (frames: Uint8Array[]) => void frames.splice(1, 1), [1]]
  ])('gives up what comes before a frame that is %s, and then fails once', async (_how, harm, whole) => {
    const [a, b] = duplexPair()
    const stranger = new Stranger(b)
    const made = make(a)
    const { sealer, challenge } = await stranger.agree()
    await b.write(sealer.seal(delimited(stranger.proof(challenge))))
    const secret = await made
    const frames = [1, 2, 3].map(byte => sealer.seal(Uint8Array.of(byte)))
    harm(frames)
    await b.write(concat(frames))
    const read: number[] = []
    const end = (async () => {
      for await (const chunk of secret.source) read.push(...chunk)
    })()
    expect(await failure(end)).toMatchObject({ code: 'PEX_REJECTED', fault: 'bad-frame' })
    expect(read).toEqual(whole)
    await expect(secret.write(Uint8Array.of(1))).rejects.toBeDefined()
  })

  it('rejects a frame that claims to carry more than it has room for', () => {
    const key = new Uint8Array(32)
    const aead = node.primitives.aead(key)
    const plain = new Uint8Array(4 + FRAME_DATA)
    new DataView(plain.buffer).setUint32(0, FRAME_DATA + 1, true)
    const sealed = new Uint8Array(FRAME_BYTES)
    aead.seal(0, plain, sealed)
    const opener = new Opener(aead)
    expect(opener.open(sealed).length).toBe(0)
    expect(opener.fault).toBe('frame-oversize')
  })

  it('takes frames that carry nothing', () => {
    const key = new Uint8Array(32)
    const sealed = new Uint8Array(FRAME_BYTES)
    node.primitives.aead(key).seal(0, new Uint8Array(4 + FRAME_DATA), sealed)
    const opener = new Opener(node.primitives.aead(key))
    expect(opener.open(sealed).length).toBe(0)
    expect(opener.fault).toBeUndefined()
  })

  it('says that it was cut when it ends inside a frame', async () => {
    const [a, b] = duplexPair()
    const stranger = new Stranger(b)
    const made = make(a)
    const { sealer, challenge } = await stranger.agree()
    await b.write(sealer.seal(delimited(stranger.proof(challenge))))
    const secret = await made
    await b.write(sealer.seal(Uint8Array.of(1)).slice(0, 500))
    void b.close()
    expect(await failure(readBytes(secret, 1))).toMatchObject({ code: 'PEX_CLOSED', fault: 'truncated' })
  })

  it('dies before a counter could begin again', () => {
    const aead = node.primitives.aead(new Uint8Array(32))
    const sealer = new Sealer(aead, MAX_FRAMES - 1)
    const last = sealer.seal(Uint8Array.of(1))
    expect(() => sealer.seal(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'PEX_CLOSED' }))
    const opener = new Opener(aead, MAX_FRAMES - 1)
    expect(opener.open(last)).toEqual(Uint8Array.of(1))
    opener.open(last)
    expect(opener.fault).toBe('bad-frame')
  })

  it('has nonces whose counter is 64 bits long', () => {
    const text = new Uint8Array(3)
    for (const counter of [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, MAX_FRAMES - 1]) {
      const sealed = [node, noble].map(({ primitives }) => {
        const into = new Uint8Array(text.length + 16)
        primitives.aead(new Uint8Array(32)).seal(counter, text, into)
        return hex(into)
      })
      expect(sealed[0]).toBe(sealed[1])
    }
  })

  it('comes out the same however the wire chunks it', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(5_000), (seed, length) => {
        const rng = seeded(seed)
        const data = randomBytes(rng, length)
        const aead = node.primitives.aead(new Uint8Array(32))
        const opener = new Opener(aead)
        const wire = cut(rng, new Sealer(aead).seal(data), 3_000)
        expect(hex(concat(wire.map(chunk => opener.open(chunk))))).toBe(hex(data))
        expect([opener.fault, opener.isPartial]).toEqual([undefined, false])
      }),
      { numRuns: 50 }
    )
  })
})

describe('both kinds of primitives', () => {
  it('agree on keys, secrets, seals and signatures', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 96, maxLength: 200 }), bytes => {
        const [secret, seed, key] = [0, 32, 64].map(at => bytes.slice(at, at + 32))
        const text = bytes.slice(96)
        const both = [node, noble].map(({ primitives }) => {
          const pair = primitives.keyPair(secret)
          const signer = primitives.nodeKey(seed)
          const sealed = new Uint8Array(text.length + 16)
          primitives.aead(key!).seal(text.length, text, sealed)
          return [
            pair.publicKey,
            pair.agree(primitives.keyPair(seed).publicKey)!,
            signer.publicKey,
            signer.sign(text) as Uint8Array,
            sealed,
            primitives.hkdf(secret!, text, 64),
            primitives.sha256(text)
          ].map(hex)
        })
        expect(both[0]).toEqual(both[1])
      }),
      { numRuns: 30 }
    )
  })

  it('refuse what has been changed, and keys that are none', () => {
    for (const { primitives } of [node, noble]) {
      const key = primitives.nodeKey(new Uint8Array(32))
      const message = ascii('message')
      const signature = key.sign(message) as Uint8Array
      expect(primitives.verify(key.publicKey, message, signature)).toBe(true)
      expect(primitives.verify(key.publicKey, ascii('massage'), signature)).toBe(false)
      expect(primitives.verify(new Uint8Array(31), message, signature)).toBe(false)
      expect(primitives.verify(new Uint8Array(32).fill(2), message, signature)).toBe(false)
      expect(primitives.aead(new Uint8Array(32)).open(0, new Uint8Array(15))).toBeUndefined()
      expect(primitives.aead(new Uint8Array(32)).open(0, new Uint8Array(40))).toBeUndefined()
    }
  })

  it('refuse a signature that says its point in another way, which CometBFT’s own would take', () => {
    const { Point } = ed25519
    const message = ascii('message')
    const key = Point.BASE.multiply(7n).toBytes()
    // The point 1, written as p + 1.
    const commitment = bytesOf(`ee${'ff'.repeat(30)}7f`)
    const digest = createHash('sha512').update(commitment).update(key).update(message).digest()
    const challenge = BigInt(`0x${hex(digest.toReversed())}`) % Point.Fn.ORDER
    const scalar = bytesOf(((challenge * 7n) % Point.Fn.ORDER).toString(16).padStart(64, '0'))
    const signature = concat([commitment, scalar.toReversed()])
    expect(ed25519.verify(signature, message, key)).toBe(true)
    for (const { primitives } of [node, noble]) expect(primitives.verify(key, message, signature)).toBe(false)
  })

  it('share one list of small keys, which has every point of small order and no honest key', () => {
    expect(ED25519_TORSION_SUBGROUP).toHaveLength(8)
    for (const point of ED25519_TORSION_SUBGROUP) expect(isSmallOrder(bytesOf(point))).toBe(true)
    // The identity once more, with the sign that it cannot have; and p + 1, which is 1.
    expect(isSmallOrder(bytesOf(`01${'00'.repeat(30)}80`))).toBe(true)
    expect(isSmallOrder(bytesOf(`ee${'ff'.repeat(31)}`))).toBe(true)
    for (let i = 0; i < 50; i++) expect(isSmallOrder(nodeKey().publicKey)).toBe(false)
  })
})
