/** Sealed frames: whatever chunks they come in, what was sealed comes out up to the first byte that is not as it was sent. */
import { FRAME_BYTES, FRAME_DATA, Opener, Sealer } from '../../../packages/mconnection/src/frames.ts'
import { primitives } from '../../../packages/mconnection/src/platform.ts'
import { must, mustEqual } from '../kit/oracle.ts'
import { Tape } from '../kit/tape.ts'
import type { Target } from '../kit/target.ts'

const key = new Uint8Array(32).fill(3)
const text = Uint8Array.from({ length: 2 * FRAME_DATA + 10 }, (_, i) => (i * 7) % 251)

function open(
  stream: Uint8Array,
  size: number
): { data: string; fault: string | undefined; isPartial: boolean } {
  const opener = new Opener(primitives.aead(key))
  const parts: Uint8Array[] = []
  for (let at = 0; at < stream.length && opener.fault === undefined; at += size)
    parts.push(opener.open(stream.subarray(at, at + size)))
  const { fault, isPartial } = opener
  return { data: Buffer.concat(parts).toString('latin1'), fault, isPartial: fault === undefined && isPartial }
}

/** The input says how much is sealed, what is done to the frames, and where. */
export const target: Target = () => ({
  seeds: [Uint8Array.of(0, 100, 0), Uint8Array.of(9, 0, 1, 3, 4, 5), Uint8Array.of(12, 7, 2, 1, 0, 200)],
  maxBytes: 24,
  check(input) {
    const tape = new Tape(input)
    const length = tape.below(text.length + 1)
    const frames = new Sealer(primitives.aead(key)).seal(text.subarray(0, length))
    const what = tape.pick(['whole', 'flip', 'cut', 'swap', 'repeat', 'drop'])
    const at = tape.below(Math.max(frames.length, 1))
    const frame = Math.floor(at / FRAME_BYTES) * FRAME_BYTES
    const stream = damaged(frames, what, at, 1 + tape.below(255))
    const result = open(stream, 1 + tape.below(2_000))
    mustEqual(open(stream, 1_044), result, 'in other chunks')
    must(
      Buffer.from(text.subarray(0, length)).toString('latin1').startsWith(result.data),
      'something else came out'
    )
    if (frames.length > 0 && (what === 'flip' || (what === 'drop' && frame + FRAME_BYTES < frames.length)))
      must(result.fault === 'bad-frame', `a frame was damaged (${what}), and nobody noticed`)
    if (what === 'whole')
      must(result.data.length === length && result.fault === undefined, 'not all came out')
    return `${what}: ${result.fault ?? (result.isPartial ? 'partial' : 'whole')}`
  }
})

function damaged(frames: Uint8Array, what: string, at: number, value: number): Uint8Array {
  const copy = frames.slice()
  const frame = Math.floor(at / FRAME_BYTES) * FRAME_BYTES
  const one = frames.subarray(frame, frame + FRAME_BYTES)
  switch (what) {
    case 'flip':
      if (copy.length > 0) copy[at]! ^= value
      return copy
    case 'cut':
      return copy.subarray(0, at)
    case 'swap':
      copy.set(frames.subarray(0, one.length), frame)
      copy.set(one, 0)
      return copy
    case 'repeat':
      return Buffer.concat([frames.subarray(0, frame), one, one, frames.subarray(frame + FRAME_BYTES)])
    case 'drop':
      return Buffer.concat([frames.subarray(0, frame), frames.subarray(frame + FRAME_BYTES)])
    default:
      return copy
  }
}
