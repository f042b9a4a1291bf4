/** The decoder against any bytes. PEX_FUZZ_RUNS=1000000 tries more of them than the default. */
import { isRejection, limits } from '@pex/core'
import type { Descriptor, Question } from '@pex/core'
import { decodeQuestion, decodeResponse, encodeMessage } from '@pex/wire'
import type { Claim, ClaimedAsk, ClaimedQuestion, ClaimedResponse } from '@pex/wire'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ACK,
  ASK,
  ask,
  average,
  bytes,
  claim,
  counted,
  envelopeOf,
  lengthened,
  list,
  longest,
  NONE,
  NUMBER,
  PICKING_REPLY,
  PING,
  PONG,
  questions,
  read,
  REFUSAL,
  REPLY,
  reply,
  SETTLE,
  SETTLING_ASK,
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

const recordOf = (envelope: Uint8Array) => ({ id: 'p', seq: 1n, addresses: [], envelope })
const descriptorOf = ({ hop, envelope }: Claim): Descriptor => ({ hop, record: recordOf(envelope) })
const anyClaim: fc.Arbitrary<Claim> = fc.record({ hop: fc.nat(2 ** 28 - 1), envelope: anyEnvelope })
const claims = fc.array(anyClaim, { minLength: 1, maxLength: limits.maxRecords, size: 'max' })
const exchange = fc.nat(2 ** 32 - 1)
const value = fc.double({ min: -1, max: 1, noNaN: true }).map(value => (value === 0 ? 0 : value))
const averages = fc.array(fc.record({ epoch: exchange, instance: exchange, value }), {
  maxLength: limits.maxAverages
})
const picks = fc.uniqueArray(fc.nat(limits.maxRecords - 1), { size: 'max', maxLength: limits.maxRecords })

/** What a message says, as the decoder gives it. */
type Claimed = Exclude<ClaimedQuestion | ClaimedResponse, { type: 'refusal' }>
const anyMessage: fc.Arbitrary<Claimed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: is('ask'), exchange, settles: fc.boolean(), claims, averages }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: is('reply'),
      claims,
      averages,
      picks: fc.option(picks, { nil: undefined })
    })
  },
  fc.record({ type: is('settle'), exchange, picks }),
  fc.record({ type: is('ack') }),
  fc.record({ type: is('ping') }),
  fc.record({ type: is('pong'), own: anyEnvelope.map(envelope => ({ hop: 0, envelope })) })
)

function is<Type extends string>(type: Type): fc.Arbitrary<Type> {
  return fc.constant(type)
}

const kinds = [ASK, SETTLING_ASK, SETTLE, PING, REFUSAL, REPLY, PICKING_REPLY, ACK, PONG]
/** Bytes that are nearly a message. */
const anyAttempt = fc
  .tuple(fc.constantFrom(...kinds), fc.nat(40), fc.uint8Array({ maxLength: 200, size: 'max' }))
  .map(parts => bytes(...parts))
/** Bytes that are nearly an ask. */
const anyAsk = anyAttempt.map(tail => bytes(ASK, NUMBER, tail))

/** The encoder's bytes for what the decoder has said. */
function encode(message: Claimed): Uint8Array {
  switch (message.type) {
    case 'ask':
    case 'reply':
      return encodeMessage({ ...message, descriptors: message.claims.map(descriptorOf) })
    case 'pong':
      return encodeMessage({ type: 'pong', own: descriptorOf(message.own) })
    default:
      return encodeMessage(message)
  }
}

/** Fails unless the message says the same in the encoder's bytes; those differ only by being shorter. */
function expectSame(input: Uint8Array, message: ClaimedQuestion | ClaimedResponse): void {
  if (message.type === 'refusal') return
  const again = encode(message)
  if (again.length < input.length) expect(read(again)).toEqual(message)
  else expect(again).toEqual(input)
}

const reading = (input: Uint8Array): { type: string } | { reason: string } => read(input)

