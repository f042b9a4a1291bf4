/** A handshake's messages over a stream: what is read are the messages, then the stream goes on with what was left. */
import { MessageStream } from '@pex/mconnection'
import { delimited, merged } from '@pex/mconnection/protobuf'
import { attempt, hasCode, must, mustEqual, Refused } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const MAX = 200

async function* chunks(input: Uint8Array): AsyncGenerator<Uint8Array> {
  // The input says how it is cut.
  const size = 1 + ((input[0] ?? 0) % 40)
  for (let at = 0; at < input.length; at += size) yield input.subarray(at, at + size)
}

export const target: Target = () => ({
  seeds: [
    merged(delimited(new Uint8Array(34)), delimited(new Uint8Array(102)), Uint8Array.of(9, 9, 9)),
    merged(delimited(new Uint8Array(MAX)), delimited(new Uint8Array()))
  ],
  maxBytes: 600,
  async check(input) {
    const nothing = async (): Promise<void> => {}
    const stream = new MessageStream({
      source: chunks(input),
      write: nothing,
      close: nothing,
      abort: () => {}
    })
    const read: Uint8Array[] = []
    let failure: Refused | undefined
    for (let i = 0; i < 2 && failure === undefined; i++) {
      const result = await stream.read(MAX).then(
        message =>
          attempt(
            () => message,
            () => false
          ),
        (error: unknown) =>
          attempt(
            (): never => {
              throw error
            },
            hasCode('PEX_REJECTED', 'PEX_CLOSED')
          )
      )
      if (result instanceof Refused) failure = result
      else read.push(result)
    }
    must(
      read.every(({ length }) => length <= MAX),
      'a message is too long'
    )
    if (failure !== undefined) return (failure.error as { fault?: string }).fault ?? 'closed'
    const rest: Uint8Array[] = []
    for await (const chunk of stream.unwrap().source) rest.push(chunk)
    const seen = merged(...read.map(delimited), ...rest)
    // Lengths may be written longer than they need be; all else is as it came.
    must(seen.length <= input.length, 'more came out than went in')
    if (seen.length === input.length) mustEqual(seen, input, 'put together again')
    return 'read'
  }
})
