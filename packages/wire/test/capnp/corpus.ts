/**
 * What a reader of Cap'n Proto has to reject, one file per fault: corpus/<reason>--<what>.bin, in packed form where the
 * name says so. `--write` writes the folder anew; a fault that the fuzzer finds is a new line here.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pack } from '@pex/wire/capnp'
import {
  bytesOf,
  COMPOSITE,
  farPointer,
  listPointer,
  message,
  NULL,
  POINTER,
  structPointer,
  UINT8
} from './words.ts'
import type { Word } from './words.ts'

export const folder: string = join(import.meta.dirname, 'corpus')

const number: Word = [7, 0]
/** A pointer to a node behind it, and the node without its pointers. */
const root = structPointer(0, 1, 5)
/** A node whose one pointer at that index is this; what follows stands behind the node. */
const node = (index: number, pointer: Word, ...rest: readonly Word[]): readonly Word[] => [
  root,
  number,
  ...[0, 1, 2, 3, 4].map(i => (i === index ? pointer : NULL)),
  ...rest
]
/** From the pointer at an index to what stands behind the node. */
const behind = (index: number): number => 4 - index
const text = new TextEncoder()
/** Words that make room for a loop to be followed to its limit. */
const padding = Array.from({ length: 32 }, () => NULL)

/** Distances and counts as an attacker would set them. */
const extremes: readonly [name: string, value: number][] = [
  ['one-too-far', 1],
  ['65-535', 65_535],
  ['2-to-28', 2 ** 28],
  ['largest', 2 ** 29 - 1]
]

const zeros = (count: number): number[] => Array.from({ length: count }, () => [0x00, 0xff]).flat()

/** Nodes each of which points at the next one, 66 of them. */
const chain = (): Word[] => [
  root,
  ...Array.from({ length: 66 }, (): Word[] => [
    number,
    structPointer(4, 1, 5),
    NULL,
    NULL,
    NULL,
    NULL
  ]).flat(),
  number,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL
]

/** A list of pointers all of which point at the same big blob. */
const overlapping = (count: number, blobWords: number): readonly Word[] =>
  node(
    2,
    listPointer(behind(2), POINTER, count),
    ...Array.from({ length: count }, (_, i) => listPointer(count - 1 - i, UINT8, blobWords * 8)),
    ...Array.from({ length: blobWords }, () => number)
  )

