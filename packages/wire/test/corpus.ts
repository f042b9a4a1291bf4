/**
 * What a decoder has to reject, one file per fault: test/corpus/<reason>--<what>.bin. `--write` writes the folder anew;
 * a fault that the fuzzer finds is a new line here.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '@pex/core'
import {
  ACK,
  ASK,
  ask,
  average,
  bytes,
  claim,
  counted,
  longest,
  NONE,
  NUMBER,
  PICKING_REPLY,
  PING,
  PONG,
  REFUSAL,
  REPLY,
  reply,
  SETTLE,
  SETTLING_ASK,
  size,
  uint32,
  varint
} from './bytes.ts'

export const folder: string = join(import.meta.dirname, 'corpus')

const { maxAverages, maxMessageBytes, maxRecordBytes, maxRecords } = limits
const own = claim(0)
const two = ask(claim(1), own)
/** What stands before the count of an ask's records. */
const head = bytes(ASK, NUMBER)
/** An ask with all but its averages, and a reply with all but its picks. */
const withoutAverages = bytes(head, 1, own)
const withoutPicks = bytes(PICKING_REPLY, 1, own, NONE)
const settle = bytes(SETTLE, NUMBER)

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

/** Values that no average can have. */
const values: readonly [name: string, value: number][] = [
  ['below-minus-1', -1 - Number.EPSILON],
  ['above-1', 1 + Number.EPSILON],
  ['not-a-number', Number.NaN],
  ['infinite', Infinity],
  ['minus-infinite', -Infinity],
  ['negative-0', -0]
]

