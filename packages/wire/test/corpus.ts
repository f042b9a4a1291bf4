/**
 * What a decoder has to reject, one file per fault: test/corpus/<reason>--<what>.bin. `--write` writes the folder anew;
 * a fault that the fuzzer finds is a new line here.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '@pex/core'
import { bytes, claim, counted, EXCHANGE, exchange, longest, REFUSAL, size, varint } from './bytes.ts'

export const folder: string = join(import.meta.dirname, 'corpus')

const { maxMessageBytes, maxRecordBytes, maxRecords } = limits
const own = claim(0)
const two = exchange(claim(1), own)

/** Short forms: of the fewest bytes, and of the most that make an envelope of `maxRecordBytes`. */
const shortest = 96
const longestShort = maxRecordBytes - 55

/** Sizes as an attacker would set them, in the place of one record's. */
const sizes: readonly [name: string, value: readonly number[]][] = [
  ['one-more-than-the-limit', size(maxRecordBytes + 1)],
  ['largest-of-two-bytes', size(2 ** 13 - 1)],
  ['64-kib', size(2 ** 16)],
  ['largest-of-four-bytes', size(2 ** 27 - 1)],
  ['short-form-one-more-than-the-limit', size(longestShort + 1, 'short')],
  ['short-form-as-long-as-an-envelope', size(maxRecordBytes, 'short')],
  ['short-form-largest-of-two-bytes', size(2 ** 13 - 1, 'short')],
  ['short-form-64-kib', size(2 ** 16, 'short')],
  ['short-form-largest-of-four-bytes', size(2 ** 27 - 1, 'short')]
]

