/** The decoder against any bytes. PEX_FUZZ_RUNS=1000000 tries more of them than the default. */
import { isRejection, limits } from '@pex/core'
import type { Descriptor } from '@pex/core'
import { decodeMessage, encodeExchange } from '@pex/wire'
import type { ExchangeMessage, Message } from '@pex/wire'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytes,
  claim,
  envelopeOf,
  EXCHANGE,
  exchange,
  lengthened,
  longest,
  REFUSAL,
  size,
  varint
} from './bytes.ts'

const numRuns = Number(process.env['PEX_FUZZ_RUNS'] ?? 5_000)

const part = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
/** Envelopes without a short form, and with one. */
const anyEnvelope = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(part(32), part(64), fc.uint8Array({ maxLength: 200, size: 'max' }))
    .map(parts => envelopeOf(...parts))
)
const anyDescriptor: fc.Arbitrary<Descriptor> = fc
  .record({ hop: fc.nat(2 ** 28 - 1), envelope: anyEnvelope })
  .map(({ hop, envelope }) => ({ hop, record: { id: 'p', seq: 1n, addresses: [], envelope } }))
const anyMessage = fc.array(anyDescriptor, { minLength: 1, maxLength: limits.maxRecords, size: 'max' })

/** Bytes that are nearly a message. */
const anyAttempt = fc
  .tuple(fc.constantFrom(EXCHANGE, REFUSAL), fc.nat(40), fc.uint8Array({ maxLength: 200, size: 'max' }))
  .map(parts => bytes(...parts))

/** What the encoder makes of a decoded message. */
function encodeAgain(message: Message): Uint8Array | undefined {
  if (message.kind === 'refusal') return undefined
  const record = { id: 'p', seq: 1n, addresses: [] }
  return encodeExchange(message.claims.map(({ hop, envelope }) => ({ hop, record: { ...record, envelope } })))
}

