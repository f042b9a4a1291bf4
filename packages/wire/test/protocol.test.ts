import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { codeOf, isRejection, rejectionReasons } from '@pex/core'
import type { Rejection } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import { decodeMessage, encodeExchange, encodeRefusal } from '@pex/wire'
import { describe, expect, it } from 'vitest'
import { lengthen, shorten } from '../src/short-form.ts'
import { hex, unhex } from './vectors.ts'

const text = readFileSync(join(import.meta.dirname, '../../../docs/PROTOCOL.md'), 'utf8')

/** The bytes of the description's hex blocks, in their order. */
const examples = [...text.matchAll(/```hex\n(.*?)```/gs)].map(([, block]) => {
  const lines = block!.trimEnd().split('\n')
  return unhex(lines.map(line => /^ *([0-9a-f]+)/.exec(line)![1]).join(''))
})

describe('the description of the protocol', () => {
  it('has an example that is a message, with a record that is good', async () => {
    const [bytes, envelope] = examples as [Uint8Array, Uint8Array]
    const message = decodeMessage(bytes)
    if (isRejection(message) || message.kind === 'refusal') expect.fail('it is no exchange')
    expect(message.claims).toEqual([{ hop: 0, envelope }])
    const record = await createVerifier().verify(message.claims[0]!.envelope)
    if (isRejection(record)) expect.fail(record.reason)
    expect(record.addresses).toEqual(['/ip4/192.0.2.1/tcp/4001'])
    expect(text).toContain(record.id)
    expect(text).toContain(
      `${bytes.length} bytes go over a libp2p stream behind their length, \`${hex(Uint8Array.of(bytes.length))}\``
    )
    expect(text).toContain(`The envelope behind this short form, ${envelope.length} bytes`)
    expect(hex(encodeExchange([{ hop: 0, record }]))).toBe(hex(bytes))
    expect(text).toContain(`\`${hex(encodeRefusal('too-often'))}\`:\nrefusal`)
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