export const corpus: Readonly<Record<string, Uint8Array>> = {
  'truncated--nothing': new Uint8Array(),
  'truncated--one-byte': new Uint8Array(1),
  'truncated--table-without-sizes': new Uint8Array(4),
  'truncated--one-empty-segment': message([]),
  'truncated--segment-lacks-a-word': message([root, number, NULL, NULL, NULL, NULL, NULL]).subarray(0, -8),
  'truncated--segment-lacks-a-byte': message(node(0, NULL)).subarray(0, -1),
  'truncated--second-segment-is-missing': message([farPointer(1, 0)], [root, number]).subarray(0, -16),
  'truncated--table-of-16-without-sizes': bytesOf([15, 1]),
  'truncated--packed-within-word': Uint8Array.of(0x10, 0x0a, 0x50, 0x01),
  'truncated--packed-zeros-without-count': Uint8Array.of(0x00),
  'truncated--packed-literals-without-count': Uint8Array.of(0xff, 1, 2, 3, 4, 5, 6, 7, 8),
  'truncated--packed-literals-lack-a-byte': Uint8Array.of(
    0xff,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    1,
    1,
    2,
    3,
    4,
    5,
    6,
    7
  ),
  'truncated--packed-largest-run-of-literals': Uint8Array.of(0xff, 1, 2, 3, 4, 5, 6, 7, 8, 255),

  'trailing-bytes--a-byte': new Uint8Array([...message([NULL]), 0]),
  'trailing-bytes--a-word': bytesOf([0, 1], NULL, NULL),
  'trailing-bytes--a-second-message': new Uint8Array([...message([NULL]), ...message([NULL])]),

  'oversize--64-kib-and-a-word': bytesOf([0, 8192]),
  'oversize--segment-of-2-to-31-words': bytesOf([0, 2 ** 31]),
  'oversize--largest-segment': bytesOf([0, 2 ** 32 - 1]),
  'oversize--two-largest-segments': bytesOf([1, 2 ** 32 - 1], [2 ** 32 - 1, 0]),
  'oversize--sizes-that-wrap-around-to-0': bytesOf([1, 2 ** 31], [2 ** 31, 0], NULL),
  'oversize--packed-zeros': new Uint8Array(zeros(33)),
  'oversize--packed-zeros-for-2-mib': new Uint8Array(zeros(1024)),
  'oversize--packed-zeros-for-64-mib': new Uint8Array(zeros(32_768)),
  'oversize--packed-zeros-behind-a-literal': Uint8Array.of(0xff, 1, 1, 1, 1, 1, 1, 1, 1, 0, ...zeros(40)),
  'oversize--packed-table-of-2-to-32-words': Uint8Array.of(0xf0, 0xff, 0xff, 0xff, 0xff),

  'too-many-segments--17': bytesOf([16, 0]),
  'too-many-segments--2-to-31': bytesOf([2 ** 31 - 1, 1]),
  'too-many-segments--largest-count': bytesOf([2 ** 32 - 1, 0]),
  'too-many-segments--packed-largest-count': Uint8Array.of(0x0f, 0xff, 0xff, 0xff, 0xff),
  'too-many-segments--text': text.encode('GET / HTTP/1.1\r\n\r\n'),

  'bad-pointer--root-is-a-list': message([listPointer(0, UINT8, 8), number]),
  'bad-pointer--root-is-a-capability': message([[3, 0]]),
  'bad-pointer--unknown-kind': message([[7, 1]]),
  'bad-pointer--struct-where-a-text-is': message(node(1, structPointer(behind(1), 1, 0), number)),
  'bad-pointer--list-where-a-struct-is': message(node(0, listPointer(behind(0), UINT8, 1), number)),
  'bad-pointer--text-of-words': message(node(1, listPointer(behind(1), 5, 1), number)),
  'bad-pointer--list-of-bytes-where-pointers-are': message(node(2, listPointer(behind(2), UINT8, 1), number)),
  'bad-pointer--list-of-pointers-where-structs-are': message(
    node(4, listPointer(behind(4), POINTER, 1), NULL)
  ),
  'bad-pointer--composite-tag-is-a-list': message(
    node(4, listPointer(behind(4), COMPOSITE, 0), listPointer(0, 0, 0))
  ),
  'bad-pointer--capability-in-a-list': message(node(2, listPointer(behind(2), POINTER, 1), [3, 0])),

  'out-of-bounds--root-before-the-segment': message([structPointer(-2, 1, 0)]),
  'out-of-bounds--root-behind-the-segment': message([structPointer(0, 1, 0)]),
  'out-of-bounds--root-lacks-a-pointer': message([structPointer(0, 1, 5), number, NULL, NULL, NULL, NULL]),
  'out-of-bounds--largest-struct': message([structPointer(0, 65_535, 65_535), number]),
  'out-of-bounds--most-negative-distance': message(node(0, structPointer(-(2 ** 29), 1, 0))),
  'out-of-bounds--text-before-the-segment': message(node(1, listPointer(-9, UINT8, 1))),
  'out-of-bounds--composite-says-one-more': message(
    node(4, listPointer(behind(4), COMPOSITE, 1), structPointer(2, 1, 0), number)
  ),
  'out-of-bounds--composite-counts-2-to-29': message(
    node(4, listPointer(behind(4), COMPOSITE, 1), structPointer(2 ** 29 - 1, 1, 0), number)
  ),
  'out-of-bounds--composite-without-its-tag': message(node(4, listPointer(behind(4), COMPOSITE, 0))),
  'out-of-bounds--far-pad-behind-the-segment': message([farPointer(1, 1)], [NULL]),
  'out-of-bounds--double-far-pad-half-inside': message([farPointer(1, 0, true)], [farPointer(0, 0)]),
  'out-of-bounds--double-far-content-outside': message(
    [farPointer(1, 0, true)],
    [farPointer(0, 1), structPointer(0, 1, 0)]
  ),
  ...Object.fromEntries(
    extremes.flatMap(([name, value]) => [
      [`out-of-bounds--struct-distance-${name}`, message(node(0, structPointer(behind(0) + value, 0, 1)))],
      [`out-of-bounds--bytes-${name}`, message(node(3, listPointer(behind(3), UINT8, value)))],
      [`out-of-bounds--pointers-${name}`, message(node(2, listPointer(behind(2), POINTER, value)))],
      [`out-of-bounds--composite-words-${name}`, message(node(4, listPointer(behind(4), COMPOSITE, value)))]
    ])
  ),

  'bad-far-pointer--segment-is-not-there': message([farPointer(1, 0)]),
  'bad-far-pointer--largest-segment': message([farPointer(2 ** 32 - 1, 0)]),
  'bad-far-pointer--to-itself': message([farPointer(0, 0)]),
  'bad-far-pointer--two-in-a-circle': message([farPointer(1, 0)], [farPointer(0, 0)]),
  'bad-far-pointer--to-a-double-one': message([farPointer(1, 0)], [farPointer(0, 0, true)]),
  'bad-far-pointer--double-to-itself': message([farPointer(0, 0, true), structPointer(0, 1, 0)]),
  'bad-far-pointer--double-pad-is-no-far-pointer': message(
    [farPointer(1, 0, true)],
    [structPointer(0, 1, 0), structPointer(0, 1, 0)]
  ),
  'bad-far-pointer--double-tag-is-far': message(
    [farPointer(1, 0, true)],
    [farPointer(0, 0), farPointer(0, 0)]
  ),
  'bad-far-pointer--double-tag-has-a-distance': message(
    [farPointer(1, 0, true)],
    [farPointer(0, 0), structPointer(1, 1, 0)]
  ),

  'nesting-limit--pointer-loop': message([structPointer(0, 0, 1), structPointer(-1, 0, 1), ...padding]),
  'nesting-limit--two-pointers-in-a-circle': message([
    structPointer(0, 0, 1),
    structPointer(0, 0, 1),
    structPointer(-2, 0, 1),
    ...padding
  ]),
  'nesting-limit--chain-of-66': message(chain()),
  'nesting-limit--loop-by-way-of-a-far-pointer': message(
    [farPointer(1, 0), NULL, NULL, NULL, NULL],
    [structPointer(0, 0, 1), farPointer(1, 0), ...padding]
  ),

  'traversal-limit--pointer-loop': message([structPointer(0, 0, 1), structPointer(-1, 0, 1)]),
  'traversal-limit--256-pointers-to-one-kib': message(overlapping(256, 128)),
  'traversal-limit--2-000-pointers-to-48-kib': message(overlapping(2_000, 6_000)),
  'traversal-limit--2-to-28-nothings': message(node(2, listPointer(behind(2), 0, 2 ** 28))),
  'traversal-limit--largest-list-of-nothings': message(node(2, listPointer(behind(2), 0, 2 ** 29 - 1))),
  'traversal-limit--2-to-29-structs-of-nothing': message(
    node(4, listPointer(behind(4), COMPOSITE, 0), structPointer(2 ** 29 - 1, 0, 0))
  ),
  'traversal-limit--packed-nothings': pack(message(node(2, listPointer(behind(2), 0, 2 ** 29 - 1)))),

  'bad-text--without-its-zero': message(node(1, listPointer(behind(1), UINT8, 1), [0x41, 0])),
  'bad-text--of-no-bytes': message(node(1, listPointer(behind(1), UINT8, 0))),
  'bad-text--not-utf-8': message(node(1, listPointer(behind(1), UINT8, 2), [0x00ff, 0])),
  'bad-text--half-a-surrogate': message(node(1, listPointer(behind(1), UINT8, 4), [0x0080_a0ed, 0]))
}

if (process.argv.includes('--write')) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const [name, content] of Object.entries(corpus)) writeFileSync(join(folder, `${name}.bin`), content)
}
