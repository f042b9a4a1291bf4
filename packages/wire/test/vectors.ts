/**
 * The messages that other implementations can check themselves against: test/vectors.json. Envelopes are counted bytes
 * and have no short form, or those of record's vectors, or of the shape that has one around counted bytes. `--write` writes
 * the file anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, limits, rejectionReasons } from '@pex/core'
import type { RejectionReason } from '@pex/core'
import { encodeExchange, encodeRefusal } from '@pex/wire'
import { counted, lengthened } from './bytes.ts'

export type Vector =
  | {
      readonly name: string
      /** The message, hex. */
      readonly bytes: string
      readonly kind: 'exchange'
      /** Hop and envelope, hex, of each record in their order. */
      readonly claims: readonly { readonly hop: number; readonly envelope: string }[]
    }
  | {
      readonly name: string
      readonly bytes: string
      readonly kind: 'refusal'
      readonly code: number
      readonly reason: RejectionReason
    }

const file = join(import.meta.dirname, 'vectors.json')

type Shown = readonly [hop: number, envelope: Uint8Array]

/** The envelope of one of record's vectors. */
function signed(name: string): Uint8Array {
  const path = join(import.meta.dirname, '../../record/test/vectors.json')
  const vectors = JSON.parse(readFileSync(path, 'utf8')) as { name: string; envelope: string }[]
  return unhex(vectors.find(vector => vector.name === name)!.envelope)
}

function exchange(name: string, records: readonly Shown[]): Vector {
  const descriptors = records.map(([hop, envelope], i) => ({
    hop,
    record: { id: `p${i}`, seq: 1n, addresses: [], envelope }
  }))
  return {
    name,
    bytes: hex(encodeExchange(descriptors)),
    kind: 'exchange',
    claims: records.map(([hop, envelope]) => ({ hop, envelope: hex(envelope) }))
  }
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
    exchange('the own record alone', [[0, counted(4)]]),
    exchange('two records', [
      [3, counted(2)],
      [0, counted(5, 1)]
    ]),
    exchange('a record of no bytes', [[0, counted(0)]]),
    exchange('hops of one, two, three and four bytes', [
      [127, counted(1)],
      [128, counted(1, 1)],
      [2 ** 14, counted(1, 2)],
      [2 ** 28 - 1, counted(1, 3)],
      [0, counted(1, 4)]
    ]),
    exchange('the largest hop that counts', [
      [limits.maxHop, counted(1)],
      [0, counted(1, 1)]
    ]),
    exchange('envelopes of 63 and 64 bytes: sizes of one byte and of two', [
      [1, counted(63)],
      [0, counted(64, 1)]
    ]),
    exchange('the longest envelope', [[0, counted(limits.maxRecordBytes)]]),
    exchange(
      'as many records as there may be',
      Array.from({ length: limits.maxRecords }, (_, i) => [(i + 1) % limits.maxRecords, counted(2, i)])
    ),
    exchange('a record in short form', [[0, signed('one address')]]),
    exchange('a record in short form whose payload has a length of two bytes', [
      [0, signed('sixteen addresses')]
    ]),
    exchange('a record of another key, which has no short form', [[0, signed('secp256k1')]]),
    exchange('records in short form beside one that has none', [
      [1, signed('no address')],
      [2, signed('secp256k1')],
      [0, signed('one address')]
    ]),
    exchange('the shortest short form', [[0, lengthened(0, 96)]]),
    exchange('short forms around a payload of 127 and of 128 bytes', [
      [1, lengthened(1, 96 + 87)],
      [0, lengthened(0, 96 + 88)]
    ]),
    exchange('the longest short form: an envelope of the most bytes', [
      [0, lengthened(0, limits.maxRecordBytes - 55)]
    ]),
    exchange('envelopes that a byte keeps from having a short form', [
      [1, signed('one address').with(6, 1)],
      [2, signed('one address').with(41, 2)],
      [3, signed('one address').subarray(0, -1)],
      [0, signed('one address')]
    ]),
    ...rejectionReasons.map((reason): Vector => ({
      name: `a refusal: ${reason}`,
      bytes: hex(encodeRefusal(reason)),
      kind: 'refusal',
      code: codeOf(reason),
      reason
    }))
  ]
}

if (process.argv.includes('--write')) writeFileSync(file, `${JSON.stringify(makeVectors(), null, 2)}\n`)
