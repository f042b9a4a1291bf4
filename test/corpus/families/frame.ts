/** Sealed frames under a known key: forged, cut, out of their order, and authentic ones that lie about their length. */
import { FRAME_BYTES, FRAME_DATA, Opener, Sealer } from '../../../packages/mconnection/src/frames.ts'
import { primitives } from '../../../packages/mconnection/src/platform.ts'
import { bytes, changed } from '../family.ts'
import type { Family } from '../family.ts'

const aead = primitives.aead(new Uint8Array(32).fill(3))
const two = new Sealer(aead).seal(new Uint8Array(FRAME_DATA + 10).fill(9))
const [first, second] = [two.slice(0, FRAME_BYTES), two.slice(FRAME_BYTES)]

/** An authentic frame that says so many bytes of itself. */
function lying(length: number): Uint8Array {
  const plain = new Uint8Array(4 + FRAME_DATA)
  new DataView(plain.buffer).setUint32(0, length, true)
  const sealed = new Uint8Array(FRAME_BYTES)
  aead.seal(0, plain, sealed)
  return sealed
}

export const family: Family = {
  judge(input) {
    const opener = new Opener(aead)
    opener.open(input)
    return opener.fault ?? (opener.isPartial ? 'truncated' : 'accepted')
  },
  faults: {
    'bad-frame--zeros': new Uint8Array(FRAME_BYTES),
    'bad-frame--first-bit': changed(first, 0, first[0]! ^ 1),
    'bad-frame--last-bit-of-the-tag': changed(first, -1, first.at(-1)! ^ 0x80),
    'bad-frame--the-second-one-first': bytes(second, first),
    'bad-frame--the-first-one-twice': bytes(first, first),
    'bad-frame--shifted-by-a-byte': bytes(0, two),
    'frame-oversize--one-more': lying(FRAME_DATA + 1),
    'frame-oversize--2-to-31': lying(2 ** 31),
    'frame-oversize--2-to-32-less-1': lying(2 ** 32 - 1),
    'truncated--one-byte': bytes(1),
    'truncated--the-second-frame': two.slice(0, -1)
  }
}
