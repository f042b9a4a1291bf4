/**
 * The messages that other implementations can check themselves against: test/vectors.json. Envelopes are counted bytes
 * and have no short form, or those of record's vectors, or of the shape that has one around counted bytes. `--write` writes
 * the file anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, limits, rejectionReasons } from '@pex/core'
import type { Average, Descriptor, Message, RejectionReason } from '@pex/core'
import { encodeMessage, encodeRefusal } from '@pex/wire'
import { counted, lengthened } from './bytes.ts'

/** Hop and envelope, hex, of a record. */
interface Shown {
  readonly hop: number
  readonly envelope: string
}

interface Refused {
  readonly type: 'refusal'
  readonly code: number
  readonly reason: RejectionReason
}

/** What the message says; envelopes are hex, and no picks are none, not an empty list. */
export type Said =
  | (Fields<'ask'> & { readonly descriptors: readonly Shown[] })
  | (Fields<'reply'> & { readonly descriptors: readonly Shown[] })
  | Fields<'settle'>
  | Fields<'ack'>
  | Fields<'ping'>
  | { readonly type: 'pong'; readonly envelope: string }
  | Refused

type Fields<Type> = Omit<Extract<Message, { type: Type }>, 'descriptors'>

export interface Vector {
  readonly name: string
  /** The message, hex. */
  readonly bytes: string
  readonly message: Said
}

const file = join(import.meta.dirname, 'vectors.json')

/** The envelope of one of record's vectors. */
function signed(name: string): Uint8Array {
  const path = join(import.meta.dirname, '../../record/test/vectors.json')
  const vectors = JSON.parse(readFileSync(path, 'utf8')) as { name: string; envelope: string }[]
  return unhex(vectors.find(vector => vector.name === name)!.envelope)
}

type Record = readonly [hop: number, envelope: Uint8Array]

const shown = (records: readonly Record[]): Shown[] =>
  records.map(([hop, envelope]) => ({ hop, envelope: hex(envelope) }))

function vector(name: string, message: Said): Vector {
  return { name, bytes: hex(encode(message)), message }
}

/** An ask with these records, and nothing else of interest. */
function ask(name: string, records: readonly Record[], averages: readonly Average[] = []): Vector {
  return vector(name, { type: 'ask', exchange: 1, settles: true, descriptors: shown(records), averages })
}

/** The bytes of what a vector says. */
export function encode(said: Said): Uint8Array {
  switch (said.type) {
    case 'refusal':
      return encodeRefusal(said.reason)
    case 'pong':
      return encodeMessage({ type: 'pong', own: descriptor({ hop: 0, envelope: said.envelope }) })
    case 'ask':
    case 'reply':
      return encodeMessage({ ...said, descriptors: said.descriptors.map(descriptor) })
    default:
      return encodeMessage(said)
  }
}

function descriptor({ hop, envelope }: Shown): Descriptor {
  return { hop, record: { id: 'p', seq: 1n, addresses: [], envelope: unhex(envelope) } }
}

