/**
 * What is done to an input that was well formed: bits flipped, ends cut off, parts dropped, doubled, moved and spliced in from
 * elsewhere, lengths that lie, integers at their ends.
 */
import { below, chance } from '@pex/core'
import type { Rng } from '@pex/core'
import type { Fuzzed } from './target.ts'

type Mutation = (bytes: Uint8Array, rng: Rng, fuzzed: Fuzzed) => Uint8Array

const encoder = new TextEncoder()
const odd = [0, 1, 2, 0x0a, 0x20, 0x7f, 0x80, 0x81, 0xfe, 0xff]
const extremes = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0xffffn, 2n ** 24n - 1n, 2n ** 28n, 2n ** 31n - 1n]
  .concat([2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n])
  .concat([2n ** 64n - 1n])

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A part of the input: where it begins and ends. Mostly short. */
function part(bytes: Uint8Array, rng: Rng): [start: number, end: number] {
  const start = below(rng, bytes.length + 1)
  const most = chance(rng, 0.7) ? 16 : bytes.length
  return [start, Math.min(start + below(rng, most + 1), bytes.length)]
}

function changed(bytes: Uint8Array, at: number, values: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  for (const [i, value] of values.entries()) if (at + i < copy.length) copy[at + i] = value
  return copy
}

function inserted(bytes: Uint8Array, at: number, values: Uint8Array): Uint8Array {
  return joined(bytes.subarray(0, at), values, bytes.subarray(at))
}

/** An extreme, or one beside it, in 1, 2, 4 or 8 bytes of either order, or as a varint. */
function number(rng: Rng): Uint8Array {
  const beside = chance(rng, 0.3) ? BigInt(below(rng, 3) - 1) : 0n
  const value = BigInt.asUintN(64, extremes[below(rng, extremes.length)]! + beside)
  const form = below(rng, 5)
  if (form === 4) return varint(value)
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)
  const short = bytes.slice(8 - 2 ** form)
  return chance(rng, 0.5) ? short : short.toReversed()
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Uint8Array.from([...bytes, Number(rest)])
}

const mutations: readonly Mutation[] = [
  (bytes, rng) => {
    const at = below(rng, bytes.length)
    return changed(bytes, at, Uint8Array.of(bytes[at]! ^ (1 << below(rng, 8))))
  },
  (bytes, rng) => changed(bytes, below(rng, bytes.length), Uint8Array.of(odd[below(rng, odd.length)]!)),
  (bytes, rng) => changed(bytes, below(rng, bytes.length), Uint8Array.of(rng() >>> 13)),
  (bytes, rng) => {
    const at = below(rng, bytes.length)
    return changed(bytes, at, Uint8Array.of(bytes[at]! + (chance(rng, 0.5) ? 1 : 255)))
  },
  (bytes, rng) => bytes.slice(0, below(rng, bytes.length)),
  (bytes, rng) => bytes.slice(below(rng, Math.min(bytes.length, 8) + 1)),
  (bytes, rng) => {
    const [start, end] = part(bytes, rng)
    return joined(bytes.subarray(0, start), bytes.subarray(end))
  },
  (bytes, rng) => {
    const [start, end] = part(bytes, rng)
    const copies = 1 + below(rng, chance(rng, 0.1) ? 64 : 3)
    return inserted(bytes, end, joined(...Array.from({ length: copies }, () => bytes.subarray(start, end))))
  },
  (bytes, rng) => {
    const [start, end] = part(bytes, rng)
    const rest = joined(bytes.subarray(0, start), bytes.subarray(end))
    return inserted(rest, below(rng, rest.length + 1), bytes.subarray(start, end))
  },
  (bytes, rng, { seeds }) => {
    const other = seeds[below(rng, seeds.length)]!
    const [start, end] = part(other, rng)
    return inserted(bytes, below(rng, bytes.length + 1), other.subarray(start, end))
  },
  (bytes, rng, { seeds }) => {
    const other = seeds[below(rng, seeds.length)]!
    return joined(
      bytes.subarray(0, below(rng, bytes.length + 1)),
      other.subarray(below(rng, other.length + 1))
    )
  },
  (bytes, rng) => changed(bytes, below(rng, bytes.length), number(rng)),
  (bytes, rng) => inserted(bytes, below(rng, bytes.length + 1), number(rng)),
  (bytes, rng) => {
    const [start, end] = part(bytes, rng)
    return changed(bytes, start, new Uint8Array(end - start).fill(odd[below(rng, odd.length)]!))
  },
  (bytes, rng) =>
    joined(
      bytes,
      Uint8Array.from({ length: 1 + below(rng, 8) }, () => rng() >>> 13)
    )
]

/** Words in the place of others: only for texts. */
const replace: Mutation = (bytes, rng, { words = [] }) => {
  const word = encoder.encode(words[below(rng, words.length)])
  const [start, end] = part(bytes, rng)
  return chance(rng, 0.5)
    ? inserted(bytes, start, word)
    : joined(bytes.subarray(0, start), word, bytes.subarray(end))
}

/** A value of a JSON text becomes another one, so that the text stays JSON. */
const revalue: Mutation = (bytes, rng, { words = [] }) => {
  const text = new TextDecoder().decode(bytes)
  const values = [...text.matchAll(/(?<=[:[,]\s*)(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/g)]
  if (values.length === 0) return replace(bytes, rng, { seeds: [], words, check: () => '' })
  const { index, 0: found } = values[below(rng, values.length)]!
  const value = words[below(rng, words.length)]!
  return encoder.encode(text.slice(0, index) + value + text.slice(index + found.length))
}

/** One mutation of an input; no longer than so many bytes. */
export function mutate(bytes: Uint8Array, rng: Rng, fuzzed: Fuzzed, maxBytes: number): Uint8Array {
  const isText = fuzzed.words !== undefined && fuzzed.words.length > 0
  if (isText && chance(rng, 0.6)) {
    const mutation = chance(rng, 0.6) ? revalue : replace
    return mutation(bytes, rng, fuzzed).subarray(0, maxBytes)
  }
  if (bytes.length === 0) return number(rng)
  return mutations[below(rng, mutations.length)]!(bytes, rng, fuzzed).subarray(0, maxBytes)
}
