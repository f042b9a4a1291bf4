/** Fields of protobuf: every one is a window on the bytes that are there, and the end is reached or the fault is. */
import { below } from '@pex/core'
import { bytesField, field, Fields, merged, textField, textOf, varintField } from '@pex/mconnection/protobuf'
import { randomBytes } from '../kit/inputs.ts'
import { must, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

interface Found {
  readonly fields: readonly (readonly [number: number, value: number | string | undefined])[]
  readonly isMalformed: boolean
}

function read(input: Uint8Array): Found {
  const cursor = new Fields(input)
  const fields: (readonly [number, number | string | undefined])[] = []
  let window = 0
  while (cursor.next()) {
    const { number, varint, bytes } = cursor
    must(number > 0 && number < 2 ** 29, `a field has the number ${number}`)
    must(varint === undefined || (varint >= 0 && varint <= 2 ** 64), `a varint is ${varint}`)
    must(bytes === undefined || bytes.buffer === input.buffer, 'a field is no window on the input')
    window += bytes?.length ?? 0
    if (bytes !== undefined) textOf(bytes)
    fields.push([number, varint ?? (bytes && Buffer.from(bytes).toString('hex'))])
  }
  must(window <= input.length, 'the windows overlap')
  must(!cursor.next(), 'there is a field behind the end')
  return { fields, isMalformed: cursor.isMalformed }
}

export const target: Target = () => ({
  seeds: [
    merged(field(1, Uint8Array.of(1, 2)), textField(2, 'é'), varintField(3, 2 ** 53 - 1)),
    Uint8Array.of(0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8),
    Uint8Array.of(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)
  ],
  make: rng => {
    const fields = Array.from({ length: below(rng, 5) }, () => {
      const number = 1 + below(rng, 15)
      return below(rng, 2) === 0
        ? field(number, randomBytes(rng, below(rng, 20)))
        : varintField(number, rng() * below(rng, 2 ** 21))
    })
    return merged(...fields)
  },
  check(input) {
    const { isMalformed, fields } = twice(input, read)
    const first = twice(input, bytes => bytesField(bytes, 1))
    if (isMalformed) {
      must(first === 'malformed', 'a field is read of what is malformed')
      return 'malformed'
    }
    // Again field by field: those of varints and bytes say all that there is to say.
    const last = fields.filter(([number]) => number === 1).at(-1)?.[1]
    must(
      first === 'malformed' || last === undefined || Buffer.from(first).toString('hex') === last,
      'not the last field'
    )
    // Whoever cuts a field short has no field.
    const tail = fields.at(-1)?.[1]
    if (typeof tail === 'string' && tail !== '')
      must(read(input.slice(0, -1)).isMalformed, 'a field is taken that is not whole')
    return fields.length === 0 ? 'nothing' : 'fields'
  }
})
