/** Frames within a packet of UDP, questions and answers: the text is authenticated, its author may be hostile. */
import { below } from '@pex/core'
import type { SeededRng } from '@pex/testkit'
import { udpLimits } from '../../../packages/transport-udp/src/constants.ts'
import {
  ANSWER,
  fragmentsOf,
  QUESTION,
  readFrames,
  TOKEN_BYTES,
  Writer
} from '../../../packages/transport-udp/src/frames.ts'
import type { Frame } from '../../../packages/transport-udp/src/frames.ts'
import { readAnswer, readQuestion, writeQuestion } from '../../../packages/transport-udp/src/payload.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

function write(frames: readonly Frame[], room: number): Uint8Array {
  const writer = new Writer(room)
  for (const frame of frames) {
    if (frame.type === 'ack') writer.ack(frame)
    else if (frame.type === 'question' || frame.type === 'answer')
      writer.fragment(
        frame.type === 'question' ? QUESTION : ANSWER,
        frame.id,
        frame.total,
        frame.index,
        frame.bytes
      )
    else if (frame.type === 'cancel') writer.cancel(frame.id)
    else if (frame.type === 'ping') writer.ping()
    else if (frame.type === 'close') writer.close()
    else if (frame.type === 'path-challenge' || frame.type === 'path-response')
      writer.token(frame.type, frame.token)
  }
  return new Uint8Array(writer.text(0))
}

function frameOf(rng: SeededRng): Frame {
  const id = rng()
  const last = 100 + below(rng, 2 ** 31)
  const token = randomBytes(rng, TOKEN_BYTES)
  const bytes = randomBytes(rng, below(rng, 60))
  const frames: readonly Frame[] = [
    {
      type: 'ack',
      delayMs: below(rng, 70_000),
      ranges: [
        { first: last - 3, last },
        { first: last - 20, last: last - 9 }
      ]
    },
    {
      type: below(rng, 2) === 0 ? 'question' : 'answer',
      id,
      total: bytes.length,
      index: below(rng, 8) === 0 ? 1 : 0,
      bytes
    },
    { type: 'cancel', id },
    { type: 'ping' },
    { type: 'close' },
    { type: below(rng, 2) === 0 ? 'path-challenge' : 'path-response', token }
  ]
  return frames[below(rng, frames.length)]!
}

export const target: Target = () => ({
  seeds: [write([{ type: 'ping' }], 1), new Uint8Array(20), writeQuestion('/test/1', Uint8Array.of(1, 2))],
  make: rng =>
    write(
      Array.from({ length: 1 + below(rng, 4) }, () => frameOf(rng)),
      2_000
    ),
  maxBytes: 1_400,
  check(input) {
    const question = twice(input, readQuestion)
    if (question !== undefined)
      must(question.body.length < input.length, 'a body is longer than its question')
    readAnswer(input)
    const frames = twice(input, readFrames)
    if (frames === undefined) return question === undefined ? 'neither' : 'question'
    must(frames.length <= input.length, 'there are more frames than bytes')
    for (const frame of frames) {
      if (frame.type !== 'question' && frame.type !== 'answer') continue
      const { total, index, bytes } = frame
      must(
        total <= udpLimits.maxPayloadBytes && index < fragmentsOf(total),
        `piece ${index} of ${total} bytes`
      )
      must(bytes.length <= udpLimits.fragmentBytes, 'a piece is too long')
    }
    const written = write(frames, input.length + 64)
    mustEqual(readFrames(written), frames, 'written and read again')
    mustEqual(input.subarray(0, written.length), written, 'written again')
    must(
      input.subarray(written.length).every(byte => byte === 0),
      'something was passed over'
    )
    return frames[0]?.type ?? 'nothing'
  }
})