describe('a message', () => {
  it('comes back from its bytes as it was', () => {
    fc.assert(
      fc.property(anyMessage, message => {
        expect(read(encode(message))).toEqual(message)
      }),
      { numRuns: 500 }
    )
  })

  it('any bytes are a message that the encoder writes so or shorter, or are rejected; never does it throw', () => {
    fc.assert(
      fc.property(fc.oneof(anyAttempt, anyAsk, fc.uint8Array({ maxLength: 100 })), input => {
        const message = read(input)
        if (!isRejection(message)) expectSame(input, message)
      }),
      { numRuns }
    )
  })

  it('that is damaged is another message that the encoder writes so or shorter, or is rejected', () => {
    const anyDamage = fc.tuple(anyMessage, fc.nat(), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(anyDamage, ([message, place, change]) => {
        const input = encode(message)
        input[place % input.length]! ^= change
        const damaged = read(input)
        if (!isRejection(damaged)) expectSame(input, damaged)
      }),
      { numRuns: 1_000 }
    )
  })

  it('that ends too early is rejected as truncated, wherever it ends', () => {
    const long = Array.from({ length: 10 }, (_, i) => claim(i * 100 + 1, i * 20))
    const short = [96, 116, 183, 184, 400].map(length => claim(length, length, 'short'))
    const shown = bytes(list(...long, ...short, claim(0, 150)), 2, average(1, 0.5), average(2 ** 20, 0.25))
    const wholes = [
      bytes(SETTLING_ASK, NUMBER, shown),
      bytes(REPLY, shown),
      bytes(PICKING_REPLY, shown, 3, 4, 2, 0),
      bytes(SETTLE, NUMBER, 3, 4, 2, 0),
      bytes(PONG, size(116, 'short'), counted(116)),
      bytes(REFUSAL, 21)
    ]
    for (const whole of wholes) {
      for (let length = 0; length < whole.length; length++)
        expect(read(whole.subarray(0, length)), `${length} bytes`).toEqual({ reason: 'truncated' })
      expect(read(whole)).toHaveProperty('type')
    }
  })

  it('is read only where it is expected: questions as questions, and each answer to its question', () => {
    const answers = new Map([
      [REPLY, reply(claim(0))],
      [PICKING_REPLY, bytes(PICKING_REPLY, list(claim(0)), NONE, 0)],
      [ACK, bytes(ACK)],
      [PONG, bytes(PONG, size(3), 1, 2, 3)]
    ])
    for (const [kind, input] of answers) {
      expect(decodeQuestion(input)).toEqual({ reason: 'unknown-kind' })
      for (const [asked, question] of Object.entries(questions)) {
        // Whoever will settle may be answered without picks as well.
        const fits = kind === Number(asked) + 16 || (kind === REPLY && Number(asked) === SETTLING_ASK)
        const read = decodeResponse(input, question)
        if (fits) expect(read).toHaveProperty('type')
        else expect(read, `${kind} to ${asked}`).toEqual({ reason: 'unknown-kind' })
      }
    }
    const asked: Uint8Array[] = [ask(claim(0)), bytes(SETTLE, NUMBER, 0), bytes(PING), bytes(REFUSAL, 1)]
    expect(asked.map(input => isRejection(decodeQuestion(input)))).toEqual([false, false, false, true])
    for (const question of Object.values<Question>(questions)) {
      const read = asked.map(input => isRejection(decodeResponse(input, question)))
      expect(read).toEqual([true, true, true, false])
    }
  })

  it('a size counts up to the limit of its form and no further, whatever it claims', () => {
    const withSize = (length: number, form: 'long' | 'short') =>
      reading(bytes(PONG, size(length, form), new Uint8Array(length % 4_096)))
    const { maxRecordBytes } = limits
    for (const length of [0, 1, maxRecordBytes])
      expect(withSize(length, 'long')).toMatchObject({ type: 'pong' })
    for (const length of [maxRecordBytes + 1, 2 ** 13, 2 ** 27 - 1])
      expect(withSize(length, 'long')).toEqual({ reason: 'record-oversize' })
    for (const length of [0, 1, 95]) expect(withSize(length, 'short')).toEqual({ reason: 'malformed-record' })
    for (const length of [96, 97, maxRecordBytes - 55])
      expect(withSize(length, 'short')).toMatchObject({ type: 'pong' })
    for (const length of [maxRecordBytes - 54, maxRecordBytes, 2 ** 13, 2 ** 27 - 1])
      expect(withSize(length, 'short')).toEqual({ reason: 'record-oversize' })
    for (const length of [2 ** 27, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 52 - 1])
      for (const form of ['long', 'short'] as const)
        expect(withSize(length, form)).toEqual({ reason: 'bad-varint' })
  })

  it('has the short form of every envelope that has one, and is read without it as well', () => {
    const envelope = lengthened(0, 116)
    const own = descriptorOf({ hop: 0, envelope })
    const short = reply(claim(0, 116, 'short'))
    const long = bytes(REPLY, 1, 0, size(envelope.length), envelope, NONE)
    const message = { type: 'reply', descriptors: [own], picks: undefined, averages: [] } as const
    expect(encodeMessage(message)).toEqual(short)
    for (const input of [short, long]) expect(read(input)).toMatchObject({ claims: [{ hop: 0, envelope }] })
    expect(encodeMessage({ type: 'pong', own })).toEqual(bytes(PONG, size(116, 'short'), counted(116)))
  })

  it('a refusal with a code from the future is a refusal without a reason', () => {
    for (const code of [0, 100, 127, 128, 2 ** 28 - 1])
      expect(read(bytes(REFUSAL, varint(code)))).toEqual({ type: 'refusal', reason: undefined })
  })

  it('costs no more memory than it has: envelopes that stand in it as they are, are windows on it', () => {
    for (const input of [longest(), ask(...Array.from({ length: limits.maxRecords }, () => [0, 0]))]) {
      const message = read(input) as ClaimedAsk
      expect(message.claims.length).toBe(limits.maxRecords)
      for (const { envelope } of message.claims) expect(envelope.buffer).toBe(input.buffer)
    }
  })

  it('costs at most 1.6 times its bytes for all envelopes in short form together', () => {
    for (const length of [96, 116, limits.maxRecordBytes - 55]) {
      const input = ask(...Array.from({ length: limits.maxRecords }, () => claim(1, length, 'short')))
      const { claims } = read(input) as ClaimedAsk
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
      expect(read(bytes(ASK, NUMBER, varint(count)))).toEqual({ reason: 'too-many-records' })
  })

  it('has at most the picks and averages that the limits allow, each place once', () => {
    const { maxRecords, maxAverages } = limits
    const settle = (...places: number[]) => reading(bytes(SETTLE, NUMBER, places.length, places))
    expect(settle(...counted(maxRecords))).toMatchObject({ picks: [...counted(maxRecords)] })
    for (let place = 0; place < 256; place++)
      expect('type' in settle(place), `place ${place}`).toBe(place < maxRecords)
    for (let place = 0; place < maxRecords; place++)
      expect(settle(...counted(maxRecords).with((place + 7) % maxRecords, place))).toEqual({
        reason: 'bad-picks'
      })
    for (let count = 0; count < 128; count++) {
      const values = Array.from({ length: count }, (_, i) => average(i, i / count))
      const input = bytes(REPLY, list(claim(0)), count, ...values)
      if (count > maxAverages) expect(read(input)).toEqual({ reason: 'bad-averages' })
      else expect(read(input)).toMatchObject({ averages: { length: count } })
    }
  })

  it('never says a negative zero, which nobody would read', () => {
    const averages = [{ epoch: 1, instance: 2, value: -0 }]
    const message = { type: 'ask', exchange: 1, settles: false, claims: [], averages } as const
    const own = { hop: 0, envelope: new Uint8Array(3) }
    const said = read(encode({ ...message, claims: [own] })) as ClaimedAsk
    expect(Object.is(said.averages[0]!.value, 0)).toBe(true)
  })

  it('is as long as the limit at most, and the longest one is so', () => {
    expect(longest().length).toBe(limits.maxMessageBytes)
    expect(read(longest())).toMatchObject({ type: 'reply' })
  })

  it('is decoded from a window on other bytes as it is from bytes of its own', () => {
    const own = ask(claim(7), claim(5, 116, 'short'), claim(0, 96, 'short'))
    const whole = bytes(9, 9, own, 9)
    expect(read(whole.subarray(2, -1))).toEqual(read(own))
  })

  it('is not changed by what happens to the bytes of an envelope in short form, nor the other way about', () => {
    const input = ask(claim(5, 116, 'short'), claim(0, 116, 'short'))
    const { claims } = read(input) as ClaimedAsk
    claims[0]!.envelope.fill(0)
    expect(input).toEqual(ask(claim(5, 116, 'short'), claim(0, 116, 'short')))
    input.fill(0)
    expect(claims[1]!.envelope).toEqual(lengthened(0, 116))
  })
})
