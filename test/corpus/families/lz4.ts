/** LZ4 frames: every reason, and the bombs of threat T15. */
import { compress, decompress, isLz4Rejection, xxh32 } from '../../../packages/wire/src/lz4/index.ts'
import { bytes, changed, cuts } from '../family.ts'
import type { Family } from '../family.ts'

const maxBytes = 262_144
const plain = compress(Uint8Array.from({ length: 60 }, (_, i) => i))

/** A frame of these blocks with the checksum of its header set right. */
function frame(
  flags: number,
  block: number,
  size: readonly number[],
  ...rest: readonly (readonly number[] | Uint8Array)[]
): Uint8Array {
  const head = bytes(4, 0x22, 0x4d, 0x18, flags, block, size)
  return bytes(head, (xxh32(head, 4, head.length) >>> 8) & 0xff, ...rest)
}

const blockOf = (...content: readonly number[]): number[] => [content.length, 0, 0, 0, ...content]
const end = [0, 0, 0, 0]

/** A block that repeats one byte as often as its bytes allow. */
function bomb(length: number, code: number): Uint8Array {
  const block = new Uint8Array(length).fill(255)
  block.set([0x1f, 0, 1, 0])
  block.set([0, 0x10, 0], length - 3)
  return frame(0x60, code << 4, [], [length & 255, length >> 8, 0, 0], block, end)
}

const zeros = compress(new Uint8Array(70_000))

export const family: Family = {
  judge(input) {
    const out = decompress(input, { maxBytes })
    return isLz4Rejection(out) ? out.reason : 'accepted'
  },
  faults: {
    'bad-magic--a-byte-changed': changed(plain, 0, 5),
    'bad-magic--of-the-legacy-frame': bytes(0x02, 0x21, 0x4c, 0x18, end),
    'bad-magic--behind-a-whole-frame': bytes(plain, 2, 0x21, 0x4c, 0x18),
    'bad-magic--gzip': bytes(0x1f, 0x8b, 8, 0, 0, 0),
    'bad-magic--text': bytes('GET / HTTP/1.1\r\n'),
    'bad-version--0': frame(0x20, 0x40, [], end),
    'bad-version--2': frame(0xa0, 0x40, [], end),
    'bad-version--3': frame(0xe0, 0x40, [], end),
    'reserved-bits--of-the-flags': frame(0x62, 0x40, [], end),
    'reserved-bits--lowest-of-the-block': frame(0x60, 0x41, [], end),
    'reserved-bits--highest-of-the-block': frame(0x60, 0xc0, [], end),
    'dictionary--wanted': frame(0x61, 0x40, [1, 0, 0, 0], end),
    'bad-block-size--code-0': frame(0x60, 0x00, [], end),
    'bad-block-size--code-3': frame(0x60, 0x30, [], end),
    'bad-block-size--larger-than-the-frame-allows': frame(0x60, 0x40, [], [1, 0, 1, 0]),
    'bad-block-size--largest': frame(0x60, 0x40, [], [255, 255, 255, 0x7f]),
    'bad-block-size--bomb-in-64-kib': bomb(2_000, 4),
    'header-checksum--changed': changed(plain, 6, plain[6]! ^ 1),
    'block-checksum--changed': frame(0x70, 0x40, [], blockOf(0x10, 7), [1, 2, 3, 4], end),
    'block-checksum--nought': frame(0x70, 0x40, [], blockOf(0x30, 7, 7, 7), end, end),
    'content-checksum--last-byte-changed': changed(plain, -1, plain.at(-1)! ^ 1),
    'content-checksum--nought': frame(0x64, 0x40, [], blockOf(0x10, 7), end, end),
    'content-size--says-less': frame(0x68, 0x40, [0, 0, 0, 0, 0, 0, 0, 0], blockOf(0x10, 7), end),
    'content-size--says-more': frame(0x68, 0x40, [2, 0, 0, 0, 0, 0, 0, 0], blockOf(0x10, 7), end),
    'bad-offset--before-the-beginning': frame(0x60, 0x40, [], blockOf(0x10, 7, 2, 0, 0x10, 8), end),
    'bad-offset--nought': frame(0x60, 0x40, [], blockOf(0x10, 7, 0, 0, 0x10, 8), end),
    'bad-offset--largest': frame(0x60, 0x40, [], blockOf(0x10, 7, 255, 255, 0x10, 8), end),
    'truncated--block-does-not-end-with-literals': frame(0x60, 0x40, [], blockOf(0x10, 7, 1, 0), end),
    'truncated--skippable-of-4-gib': bytes(0x50, 0x2a, 0x4d, 0x18, 255, 255, 255, 255),
    'truncated--skippable-behind-a-frame': bytes(plain, 0x5f, 0x2a, 0x4d, 0x18, 9, 0, 0, 0, 1),
    'oversize--bomb-of-500-000': bomb(2_000, 7),
    'oversize--bomb-of-4-million': bomb(16_000, 7),
    'oversize--claim-of-a-gigabyte': frame(0x68, 0x70, [0, 0, 0, 64, 0, 0, 0, 0], end),
    'oversize--claim-of-2-to-64': frame(0x68, 0x70, [255, 255, 255, 255, 255, 255, 255, 255], end),
    'oversize--claim-of-2-to-53': frame(0x68, 0x70, [0, 0, 0, 0, 0, 0, 32, 0], end),
    'oversize--four-harmless-frames': bytes(zeros, zeros, zeros, zeros),
    ...cuts('truncated', 'small-frame', compress(Uint8Array.of(7, 8)), 1)
  }
}
