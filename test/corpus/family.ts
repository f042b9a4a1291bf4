/** What a family of the malformed corpus is: one reader, and the faults that it must find. */

export interface Family {
  /** What the reader says of the bytes: the name of what is wrong with them, from a closed list. */
  judge(bytes: Uint8Array): string | Promise<string>
  /** The end of the files' names; texts that no formatter may touch are `txt`, JSON or not. @default 'bin' */
  readonly extension?: 'bin' | 'txt' | undefined
  /** Bytes by `reason--what`: the reason for which they are to be rejected, and the fault. */
  readonly faults: Readonly<Record<string, Uint8Array>>
}

export type Part = number | string | readonly number[] | Uint8Array

const encoder = new TextEncoder()

/** Bytes one after the other. */
export function bytes(...parts: readonly Part[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap(part => {
      if (typeof part === 'number') return [part]
      return typeof part === 'string' ? [...encoder.encode(part)] : [...part]
    })
  )
}

/** A varint of any length, with more bytes than it needs where that is asked for. */
export function varint(value: bigint | number, length = 0): Uint8Array {
  const groups: number[] = []
  for (let rest = BigInt(value); groups.length === 0 || rest > 0n || groups.length < length; rest >>= 7n)
    groups.push(Number(rest & 0x7fn))
  return Uint8Array.from(groups, (group, i) => (i < groups.length - 1 ? group | 0x80 : group))
}

/** A copy with other bytes at a place; below 0 it counts from the end. */
export function changed(whole: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = new Uint8Array(whole)
  copy.set(values, at < 0 ? whole.length + at : at)
  return copy
}

/** One fault for each length to which a whole message can be cut. */
export function cuts(reason: string, what: string, whole: Uint8Array, from = 0): Record<string, Uint8Array> {
  const lengths = Array.from({ length: whole.length - from }, (_, i) => from + i)
  return Object.fromEntries(
    lengths.map(length => [`${reason}--${what}-cut-at-${length}`, whole.slice(0, length)])
  )
}

/** Lengths as an attacker would set them. */
export const extremes: readonly (readonly [name: string, value: bigint])[] = [
  ['2-to-31-less-1', 2n ** 31n - 1n],
  ['2-to-32-less-1', 2n ** 32n - 1n],
  ['2-to-53', 2n ** 53n],
  ['2-to-63', 2n ** 63n],
  ['2-to-64-less-1', 2n ** 64n - 1n]
]
