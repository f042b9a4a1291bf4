/**
 * The messages that other implementations can check themselves against: test/vectors.json. Envelopes are counted bytes,
 * not records: the message does not look into them. `--write` writes the file anew.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, limits, rejectionReasons } from '@pex/core'
import type { RejectionReason } from '@pex/core'
import { encodeExchange, encodeRefusal } from '@pex/wire'

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

/** Bytes 0, 1, 2 …, beginning with the record's number. */
function envelope(number: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (number + i) & 0xff)
}

function exchange(name: string, records: readonly (readonly [hop: number, length: number])[]): Vector {
  const descriptors = records.map(([hop, length], i) => ({
    hop,
    record: { id: `p${i}`, seq: 1n, addresses: [], envelope: envelope(i, length) }
  }))
  return {
    name,
    bytes: hex(encodeExchange(descriptors)),
    kind: 'exchange',
    claims: descriptors.map(({ hop, record }) => ({ hop, envelope: hex(record.envelope) }))
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
    exchange('the own record alone', [[0, 4]]),
    exchange('two records', [
      [3, 2],
      [0, 5]
    ]),
    exchange('a record of no bytes', [[0, 0]]),
    exchange('hops of one, two, three and four bytes', [
      [127, 1],
      [128, 1],
      [2 ** 14, 1],
      [2 ** 28 - 1, 1],
      [0, 1]
    ]),
    exchange('the largest hop that counts', [
      [limits.maxHop, 1],
      [0, 1]
    ]),
    exchange('envelopes of 127 and 128 bytes', [
      [1, 127],
      [0, 128]
    ]),
    exchange('the longest envelope', [[0, limits.maxRecordBytes]]),
    exchange(
      'as many records as there may be',
      Array.from({ length: limits.maxRecords }, (_, i) => [(i + 1) % limits.maxRecords, 2])
    ),
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
