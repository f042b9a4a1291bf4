/** Messages behind their lengths: however the stream is cut into chunks, the same messages come out and the same fault. */
import { below } from '@pex/core'
import { delimited, merged } from '@pex/mconnection/protobuf'
import { Parser } from '../../../packages/mconnection/src/parser.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const MAX = 300

function parse(chunks: Iterable<Uint8Array>): {
  messages: string[]
  fault: string | undefined
  isPartial: boolean
} {
  const parser = new Parser(MAX)
  const messages: string[] = []
  for (const chunk of chunks)
    for (const message of parser.push(chunk)) {
      must(message.length <= MAX, `a message has ${message.length} bytes`)
      messages.push(Buffer.from(message).toString('hex'))
    }
  const { fault, isPartial } = parser
  return { messages, fault, isPartial: fault === undefined && isPartial }
}

function* chunked(input: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < input.length; at += size) yield input.subarray(at, at + size)
}

export const target: Target = () => ({
  seeds: [delimited(new Uint8Array()), delimited(new Uint8Array(MAX)), Uint8Array.of(0x80, 0x80, 0)],
  make: rng =>
    merged(...Array.from({ length: 1 + below(rng, 4) }, () => delimited(randomBytes(rng, below(rng, 60))))),
  maxBytes: 1_500,
  check(input) {
    const whole = parse([input])
    for (const size of [1, 7, 1 + (input[0] ?? 0)])
      mustEqual(parse(chunked(input, size)), whole, `in chunks of ${size}`)
    const first = new Parser(MAX).first(input)
    must((first === undefined) === (whole.messages.length === 0), 'the first message is another one')
    if (first !== undefined)
      mustEqual(Buffer.from(first.message).toString('hex'), whole.messages[0], 'the first message')
    return whole.fault ?? (whole.isPartial ? 'partial' : 'whole')
  }
})