export const corpus: Readonly<Record<string, Uint8Array>> = {
  'oversize--one-byte-more': new Uint8Array(maxMessageBytes + 1),
  'oversize--the-longest-message-and-a-byte': bytes(longest(), 0),
  'oversize--twice-the-limit': new Uint8Array(2 * maxMessageBytes).fill(ASK),

  'truncated--nothing': bytes(),
  'truncated--ask-without-number': bytes(ASK),
  'truncated--ask-within-number': bytes(SETTLING_ASK, 0, 0, 0),
  'truncated--ask-without-count': head,
  'truncated--reply-without-count': bytes(REPLY),
  'truncated--ask-without-averages': withoutAverages,
  'truncated--averages-lack-one': bytes(withoutAverages, 2, average(1, 0.5)),
  'truncated--average-within-epoch': bytes(withoutAverages, 1, 0, 0, 0),
  'truncated--average-within-instance': bytes(withoutAverages, 1, uint32(1), 0xca),
  'truncated--average-without-value': bytes(withoutAverages, 1, uint32(1), 0xca, 0xfe, 0, 1),
  'truncated--average-lacks-a-byte': bytes(withoutAverages, 1, average(1, 0.5)).subarray(0, -1),
  'truncated--reply-without-picks': withoutPicks,
  'truncated--picks-lack-one': bytes(withoutPicks, 3, 0, 1),
  'truncated--picks-lack-all': bytes(withoutPicks, maxRecords),
  'truncated--settle-without-number': bytes(SETTLE),
  'truncated--settle-without-picks': settle,
  'truncated--settle-lacks-a-pick': bytes(settle, 2, 0),
  'truncated--pong-without-record': bytes(PONG),
  'truncated--pong-lacks-a-byte': bytes(PONG, size(3), 1, 2),
  'truncated--refusal-without-code': bytes(REFUSAL),
  'truncated--count-without-records': bytes(head, 1),
  'truncated--largest-count-without-records': bytes(head, varint(maxRecords)),
  'truncated--count-within-varint': bytes(head, 0x80),
  'truncated--code-within-varint': bytes(REFUSAL, 0x80),
  'truncated--hop-within-varint': bytes(head, 1, 0xff, 0xff),
  'truncated--record-without-size': bytes(head, 1, 0),
  'truncated--size-within-varint': bytes(head, 1, 0, 0x80),
  'truncated--record-without-bytes': bytes(head, 1, 0, size(3)),
  'truncated--record-lacks-a-byte': two.subarray(0, -2),
  'truncated--last-record-is-missing': two.subarray(0, -own.length - 1),
  'truncated--second-record-without-size': two.subarray(0, -own.length),
  'truncated--count-says-one-more': bytes(head, 3, claim(1), own),
  'truncated--largest-length-and-a-byte-less': bytes(
    head,
    1,
    0,
    size(maxRecordBytes),
    new Uint8Array(maxRecordBytes - 1)
  ),
  'truncated--short-form-without-bytes': bytes(head, 1, 0, size(shortest, 'short')),
  'truncated--short-form-lacks-a-byte': ask(claim(1, 116, 'short'), claim(0, 116, 'short')).subarray(0, -2),
  'truncated--shortest-short-form-lacks-a-byte': ask(claim(0, shortest, 'short')).subarray(0, -2),
  'truncated--longest-short-form-and-a-byte-less': ask(claim(0, longestShort, 'short')).subarray(0, -2),

  'trailing-bytes--behind-an-ask': bytes(two, 0),
  'trailing-bytes--behind-averages': bytes(withoutAverages, 1, average(1, 0.5), 0),
  'trailing-bytes--averages-say-one-less': bytes(withoutAverages, 1, average(1, 0.5), average(2, 0.5)),
  'trailing-bytes--behind-a-reply': bytes(reply(own), 0),
  'trailing-bytes--reply-of-the-kind-without-picks': bytes(REPLY, 1, own, NONE, 1, 0),
  'trailing-bytes--picks-say-one-less': bytes(withoutPicks, 1, 0, 1),
  'trailing-bytes--behind-a-settle': bytes(settle, 1, 0, 0),
  'trailing-bytes--behind-an-ack': bytes(ACK, 0),
  'trailing-bytes--behind-a-ping': bytes(PING, 0),
  'trailing-bytes--behind-a-pong': bytes(PONG, size(3), 1, 2, 3, 0),
  'trailing-bytes--pong-with-a-hop': bytes(PONG, 0, size(3), 1, 2, 3),
  'trailing-bytes--behind-a-refusal': bytes(REFUSAL, 21, 0),
  'trailing-bytes--a-second-ask': bytes(two, two),
  'trailing-bytes--a-second-refusal': bytes(REFUSAL, 21, REFUSAL, 21),
  'bad-averages--count-of-records-says-one-less': bytes(head, 1, claim(1), claim(70), own),
  'trailing-bytes--size-says-one-less': bytes(PONG, size(2), 1, 2, 3),
  'trailing-bytes--size-is-0': bytes(PONG, size(0), 1, 2, 3),
  'trailing-bytes--behind-a-short-form': bytes(ask(claim(0, 116, 'short')), 0),
  'trailing-bytes--short-form-says-one-less': bytes(PONG, size(115, 'short'), counted(116)),

  'unknown-kind--0': bytes(0),
  'unknown-kind--5': bytes(5, NUMBER, 1, own, NONE),
  'unknown-kind--15': bytes(15),
  'unknown-kind--21': bytes(21),
  'unknown-kind--0x80': bytes(0x80, 1),
  'unknown-kind--kind-in-two-bytes': bytes(0x81, 0x00, NUMBER, 1, own, NONE),
  'unknown-kind--255': bytes(255),
  'unknown-kind--text': new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'),
  'unknown-kind--protobuf': bytes(0x0a, 3, 1, 2, 3),
  'trailing-bytes--lz4-frame': bytes(0x04, 0x22, 0x4d, 0x18),

  'bad-varint--count-in-two-bytes': bytes(head, varint(1, 2), own),
  'bad-varint--count-in-four-bytes': bytes(head, varint(1, 4), own),
  'bad-varint--count-0-in-two-bytes': bytes(head, varint(0, 2)),
  'bad-varint--count-in-five-bytes': bytes(head, varint(1, 5), own),
  'bad-varint--count-of-2-to-28': bytes(head, varint(2 ** 28)),
  'bad-varint--count-of-2-to-32-less-1': bytes(head, varint(2 ** 32 - 1)),
  'bad-varint--hop-0-in-two-bytes': bytes(head, 1, varint(0, 2), size(3), 1, 2, 3),
  'bad-varint--hop-of-2-to-32': bytes(head, 2, varint(2 ** 32), size(3), 1, 2, 3, own),
  'bad-varint--hop-of-2-to-53': bytes(head, 2, varint(2 ** 53), size(3), 1, 2, 3, own),
  'bad-varint--hop-in-ten-bytes': bytes(head, 1, new Uint8Array(10).fill(0xff), size(3), 1, 2, 3),
  'bad-varint--size-in-three-bytes': bytes(head, 1, 0, varint(6, 3), 1, 2, 3),
  'bad-varint--size-of-short-form-in-three-bytes': bytes(head, 1, 0, varint(233, 3), counted(116)),
  'bad-varint--size-of-2-to-28': bytes(head, 1, 0, varint(2 ** 28), 1, 2, 3),
  'bad-varint--size-of-2-to-31-less-1': bytes(head, 1, 0, varint(2 ** 31 - 1), 1, 2, 3),
  'bad-varint--size-of-2-to-32-less-1': bytes(head, 1, 0, varint(2 ** 32 - 1), 1, 2, 3),
  'bad-varint--size-of-2-to-32-and-a-short-form': bytes(head, 1, 0, varint(2 ** 32 + 233), counted(116)),
  'bad-varint--size-never-ends': bytes(head, 1, 0, new Uint8Array(1_000).fill(0x80)),
  'bad-varint--code-in-two-bytes': bytes(REFUSAL, varint(21, 2)),
  'bad-varint--code-in-five-bytes': bytes(REFUSAL, varint(21, 5)),

  'bad-varint--count-of-averages-in-two-bytes': bytes(withoutAverages, varint(1, 2), average(1, 0.5)),
  'bad-varint--count-of-picks-in-two-bytes': bytes(withoutPicks, varint(1, 2), 0),
  'bad-varint--count-of-a-settles-picks-in-two-bytes': bytes(settle, varint(1, 2), 0),

  'bad-averages--one-more': bytes(
    withoutAverages,
    maxAverages + 1,
    ...Array.from({ length: maxAverages + 1 }, (_, i) => average(i, 0.5))
  ),
  'bad-averages--one-more-and-none-there': bytes(withoutAverages, maxAverages + 1),
  'bad-averages--largest-count': bytes(withoutAverages, varint(2 ** 28 - 1)),
  'bad-averages--in-a-reply': bytes(REPLY, 1, own, 1, average(1, 2)),
  'bad-averages--second-one': bytes(withoutAverages, 2, average(1, 0.5), average(2, -2)),
  ...Object.fromEntries(
    values.map(([name, value]) => [
      `bad-averages--value-${name}`,
      bytes(withoutAverages, 1, average(1, value))
    ])
  ),

  'bad-picks--one-more': bytes(withoutPicks, maxRecords + 1, counted(maxRecords + 1)),
  'bad-picks--one-more-and-none-there': bytes(withoutPicks, maxRecords + 1),
  'bad-picks--largest-count': bytes(settle, varint(2 ** 28 - 1)),
  'bad-picks--place-beyond-every-list': bytes(withoutPicks, 1, maxRecords),
  'bad-picks--place-255': bytes(settle, 2, 0, 255),
  'bad-picks--place-twice': bytes(withoutPicks, 2, 3, 3),
  'bad-picks--place-twice-with-others-between': bytes(settle, 4, 31, 0, 5, 31),
  'bad-picks--all-places-the-same': bytes(settle, maxRecords, new Uint8Array(maxRecords)),

  'no-records--count-0': bytes(head, 0),
  'no-records--of-a-reply': bytes(REPLY, 0, NONE),
  'no-records--count-0-and-a-record': bytes(head, 0, own),

  'too-many-records--one-more': ask(...Array.from({ length: maxRecords }, () => claim(1)), own),
  'too-many-records--one-more-and-none-there': bytes(head, varint(maxRecords + 1)),
  'too-many-records--127': bytes(head, 127),
  'too-many-records--10-000': ask(...Array.from({ length: 10_000 }, () => claim(1))),
  'too-many-records--10-000-and-none-there': bytes(head, varint(10_000)),
  'too-many-records--largest-count': bytes(head, varint(2 ** 28 - 1)),

  'record-oversize--with-all-its-bytes': ask(claim(0, maxRecordBytes + 1)),
  'record-oversize--second-record': bytes(head, 2, claim(1), 0, size(maxRecordBytes + 1)),
  'record-oversize--short-form-with-all-its-bytes': ask(claim(0, longestShort + 1, 'short')),
  ...Object.fromEntries(
    sizes.map(([name, value]) => [`record-oversize--size-${name}`, bytes(head, 1, 0, value, 1, 2, 3)])
  ),

  'record-oversize--in-a-pong': bytes(PONG, size(maxRecordBytes + 1), counted(maxRecordBytes + 1)),

  'malformed-record--in-a-pong': bytes(PONG, size(95, 'short'), counted(95)),
  'malformed-record--short-form-of-no-bytes': bytes(head, 1, 0, size(0, 'short')),
  'malformed-record--short-form-of-one-byte': ask(claim(0, 1, 'short')),
  'malformed-record--short-form-without-a-signature': ask(claim(0, 32, 'short')),
  'malformed-record--short-form-lacks-a-byte': ask(claim(0, shortest - 1, 'short')),
  'malformed-record--short-form-lacks-all-its-bytes': bytes(head, 1, 0, size(shortest - 1, 'short')),
  'malformed-record--second-record': ask(claim(1, 116, 'short'), claim(0, shortest - 1, 'short'))
}

if (process.argv.includes('--write')) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const [name, content] of Object.entries(corpus)) writeFileSync(join(folder, `${name}.bin`), content)
}