export const corpus: Readonly<Record<string, Uint8Array>> = {
  'oversize--one-byte-more': new Uint8Array(maxMessageBytes + 1),
  'oversize--the-longest-message-and-a-byte': bytes(longest(), 0),
  'oversize--twice-the-limit': new Uint8Array(2 * maxMessageBytes).fill(EXCHANGE),

  'truncated--nothing': bytes(),
  'truncated--exchange-without-count': bytes(EXCHANGE),
  'truncated--refusal-without-code': bytes(REFUSAL),
  'truncated--count-without-records': bytes(EXCHANGE, 1),
  'truncated--largest-count-without-records': bytes(EXCHANGE, varint(maxRecords)),
  'truncated--count-within-varint': bytes(EXCHANGE, 0x80),
  'truncated--code-within-varint': bytes(REFUSAL, 0x80),
  'truncated--hop-within-varint': bytes(EXCHANGE, 1, 0xff, 0xff),
  'truncated--record-without-size': bytes(EXCHANGE, 1, 0),
  'truncated--size-within-varint': bytes(EXCHANGE, 1, 0, 0x80),
  'truncated--record-without-bytes': bytes(EXCHANGE, 1, 0, size(3)),
  'truncated--record-lacks-a-byte': two.subarray(0, -1),
  'truncated--last-record-is-missing': two.subarray(0, -own.length),
  'truncated--second-record-without-size': two.subarray(0, 1 - own.length),
  'truncated--count-says-one-more': bytes(EXCHANGE, 3, claim(1), own),
  'truncated--largest-length-and-a-byte-less': bytes(
    EXCHANGE,
    1,
    0,
    size(maxRecordBytes),
    new Uint8Array(maxRecordBytes - 1)
  ),
  'truncated--short-form-without-bytes': bytes(EXCHANGE, 1, 0, size(shortest, 'short')),
  'truncated--short-form-lacks-a-byte': exchange(claim(1, 116, 'short'), claim(0, 116, 'short')).subarray(
    0,
    -1
  ),
  'truncated--shortest-short-form-lacks-a-byte': exchange(claim(0, shortest, 'short')).subarray(0, -1),
  'truncated--longest-short-form-and-a-byte-less': exchange(claim(0, longestShort, 'short')).subarray(0, -1),

  'trailing-bytes--behind-an-exchange': bytes(two, 0),
  'trailing-bytes--behind-a-refusal': bytes(REFUSAL, 21, 0),
  'trailing-bytes--a-second-exchange': bytes(two, two),
  'trailing-bytes--a-second-refusal': bytes(REFUSAL, 21, REFUSAL, 21),
  'trailing-bytes--count-says-one-less': bytes(EXCHANGE, 1, claim(1), own),
  'trailing-bytes--size-says-one-less': bytes(EXCHANGE, 1, 0, size(2), 1, 2, 3),
  'trailing-bytes--size-is-0': bytes(EXCHANGE, 1, 0, size(0), 1, 2, 3),
  'trailing-bytes--behind-a-short-form': bytes(exchange(claim(0, 116, 'short')), 0),
  'trailing-bytes--short-form-says-one-less': bytes(EXCHANGE, 1, 0, size(115, 'short'), counted(116)),

  'unknown-kind--0': bytes(0),
  'unknown-kind--3': bytes(3, 1, own),
  'unknown-kind--0x80': bytes(0x80, 1),
  'unknown-kind--kind-in-two-bytes': bytes(0x81, 0x00, 1, own),
  'unknown-kind--255': bytes(255),
  'unknown-kind--text': new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'),
  'unknown-kind--protobuf': bytes(0x0a, 3, 1, 2, 3),
  'unknown-kind--lz4-frame': bytes(0x04, 0x22, 0x4d, 0x18),

  'bad-varint--count-in-two-bytes': bytes(EXCHANGE, varint(1, 2), own),
  'bad-varint--count-in-four-bytes': bytes(EXCHANGE, varint(1, 4), own),
  'bad-varint--count-0-in-two-bytes': bytes(EXCHANGE, varint(0, 2)),
  'bad-varint--count-in-five-bytes': bytes(EXCHANGE, varint(1, 5), own),
  'bad-varint--count-of-2-to-28': bytes(EXCHANGE, varint(2 ** 28)),
  'bad-varint--count-of-2-to-32-less-1': bytes(EXCHANGE, varint(2 ** 32 - 1)),
  'bad-varint--hop-0-in-two-bytes': bytes(EXCHANGE, 1, varint(0, 2), size(3), 1, 2, 3),
  'bad-varint--hop-of-2-to-32': bytes(EXCHANGE, 2, varint(2 ** 32), size(3), 1, 2, 3, own),
  'bad-varint--hop-of-2-to-53': bytes(EXCHANGE, 2, varint(2 ** 53), size(3), 1, 2, 3, own),
  'bad-varint--hop-in-ten-bytes': bytes(EXCHANGE, 1, new Uint8Array(10).fill(0xff), size(3), 1, 2, 3),
  'bad-varint--size-in-three-bytes': bytes(EXCHANGE, 1, 0, varint(6, 3), 1, 2, 3),
  'bad-varint--size-of-short-form-in-three-bytes': bytes(EXCHANGE, 1, 0, varint(233, 3), counted(116)),
  'bad-varint--size-of-2-to-28': bytes(EXCHANGE, 1, 0, varint(2 ** 28), 1, 2, 3),
  'bad-varint--size-of-2-to-31-less-1': bytes(EXCHANGE, 1, 0, varint(2 ** 31 - 1), 1, 2, 3),
  'bad-varint--size-of-2-to-32-less-1': bytes(EXCHANGE, 1, 0, varint(2 ** 32 - 1), 1, 2, 3),
  'bad-varint--size-of-2-to-32-and-a-short-form': bytes(EXCHANGE, 1, 0, varint(2 ** 32 + 233), counted(116)),
  'bad-varint--size-never-ends': bytes(EXCHANGE, 1, 0, new Uint8Array(1_000).fill(0x80)),
  'bad-varint--code-in-two-bytes': bytes(REFUSAL, varint(21, 2)),
  'bad-varint--code-in-five-bytes': bytes(REFUSAL, varint(21, 5)),

  'no-records--count-0': bytes(EXCHANGE, 0),
  'no-records--count-0-and-a-record': bytes(EXCHANGE, 0, own),

  'too-many-records--one-more': exchange(...Array.from({ length: maxRecords }, () => claim(1)), own),
  'too-many-records--one-more-and-none-there': bytes(EXCHANGE, varint(maxRecords + 1)),
  'too-many-records--127': bytes(EXCHANGE, 127),
  'too-many-records--10-000': exchange(...Array.from({ length: 10_000 }, () => claim(1))),
  'too-many-records--10-000-and-none-there': bytes(EXCHANGE, varint(10_000)),
  'too-many-records--largest-count': bytes(EXCHANGE, varint(2 ** 28 - 1)),

  'record-oversize--with-all-its-bytes': exchange(claim(0, maxRecordBytes + 1)),
  'record-oversize--second-record': bytes(EXCHANGE, 2, claim(1), 0, size(maxRecordBytes + 1)),
  'record-oversize--short-form-with-all-its-bytes': exchange(claim(0, longestShort + 1, 'short')),
  ...Object.fromEntries(
    sizes.map(([name, value]) => [`record-oversize--size-${name}`, bytes(EXCHANGE, 1, 0, value, 1, 2, 3)])
  ),

  'malformed-record--short-form-of-no-bytes': bytes(EXCHANGE, 1, 0, size(0, 'short')),
  'malformed-record--short-form-of-one-byte': exchange(claim(0, 1, 'short')),
  'malformed-record--short-form-without-a-signature': exchange(claim(0, 32, 'short')),
  'malformed-record--short-form-lacks-a-byte': exchange(claim(0, shortest - 1, 'short')),
  'malformed-record--short-form-lacks-all-its-bytes': bytes(EXCHANGE, 1, 0, size(shortest - 1, 'short')),
  'malformed-record--second-record': exchange(claim(1, 116, 'short'), claim(0, shortest - 1, 'short'))
}

if (process.argv.includes('--write')) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const [name, content] of Object.entries(corpus)) writeFileSync(join(folder, `${name}.bin`), content)
}
