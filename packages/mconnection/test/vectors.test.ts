/** Bytes as CometBFT 0.38.12 and 1.0.1 make them (`test/go`, `vectors`), and vectors of the protocols underneath. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { virtualClock } from '@pex/testkit'
import { FRAME_BYTES, FRAME_DATA, Opener, Sealer } from '../src/frames.ts'
import { encodeAuthSig, encodeEphemeral } from '../src/handshake.ts'
import { nodeIdOf, nodeKey, secretConnection } from '../src/index.ts'
import * as noble from '../src/noble.ts'
import { decodePacket, maxPacketBytes, PING, PONG, writeMsgPacket } from '../src/packets.ts'
import * as node from '../src/platform.ts'
import type { Primitives } from '../src/primitives.ts'
import { delimited } from '../src/protobuf.ts'
import { challengeOf, keysOf } from '../src/schedule.ts'
import { Transcript } from '../src/transcript.ts'
import { ascii, bytesOf, concat, hex, Wire } from './kit.ts'

interface Side {
  readonly ephemeralSecret: string
  readonly seed: string
  readonly publicKey: string
  readonly wire: string
}

interface Vector {
  readonly a: Side
  readonly b: Side
  readonly messages: readonly string[]
}

const folder = join(import.meta.dirname, 'vectors')
const vectors = JSON.parse(readFileSync(join(folder, 'handshakes.json'), 'utf8')) as Vector[]
const each: readonly (readonly [string, Primitives])[] = [
  ['node', node.primitives],
  ['noble', noble.primitives]
]

const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
const counted = (from: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => from + i)

describe('a transcript', () => {
  it('gives the challenge of the simple test of Merlin', () => {
    const transcript = new Transcript('test protocol')
    transcript.append('some label', ascii('some data'))
    expect(hex(transcript.challenge('challenge', 32))).toBe(
      'd5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615'
    )
  })

  it('gives the challenge of the long test of Merlin, in which the state is permuted again and again', () => {
    const transcript = new Transcript('test protocol')
    transcript.append('step1', ascii('some data'))
    const data = new Uint8Array(1_024).fill(99)
    let challenge = new Uint8Array()
    for (let i = 0; i < 32; i++) {
      challenge = new Uint8Array(transcript.challenge('challenge', 32))
      transcript.append('bigdata', data)
      transcript.append('challengedata', challenge)
    }
    expect(hex(challenge)).toBe('a8c933f54fae76e3f9bea93648c1308e7dfa2152dd51674ff3ca438351cf003c')
  })

  it('gives the challenge that CometBFT signs', () => {
    expect(hex(challengeOf(counted(0), counted(32), counted(64)))).toBe(
      'e98c5f27783951ea05ba98fe7ec2cf3d8e90a2d8ee5bb3647a624c889b751a8a'
    )
  })
})

describe.each(each)('with the primitives of %s', (_name, primitives) => {
  it('the first handshake of the vectors has every intermediate value', () => {
    const a = primitives.keyPair(filled(0x55))
    const b = primitives.keyPair(filled(0x77))
    const secret = a.agree(b.publicKey)!
    expect(hex(a.publicKey)).toBe('38ab664bd86f77d7e66bdd9ae0792913a94fd8b33a1260027e4b46c1f4884c67')
    expect(hex(secret)).toBe('7d4f93e85cbc43a91afecd02834312dfec4a300639236d7bd486626b9b3af741')
    expect(hex(b.agree(a.publicKey)!)).toBe(hex(secret))
    const keys = keysOf(primitives, secret, true)
    expect(hex(keys.receive)).toBe('944c294140c049a6e552c46cb0d9a9dab607941b4cb40f1d13a18bb77714569c')
    expect(hex(keys.send)).toBe('c7e4eca7126761271194912632838df4ee9b8678cd08cb77c27acf246f7051ac')
    const challenge = challengeOf(b.publicKey, a.publicKey, secret)
    expect(hex(challenge)).toBe('68313e86cc216e36346080514f0be3f687c786e757c756917633b4edfebdb7f7')

    const key = primitives.nodeKey(filled(0xa1))
    const auth = delimited(
      encodeAuthSig({ publicKey: key.publicKey, signature: key.sign(challenge) as Uint8Array })
    )
    expect(hex(auth)).toBe(
      '660a220a20bc7cbcb5636375fa1d82434d466724d92377f53b980695dd49d26d0ce12205a51240' +
        '5d60a50b3fef7d6f49283881b19d120263d2d9e9836eb48fdbd4f8f65e223722' +
        'b25ab6d87c1136fd3d20a7a1e274b8bb0362d39d667f6f119a17599c17bd840f'
    )
    const frame = new Sealer(primitives.aead(keys.receive)).seal(auth)
    expect(hex(primitives.sha256(frame))).toBe(
      'b85ad0174c83ef2691e87848dfe3a2f3ce771d81b5d6245c10ef42b1840f17b0'
    )
    expect(hex(delimited(encodeEphemeral(a.publicKey)))).toBe(`220a20${hex(a.publicKey)}`)
  })

  it('frames of NodeInfo messages have the bytes that CometBFT gives them', () => {
    const info = bytesOf(
      '610a040808100b1228373330613565646332386332663864616632643964636533613031643566323035653335653535351a157463703a2f2f3132372e302e302e313a32363635362208' +
        '7065782d746573742a05302e302e313201003a026a734200'
    )
    const send = bytesOf('944c294140c049a6e552c46cb0d9a9dab607941b4cb40f1d13a18bb77714569c')
    expect(hex(primitives.sha256(new Sealer(primitives.aead(send), 1).seal(info)))).toBe(
      '67f25210182baad3a45d21774a772578565181f5dedd82b544013ad4ca73a4de'
    )
  })

  it.each(vectors.map((vector, i) => [i, vector] as const))(
    'both ends of handshake %i write what Go wrote, and read it',
    async (_i, { a, b, messages }) => {
      for (const [ours, theirs] of [
        [a, b],
        [b, a]
      ] as const) {
        const wire = new Wire()
        await wire.feed(bytesOf(theirs.wire))
        const secret = await secretConnection(wire, {
          key: nodeKey(bytesOf(ours.seed), { primitives }),
          ephemeral: primitives.keyPair(bytesOf(ours.ephemeralSecret)),
          clock: virtualClock(),
          primitives
        })
        expect(hex(secret.remoteKey)).toBe(theirs.publicKey)
        // Go fills its later frames up with what its buffers held; the first one has no past.
        const handshake = 35 + FRAME_BYTES
        expect(hex(wire.sent)).toBe(ours.wire.slice(0, 2 * handshake))

        const expected = concat(messages.map(bytesOf))
        wire.end()
        const read: Uint8Array[] = []
        for await (const chunk of secret.source) read.push(chunk)
        expect(hex(concat(read))).toBe(hex(expected))

        for (const message of messages) await secret.write(bytesOf(message))
        expect(wire.sent.length * 2).toBe(ours.wire.length)
        // Frames without padding are the same to the bit.
        const full = handshake + FRAME_BYTES
        expect(hex(wire.sent.slice(full, full + FRAME_BYTES))).toBe(
          ours.wire.slice(2 * full, 2 * (full + FRAME_BYTES))
        )
      }
    }
  )

  it('has the node ids of the vectors', () => {
    expect(nodeIdOf(nodeKey(filled(0xa1), { primitives }).publicKey, { primitives })).toBe(
      '730a5edc28c2f8daf2d9dce3a01d5f205e35e555'
    )
    expect(nodeIdOf(nodeKey(filled(0xb2), { primitives }).publicKey, { primitives })).toBe(
      'b28baab33e1f95a78c7e9547554c3e95a2e38030'
    )
  })

  it('an opener takes the sealed frames of CometBFT whatever their padding is', () => {
    const { a, b, messages } = vectors[0]!
    const secret = primitives
      .keyPair(bytesOf(a.ephemeralSecret))
      .agree(primitives.keyPair(bytesOf(b.ephemeralSecret)).publicKey)!
    const opener = new Opener(primitives.aead(keysOf(primitives, secret, true).send))
    const plain = opener.open(bytesOf(b.wire).slice(35))
    expect(opener.fault).toBeUndefined()
    expect(plain.length).toBe(103 + messages.reduce((sum, message) => sum + message.length / 2, 0))
    expect(FRAME_DATA).toBe(1_024)
  })
})

describe('a packet', () => {
  const written = (channel: number, eof: boolean, data: Uint8Array): string => {
    const into = new Uint8Array(data.length + 32)
    return hex(into.slice(0, writeMsgPacket(into, 0, channel, eof, data)))
  }

  it('has the bytes of CometBFT’s own vectors', () => {
    expect([hex(PING), hex(PONG)]).toEqual(['020a00', '021200'])
    const text = ascii('data transmitted over the wire')
    expect(written(1, false, text)).toBe(`241a2208011a1e${hex(text)}`)
    expect(written(0, true, bytesOf('0a00'))).toBe('081a0610011a020a00')
  })

  it('leaves out what is the default: channel 0, no eof, no data', () => {
    expect(written(0, false, new Uint8Array())).toBe('021a00')
    expect(decodePacket(bytesOf('1a00'))).toEqual({
      kind: 'msg',
      channel: 0,
      eof: false,
      data: new Uint8Array()
    })
  })

  it('is at most 1 034 bytes long with a payload of 1 024', () => {
    expect(maxPacketBytes(1_024)).toBe(1_034)
  })
})