export function hex(bytes: Uint8Array): string {
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

export function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

/** All vectors, made afresh. */
export function makeVectors(): Vector[] {
  return [
    ask('the own record alone', [[0, counted(4)]]),
    ask('two records', [
      [3, counted(2)],
      [0, counted(5, 1)]
    ]),
    ask('a record of no bytes', [[0, counted(0)]]),
    ask('hops of one, two, three and four bytes', [
      [127, counted(1)],
      [128, counted(1, 1)],
      [2 ** 14, counted(1, 2)],
      [2 ** 28 - 1, counted(1, 3)],
      [0, counted(1, 4)]
    ]),
    ask('the largest hop that counts', [
      [limits.maxHop, counted(1)],
      [0, counted(1, 1)]
    ]),
    ask('envelopes of 63 and 64 bytes: sizes of one byte and of two', [
      [1, counted(63)],
      [0, counted(64, 1)]
    ]),
    ask('the longest envelope', [[0, counted(limits.maxRecordBytes)]]),
    ask(
      'as many records as there may be',
      Array.from({ length: limits.maxRecords }, (_, i) => [(i + 1) % limits.maxRecords, counted(2, i)])
    ),
    ask('a record in short form', [[0, signed('one address')]]),
    ask('a record in short form whose payload has a length of two bytes', [[0, signed('sixteen addresses')]]),
    ask('a record of another key, which has no short form', [[0, signed('secp256k1')]]),
    ask('records in short form beside one that has none', [
      [1, signed('no address')],
      [2, signed('secp256k1')],
      [0, signed('one address')]
    ]),
    ask('the shortest short form', [[0, lengthened(0, 96)]]),
    ask('short forms around a payload of 127 and of 128 bytes', [
      [1, lengthened(1, 96 + 87)],
      [0, lengthened(0, 96 + 88)]
    ]),
    ask('the longest short form: an envelope of the most bytes', [
      [0, lengthened(0, limits.maxRecordBytes - 55)]
    ]),
    ask('envelopes that a byte keeps from having a short form', [
      [1, signed('one address').with(6, 1)],
      [2, signed('one address').with(41, 2)],
      [3, signed('one address').subarray(0, -1)],
      [0, signed('one address')]
    ]),
    ...others(),
    ...rejectionReasons.map(reason =>
      vector(`a refusal: ${reason}`, { type: 'refusal', code: codeOf(reason), reason })
    )
  ]
}

const own = shown([[0, counted(3)]])
const three = shown([
  [2, counted(2)],
  [1, counted(2, 1)],
  [0, counted(2, 2)]
])

/** The fields beside records, and the kinds without any. */
function others(): Vector[] {
  const { maxRecords } = limits
  const all = Array.from({ length: maxRecords }, (_, i) => maxRecords - 1 - i)
  return [
    vector('an ask that will not be settled', {
      type: 'ask',
      exchange: 0,
      settles: false,
      descriptors: own,
      averages: []
    }),
    vector('an ask with the highest number', {
      type: 'ask',
      exchange: 0xffff_ffff,
      settles: true,
      descriptors: own,
      averages: []
    }),
    ask(
      'averages with the bounds of their values and the number next to 0',
      [[0, counted(1)]],
      [
        { epoch: 0, instance: 0, value: -1 },
        { epoch: 1, instance: 1, value: 1 },
        { epoch: 0x8000_0000, instance: 0x8000_0000, value: Number.MIN_VALUE },
        { epoch: 0xffff_ffff, instance: 0xffff_ffff, value: 0.1 }
      ]
    ),
    vector('a reply without picks', {
      type: 'reply',
      descriptors: three,
      averages: [{ epoch: 3, instance: 0xcafe, value: 0.25 }],
      picks: undefined
    }),
    vector('a reply that takes nothing', { type: 'reply', descriptors: three, averages: [], picks: [] }),
    vector('a reply that takes three', { type: 'reply', descriptors: three, averages: [], picks: [6, 0, 3] }),
    vector('a reply with an average that takes all there can be', {
      type: 'reply',
      descriptors: own,
      averages: [{ epoch: 300, instance: 7, value: 1 / 3 }],
      picks: all
    }),
    vector('a settle that takes nothing', { type: 'settle', exchange: 1, picks: [] }),
    vector('a settle that takes three', { type: 'settle', exchange: 0xdead_beef, picks: [2, 0, 31] }),
    vector('an ack', { type: 'ack' }),
    vector('a ping', { type: 'ping' }),
    vector('a pong', { type: 'pong', envelope: hex(counted(5)) }),
    vector('a pong with a record in short form', { type: 'pong', envelope: hex(signed('one address')) }),
    vector('a pong with a record of another key', { type: 'pong', envelope: hex(signed('secp256k1')) })
  ]
}

if (process.argv.includes('--write')) writeFileSync(file, `${JSON.stringify(makeVectors(), null, 2)}\n`)
