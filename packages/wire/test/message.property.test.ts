/** The decoder against any bytes. PEX_FUZZ_RUNS=1000000 tries more of them than the default. */
import { isRejection, limits } from '@pex/core'
import type { Descriptor } from '@pex/core'
import { decodeMessage, encodeExchange } from '@pex/wire'
import type { Message } from '@pex/wire'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, claim, EXCHANGE, exchange, longest, REFUSAL, varint } from './bytes.ts'

const numRuns = Number(process.env['PEX_FUZZ_RUNS'] ?? 5_000)

const anyDescriptor: fc.Arbitrary<Descriptor> = fc
  .record({ hop: fc.nat(2 ** 28 - 1), envelope: fc.uint8Array({ maxLength: 300 }) })
  .map(({ hop, envelope }) => ({ hop, record: { id: 'p', seq: 1n, addresses: [], envelope } }))
const anyMessage = fc.array(anyDescriptor, { minLength: 1, maxLength: limits.maxRecords, size: 'max' })

/** Bytes that are nearly a message. */
const anyAttempt = fc
  .tuple(fc.constantFrom(EXCHANGE, REFUSAL), fc.nat(40), fc.uint8Array({ maxLength: 200, size: 'max' }))
  .map(parts => bytes(...parts))

/** The one encoding of a decoded message. */
function encodeAgain(message: Message): Uint8Array | undefined {
  if (message.kind === 'refusal') return undefined
  const record = { id: 'p', seq: 1n, addresses: [] }
  return encodeExchange(message.claims.map(({ hop, envelope }) => ({ hop, record: { ...record, envelope } })))
}

describe('a message', () => {
  it('comes back from its bytes as it was', () => {
    fc.assert(
      fc.property(anyMessage, descriptors => {
        const claims = descriptors.map(({ hop, record }) => ({ hop, envelope: record.envelope }))
        expect(decodeMessage(encodeExchange(descriptors))).toEqual({ kind: 'exchange', claims })
      }),
      { numRuns: 300 }
    )
  })

  it('any bytes are a message in its one encoding, or are rejected; never does it throw', () => {
    fc.assert(
      fc.property(fc.oneof(anyAttempt, fc.uint8Array({ maxLength: 100 })), input => {
        const message = decodeMessage(input)
        if (!isRejection(message)) expect(encodeAgain(message) ?? input).toEqual(input)
      }),
      { numRuns }
    )
  })

  it('that is damaged is another message in its one encoding, or is rejected', () => {
    const anyDamage = fc.tuple(anyMessage, fc.nat(), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(anyDamage, ([descriptors, place, change]) => {
        const input = encodeExchange(descriptors)
        input[place % input.length]! ^= change
        const message = decodeMessage(input)
        if (!isRejection(message)) expect(encodeAgain(message) ?? input).toEqual(input)
      }),
      { numRuns: 1_000 }
    )
  })

  it('that ends too early is rejected as truncated, wherever it ends', () => {
    const whole = exchange(...Array.from({ length: 10 }, (_, i) => claim(i * 100 + 1, i * 20)), claim(0, 150))
    for (let length = 0; length < whole.length; length++)
      expect(decodeMessage(whole.subarray(0, length)), `${length} bytes`).toEqual({ reason: 'truncated' })
    expect(decodeMessage(whole)).toMatchObject({ kind: 'exchange' })
  })

  it('a length field counts up to the limit and no further, whatever it claims', () => {
    const withLength = (value: number) =>
      decodeMessage(bytes(EXCHANGE, 1, 0, varint(value), new Uint8Array(value % 4_096)))
    for (const value of [0, 1, limits.maxRecordBytes])
      expect(withLength(value)).toMatchObject({ kind: 'exchange' })
    for (const value of [limits.maxRecordBytes + 1, 2 ** 14, 2 ** 28 - 1])
      expect(withLength(value)).toEqual({ reason: 'record-oversize' })
    for (const value of [2 ** 28, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1])
      expect(withLength(value)).toEqual({ reason: 'bad-varint' })
  })

  it('a refusal with a code from the future is a refusal without a reason', () => {
    for (const code of [0, 26, 127, 128, 2 ** 28 - 1])
      expect(decodeMessage(bytes(REFUSAL, varint(code)))).toEqual({ kind: 'refusal', reason: undefined })
  })

  it('costs no more memory than it has: every envelope is a window on the input, and there are few of them', () => {
    for (const input of [longest(), exchange(...Array.from({ length: limits.maxRecords }, () => [0, 0]))]) {
      const message = decodeMessage(input) as Extract<Message, { kind: 'exchange' }>
      expect(message.claims.length).toBe(limits.maxRecords)
      for (const { envelope } of message.claims) expect(envelope.buffer).toBe(input.buffer)
    }
  })

  it('with a count that is too high is rejected before anything else of it is read', () => {
    // Were the records looked at, these would be found to be cut off.
    for (const count of [limits.maxRecords + 1, 1_000, 10_000, 2 ** 28 - 1])
      expect(decodeMessage(bytes(EXCHANGE, varint(count)))).toEqual({ reason: 'too-many-records' })
  })

  it('is decoded from a window on other bytes as it is from bytes of its own', () => {
    const whole = bytes(9, 9, exchange(claim(7), claim(0)), 9)
    expect(decodeMessage(whole.subarray(2, -1))).toEqual(decodeMessage(exchange(claim(7), claim(0))))
  })
})