/** Fails unless the message says the same in the encoder's bytes; those differ only by being shorter. */
function expectSame(input: Uint8Array, message: Message): void {
  const again = encodeAgain(message) ?? input
  if (again.length < input.length) expect(decodeMessage(again)).toEqual(message)
  else expect(again).toEqual(input)
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

  it('any bytes are a message that the encoder writes so or shorter, or are rejected; never does it throw', () => {
    fc.assert(
      fc.property(fc.oneof(anyAttempt, fc.uint8Array({ maxLength: 100 })), input => {
        const message = decodeMessage(input)
        if (!isRejection(message)) expectSame(input, message)
      }),
      { numRuns }
    )
  })

  it('that is damaged is another message that the encoder writes so or shorter, or is rejected', () => {
    const anyDamage = fc.tuple(anyMessage, fc.nat(), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(anyDamage, ([descriptors, place, change]) => {
        const input = encodeExchange(descriptors)
        input[place % input.length]! ^= change
        const message = decodeMessage(input)
        if (!isRejection(message)) expectSame(input, message)
      }),
      { numRuns: 1_000 }
    )
  })

  it('that ends too early is rejected as truncated, wherever it ends', () => {
    const long = Array.from({ length: 10 }, (_, i) => claim(i * 100 + 1, i * 20))
    const short = [96, 116, 183, 184, 400].map(length => claim(length, length, 'short'))
    const whole = exchange(...long, ...short, claim(0, 150))
    for (let length = 0; length < whole.length; length++)
      expect(decodeMessage(whole.subarray(0, length)), `${length} bytes`).toEqual({ reason: 'truncated' })
    expect(decodeMessage(whole)).toMatchObject({ kind: 'exchange' })
  })

  it('a size counts up to the limit of its form and no further, whatever it claims', () => {
    const withSize = (length: number, form: 'long' | 'short') =>
      decodeMessage(bytes(EXCHANGE, 1, 0, size(length, form), new Uint8Array(length % 4_096)))
    const { maxRecordBytes } = limits
    for (const length of [0, 1, maxRecordBytes])
      expect(withSize(length, 'long')).toMatchObject({ kind: 'exchange' })
    for (const length of [maxRecordBytes + 1, 2 ** 13, 2 ** 27 - 1])
      expect(withSize(length, 'long')).toEqual({ reason: 'record-oversize' })
    for (const length of [0, 1, 95]) expect(withSize(length, 'short')).toEqual({ reason: 'malformed-record' })
    for (const length of [96, 97, maxRecordBytes - 55])
      expect(withSize(length, 'short')).toMatchObject({ kind: 'exchange' })
    for (const length of [maxRecordBytes - 54, maxRecordBytes, 2 ** 13, 2 ** 27 - 1])
      expect(withSize(length, 'short')).toEqual({ reason: 'record-oversize' })
    for (const length of [2 ** 27, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 52 - 1])
      for (const form of ['long', 'short'] as const)
        expect(withSize(length, form)).toEqual({ reason: 'bad-varint' })
  })

  it('has the short form of every envelope that has one, and is read without it as well', () => {
    const envelope = lengthened(0, 116)
    const descriptor = { hop: 0, record: { id: 'p', seq: 1n, addresses: [], envelope } }
    const short = exchange(claim(0, 116, 'short'))
    const long = bytes(EXCHANGE, 1, 0, size(envelope.length), envelope)
    expect(encodeExchange([descriptor])).toEqual(short)
    for (const input of [short, long])
      expect(decodeMessage(input)).toEqual({ kind: 'exchange', claims: [{ hop: 0, envelope }] })
  })

  it('a refusal with a code from the future is a refusal without a reason', () => {
    for (const code of [0, 26, 127, 128, 2 ** 28 - 1])
      expect(decodeMessage(bytes(REFUSAL, varint(code)))).toEqual({ kind: 'refusal', reason: undefined })
  })

  it('costs no more memory than it has: envelopes that stand in it as they are, are windows on it', () => {
    for (const input of [longest(), exchange(...Array.from({ length: limits.maxRecords }, () => [0, 0]))]) {
      const message = decodeMessage(input) as ExchangeMessage
      expect(message.claims.length).toBe(limits.maxRecords)
      for (const { envelope } of message.claims) expect(envelope.buffer).toBe(input.buffer)
    }
  })

  it('costs at most 1.6 times its bytes for all envelopes in short form together', () => {
    for (const length of [96, 116, limits.maxRecordBytes - 55]) {
      const input = exchange(...Array.from({ length: limits.maxRecords }, () => claim(1, length, 'short')))
      const { claims } = decodeMessage(input) as ExchangeMessage
      const [memory, ...more] = new Set(claims.map(({ envelope }) => envelope.buffer))
      expect(more).toEqual([])
      expect(memory!.byteLength).toBeLessThan(1.6 * input.length)
      expect(claims.map(({ envelope }) => envelope)).toEqual(
        Array(limits.maxRecords).fill(lengthened(1, length))
      )
    }
  })

  it('with a count that is too high is rejected before anything else of it is read', () => {
    // Were the records looked at, these would be found to be cut off.
    for (const count of [limits.maxRecords + 1, 1_000, 10_000, 2 ** 28 - 1])
      expect(decodeMessage(bytes(EXCHANGE, varint(count)))).toEqual({ reason: 'too-many-records' })
  })

  it('is decoded from a window on other bytes as it is from bytes of its own', () => {
    const own = exchange(claim(7), claim(5, 116, 'short'), claim(0, 96, 'short'))
    const whole = bytes(9, 9, own, 9)
    expect(decodeMessage(whole.subarray(2, -1))).toEqual(decodeMessage(own))
  })

  it('is not changed by what happens to the bytes of an envelope in short form, nor the other way about', () => {
    const input = exchange(claim(5, 116, 'short'), claim(0, 116, 'short'))
    const { claims } = decodeMessage(input) as ExchangeMessage
    claims[0]!.envelope.fill(0)
    expect(input).toEqual(exchange(claim(5, 116, 'short'), claim(0, 116, 'short')))
    input.fill(0)
    expect(claims[1]!.envelope).toEqual(lengthened(0, 116))
  })
})
