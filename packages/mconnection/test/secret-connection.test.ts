/** The handshake and the sealed stream, with honest parties and with evil ones. */
import { virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { Sealer } from '../src/frames.ts'
import { encodeAuthSig, encodeEphemeral } from '../src/handshake.ts'
import type { ConnectionError, Duplex, SecretConnection, SecretConnectionInit } from '../src/index.ts'
import { duplexPair, nodeIdOf, nodeKey, secretConnection } from '../src/index.ts'
import * as noble from '../src/noble.ts'
import * as node from '../src/platform.ts'
import { delimited, field } from '../src/protobuf.ts'
import { Stranger } from './evil.ts'
import { ascii, bytesOf, concat, hex, Wire } from './kit.ts'

const clock = virtualClock()
const make = (duplex: Duplex, init: Partial<SecretConnectionInit> = {}): Promise<SecretConnection> =>
  secretConnection(duplex, { key: nodeKey(), clock, ...init })

/** What a handshake fails with. */
const failure = (work: Promise<unknown>): Promise<ConnectionError> =>
  work.then(
    () => expect.unreachable('it has succeeded'),
    (error: unknown) => error as ConnectionError
  )

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

describe('a handshake', () => {
  it('tells both sides who is at the other end', async () => {
    const [a, b] = duplexPair()
    const keys = [nodeKey(), nodeKey()] as const
    const [left, right] = await Promise.all([make(a, { key: keys[0] }), make(b, { key: keys[1] })])
    expect(hex(left.remoteKey)).toBe(hex(keys[1].publicKey))
    expect(right.remoteId).toBe(nodeIdOf(keys[0].publicKey))
  })

  it('succeeds between the primitives of Node and those of noble', async () => {
    const [a, b] = duplexPair()
    const other = nodeKey(undefined, { primitives: noble.primitives })
    const [left, right] = await Promise.all([
      make(a, { primitives: node.primitives }),
      make(b, { primitives: noble.primitives, key: other })
    ])
    await left.write(ascii('hello'))
    expect(await readBytes(right, 5)).toEqual(ascii('hello'))
    await right.write(ascii('you'))
    expect(hex(await readBytes(left, 3))).toBe(hex(ascii('you')))
  })

  it('succeeds with a key that takes its time to sign', async () => {
    const [a, b] = duplexPair()
    const { publicKey, sign } = nodeKey()
    const slow = { publicKey, sign: async (message: Uint8Array) => Promise.resolve(sign(message)) }
    const [, right] = await Promise.all([make(a, { key: slow }), make(b)])
    expect(hex(right.remoteKey)).toBe(hex(publicKey))
  })

  it('fails with who was expected and who is there, and the stream is aborted', async () => {
    const [a, b] = duplexPair()
    const other = make(b)
    const error = await failure(make(a, { expected: 'f'.repeat(40) }))
    expect(error.code).toBe('PEX_WRONG_PEER')
    const secret = await other
    await expect(readBytes(secret, 1)).rejects.toMatchObject({ code: 'PEX_CLOSED' })
  })

  it('has one deadline, which no byte puts off', async () => {
    const time = virtualClock()
    const wire = new Wire()
    const outcome = failure(make(wire, { clock: time }))
    const slow = delimited(encodeEphemeral(new Uint8Array(32).fill(1)))
    for (const byte of slow.slice(0, 29)) {
      await wire.feed(Uint8Array.of(byte))
      await time.advance(100)
    }
    expect(wire.aborted).toBeUndefined()
    await time.advance(100)
    expect(await outcome).toMatchObject({ code: 'PEX_TIMEOUT' })
    expect(wire.aborted).toBeDefined()
    expect(time.pending).toBe(0)
  })

  it('ends with the caller’s signal, before and during', async () => {
    const caller = new AbortController()
    const during = failure(make(new Wire(), { signal: caller.signal }))
    caller.abort()
    expect(await during).toMatchObject({ code: 'PEX_ABORTED' })
    expect(await failure(make(new Wire(), { signal: caller.signal }))).toMatchObject({ code: 'PEX_ABORTED' })
    expect(clock.pending).toBe(0)
  })

  it('fails when the stream takes nothing', async () => {
    const wire = new Wire()
    wire.abort(new Error('no route'))
    expect(await failure(make(wire))).toMatchObject({ code: 'PEX_CLOSED', cause: { message: 'no route' } })
  })
})

describe('an evil party', () => {
  /** How a handshake fails against somebody who does this. */
  async function against(evil: (stranger: Stranger) => Promise<void>): Promise<ConnectionError> {
    const [a, b] = duplexPair()
    const outcome = failure(make(a))
    await evil(new Stranger(b))
    const error = await outcome
    await expect(a.write(Uint8Array.of(1)), 'the stream is aborted').rejects.toBeDefined()
    return error
  }
  const rejectedFor = (fault: string): object => ({ code: 'PEX_REJECTED', fault })

  it('that shows no key is told nothing', async () => {
    expect(await against(async ({ duplex }) => duplex.close())).toMatchObject({ code: 'PEX_CLOSED' })
  })

  it('that stops inside its key is a broken stream', async () => {
    const outcome = await against(async ({ duplex }) => {
      await duplex.write(bytesOf('220a20ff'))
      await duplex.close()
    })
    expect(outcome).toMatchObject({ code: 'PEX_CLOSED', fault: 'truncated' })
  })

  it.each([
    ['no protobuf', '0affff', 'malformed'],
    ['a key of the wrong kind of field', '0820', 'malformed'],
    ['a field cut short', '0a20ff', 'malformed'],
    ['no key at all', '', 'bad-key-length'],
    ['a key of 31 bytes', `0a1f${'09'.repeat(31)}`, 'bad-key-length'],
    ['a key of 33 bytes', `0a21${'09'.repeat(33)}`, 'bad-key-length']
  ])('that shows %s is rejected', async (_what, message, fault) => {
    expect(await against(async ({ duplex }) => duplex.write(delimited(bytesOf(message))))).toMatchObject(
      rejectedFor(fault)
    )
  })

  it('that promises a megabyte is rejected by its length alone', async () => {
    expect(await against(async ({ duplex }) => duplex.write(bytesOf('808040')))).toMatchObject(
      rejectedFor('oversize')
    )
  })

  it('that sends a length without end is rejected', async () => {
    expect(await against(async ({ duplex }) => duplex.write(bytesOf('80808080808080808080')))).toMatchObject(
      rejectedFor('bad-varint')
    )
  })

  it.each([
    ['0', '00'.repeat(32)],
    ['1', `01${'00'.repeat(31)}`],
    ['order 8', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
    ['order 8, the other', '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'],
    ['p - 1', `ec${'ff'.repeat(30)}7f`],
    ['p', `ed${'ff'.repeat(30)}7f`],
    ['p + 1', `ee${'ff'.repeat(30)}7f`]
  ])('that shows a point of low order (%s) is rejected, by both kinds of primitives', async (_point, key) => {
    for (const { primitives } of [node, noble]) {
      const wire = new Wire()
      await wire.feed(delimited(encodeEphemeral(bytesOf(key))))
      expect(await failure(make(wire, { primitives }))).toMatchObject(rejectedFor('low-order-key'))
    }
  })

  it('that throws our own bytes back at us is rejected', async () => {
    expect(
      await against(async ({ duplex }) => {
        for await (const chunk of duplex.source) {
          await duplex.write(chunk)
          break
        }
      })
    ).toMatchObject(rejectedFor('own-key'))
  })

  it('that shows no proof is told nothing', async () => {
    expect(
      await against(async stranger => {
        await stranger.agree()
        await stranger.duplex.close()
      })
    ).toMatchObject({ code: 'PEX_CLOSED' })
  })

  it.each([
    ['no key', () => field(2, new Uint8Array(64)), 'unsupported-key'],
    ['an empty key', () => concat([field(1, bytesOf('')), field(2, new Uint8Array(64))]), 'unsupported-key'],
    [
      'a secp256k1 key',
      () => concat([field(1, field(2, new Uint8Array(33))), field(2, new Uint8Array(64))]),
      'unsupported-key'
    ],
    [
      'a key of 31 bytes',
      () => encodeAuthSig({ publicKey: new Uint8Array(31).fill(3), signature: new Uint8Array(64) }),
      'bad-key-length'
    ],
    [
      'a key of small order, which any signature fits',
      () =>
        encodeAuthSig({
          publicKey: bytesOf(`01${'00'.repeat(31)}`),
          signature: bytesOf(`01${'00'.repeat(63)}`)
        }),
      'unsupported-key'
    ],
    [
      'bytes that are no point',
      () => encodeAuthSig({ publicKey: new Uint8Array(32).fill(2), signature: new Uint8Array(64) }),
      'bad-signature'
    ],
    ['no protobuf', () => bytesOf('0affff'), 'malformed']
  ])('that proves itself with %s is rejected', async (_what, proof, fault) => {
    expect(
      await against(async stranger => {
        const { sealer } = await stranger.agree()
        await stranger.duplex.write(sealer.seal(delimited(proof())))
      })
    ).toMatchObject(rejectedFor(fault))
  })

  it('that signs another challenge, or cuts its signature, is rejected', async () => {
    const proofs: ((stranger: Stranger, challenge: Uint8Array) => Uint8Array)[] = [
      stranger => stranger.proof(new Uint8Array(32)),
      (stranger, challenge) =>
        encodeAuthSig({
          publicKey: stranger.key.publicKey,
          signature: (stranger.key.sign(challenge) as Uint8Array).slice(0, 63)
        })
    ]
    for (const proof of proofs) {
      expect(
        await against(async stranger => {
          const { sealer, challenge } = await stranger.agree()
          await stranger.duplex.write(sealer.seal(delimited(proof(stranger, challenge))))
        })
      ).toMatchObject(rejectedFor('bad-signature'))
    }
  })

  it('in the middle, who repeats the proof of another connection, is rejected', async () => {
    const [a, b] = duplexPair()
    const honest = new Stranger(b)
    const elsewhere = make(a)
    const shared = await honest.agree()
    const proof = honest.proof(shared.challenge)
    await b.write(shared.sealer.seal(delimited(proof)))
    await elsewhere
    expect(
      await against(async stranger => {
        const { sealer } = await stranger.agree()
        await stranger.duplex.write(sealer.seal(delimited(proof)))
      })
    ).toMatchObject(rejectedFor('bad-signature'))
  })

  it('whose proof is not sealed with the key agreed on is rejected', async () => {
    expect(
      await against(async stranger => {
        await stranger.agree()
        const sealer = new Sealer(node.primitives.aead(new Uint8Array(32)))
        await stranger.duplex.write(sealer.seal(Uint8Array.of(1)))
      })
    ).toMatchObject(rejectedFor('bad-frame'))
  })
})
