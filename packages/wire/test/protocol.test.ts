import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { codeOf, isRejection, rejectionReasons } from '@pex/core'
import type { PeerRecord, Rejection } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import { decodeQuestion, decodeResponse, encodeMessage, encodeRefusal } from '@pex/wire'
import { describe, expect, it } from 'vitest'
import { lengthen, shorten } from '../src/short-form.ts'
import { hex, unhex } from './vectors.ts'

const text = readFileSync(join(import.meta.dirname, '../../../docs/PROTOCOL.md'), 'utf8')

/** The bytes of the description's hex blocks, in their order. */
const examples = [...text.matchAll(/```hex\n(.*?)```/gs)].map(([, block]) => {
  const lines = block!.trimEnd().split('\n')
  return unhex(lines.map(line => /^ *([0-9a-f]+)/.exec(line)![1]).join(''))
})

async function verified(envelope: Uint8Array): Promise<PeerRecord> {
  const record = await createVerifier().verify(envelope)
  return isRejection(record) ? expect.fail(record.reason) : record
}

describe('the description of the protocol', () => {
  it('has an example of an exchange, whose messages and records are good', async () => {
    const [ask, reply, settle, envelope] = examples as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    const own = await verified(envelope)
    expect(own.addresses).toEqual(['/ip4/192.0.2.1/tcp/4001'])
    expect(text).toContain(own.id)
    expect(text).toContain(`The envelope behind the short form of the first, ${envelope.length} bytes`)
    const begun = { epoch: 1, instance: 0xcafef00d, value: 1 }
    const asked = { type: 'ask', exchange: 1, settles: true, averages: [begun] } as const
    expect(decodeQuestion(ask)).toEqual({ ...asked, claims: [{ hop: 0, envelope }] })
    const question = { ...asked, descriptors: [{ hop: 0, record: own }] }
    expect(hex(encodeMessage(question))).toBe(hex(ask))
    expect(text.replaceAll('\n', ' ')).toContain(
      `${ask.length} bytes go over a libp2p stream behind their length, \`8801\``
    )
    expect(0x08 + (0x01 << 7)).toBe(ask.length)
    expect(text).toContain(`\`${hex(encodeRefusal('too-often'))}\`:\nrefusal`)

    const answered = decodeResponse(reply, question)
    if (isRejection(answered) || answered.type !== 'reply') expect.fail('it is no reply')
    expect(answered.picks).toEqual([0])
    expect(answered.averages).toEqual([{ ...begun, value: 0 }])
    const others = await verified(answered.claims[0]!.envelope)
    const { claims: _, ...rest } = answered
    expect(hex(encodeMessage({ ...rest, descriptors: [{ hop: 0, record: others }] }))).toBe(hex(reply))

    const settled = { type: 'settle', exchange: 1, picks: [0] } as const
    expect(decodeQuestion(settle)).toEqual(settled)
    expect(hex(encodeMessage(settled))).toBe(hex(settle))
    expect(text).toContain(`The answer is \`${hex(encodeMessage({ type: 'ack' }))}\`, ack`)
  })

  it('gives the lengths that a short form can have, and what it saves', async () => {
    const envelopeFor = (count: number): Uint8Array | Rejection => lengthen(new Uint8Array(count))
    expect(text).toContain('| short form | 96 to 1 993 |')
    expect([95, 1_994].map(count => isRejection(envelopeFor(count)))).toEqual([true, true])
    expect(
      [96, 96 + 87, 96 + 88, 1_993].map(count => (envelopeFor(count) as Uint8Array).length - count)
    ).toEqual([54, 54, 55, 55])
    const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(1))
    const { envelope } = await createSigner(key).sign(['/ip4/192.0.2.1/tcp/4001'], 1_700_000_000_000n)
    expect(text.replaceAll('\n', ' ')).toContain(
      `seq of today takes ${shorten(envelope)!.length} bytes instead of ${envelope.length}.`
    )
  })

  it('lists every reason with its code', () => {
    const listed = [...text.matchAll(/\| (\d+) \| `([a-z-]+)`/g)].map(([, code, reason]) => [
      reason,
      Number(code)
    ])
    expect(new Map(listed as [string, number][])).toEqual(
      new Map(rejectionReasons.map(reason => [reason, codeOf(reason)]))
    )
  })
})
