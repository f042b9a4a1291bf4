/**
 * How entries stand in the database: keys that are unambiguous for any two strings, and values sealed with a checksum of
 * our own, because LevelDB as it is built for Node does not verify its blocks: 448 of 500 flipped bits gave wrong or missing
 * values without any error.
 *
 * The checksum is CRC-32C (Castagnoli; RFC 3720, appendix B.4). It is there against rot, not against an attacker, whom the
 * signatures of the records stop; it finds every burst of up to 32 bits and all but one in 2^32 of other damage, is
 * synchronous on every platform, and takes microseconds. It covers the key too, so that a value under another key is damage.
 */

const utf8 = new TextEncoder()

/**
 * The database's own marker: the layout, how many saves there have been, and how many namespaces have a tally. There since the database was made, and so missing
 * only where something was lost; written with every save, and so in the last log whatever became of the tables.
 */
export const markerKey = 'pex-store'

/** The layout that this version writes. A database with a higher number is left alone. */
export const layout = 1

/** The marker's value. */
export function marker(saves: number, namespaces: number): Uint8Array {
  return seal(markerKey, fromNumbers(layout, saves, namespaces))
}

/** The key of a namespace's tally: how many entries it should have, and the sum of their checksums modulo 2^32. */
export function tallyKey(namespace: string): string {
  return `n${JSON.stringify([namespace])}`
}

/**
 * The key of an entry. JSON delimits both strings without doubt and writes lone surrogates as escapes, so that every string
 * is exact in UTF-8.
 */
export function entryKey(namespace: string, key: string): string {
  return `e${JSON.stringify([namespace, key])}`
}

/** The range of a namespace's entries: `e["namespace",` up to the same with the character after the comma. */
export function entryRange(namespace: string): { gte: Uint8Array; lt: Uint8Array } {
  const start = `e[${JSON.stringify(namespace)}`
  return { gte: utf8.encode(`${start},`), lt: utf8.encode(`${start}-`) }
}

/** The caller's key in the key of an entry, or nothing where the key itself is damaged. */
export function keyOf(namespace: string, stored: string): string | undefined {
  try {
    const pair: unknown = JSON.parse(stored.slice(1))
    const key: unknown = Array.isArray(pair) ? pair[1] : undefined
    return typeof key === 'string' && entryKey(namespace, key) === stored ? key : undefined
  } catch {
    return undefined
  }
}

/** The namespace in the key of a tally, or nothing where it is something else. */
export function namespaceOf(stored: string): string | undefined {
  try {
    const [namespace]: unknown[] = stored.startsWith('n[') ? JSON.parse(stored.slice(1)) : []
    return typeof namespace === 'string' && tallyKey(namespace) === stored ? namespace : undefined
  } catch {
    return undefined
  }
}

/** Whether a key may be that of an entry. */
export function isEntry(stored: string): boolean {
  return stored.startsWith('e["')
}

/** Whether a key may be one of ours: the check that a directory is not another application's database. */
export function isOurs(stored: string): boolean {
  return stored === markerKey || stored.startsWith('n["') || isEntry(stored)
}

const CHECKSUM_BYTES = 4

/** The value as it is stored: four bytes of checksum over key and payload, little-endian, then the payload. */
export function seal(stored: string, payload: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(CHECKSUM_BYTES + payload.length)
  sealed.set(payload, CHECKSUM_BYTES)
  new DataView(sealed.buffer).setUint32(0, checksum(stored, payload), true)
  return sealed
}

/** The checksum that a sealed value carries. */
export function checksumIn(sealed: Uint8Array): number {
  return new DataView(sealed.buffer, sealed.byteOffset).getUint32(0, true)
}

/** The payload in its own memory, or nothing where value and key do not belong together. */
export function unseal(stored: string, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < CHECKSUM_BYTES) return undefined
  // Not `slice`: on Node's Buffer, which LevelDB hands out, it would share the memory.
  const payload = new Uint8Array(sealed.subarray(CHECKSUM_BYTES))
  return checksum(stored, payload) === checksumIn(sealed) ? payload : undefined
}

/** Whole numbers below 2^32 as a payload, four bytes each. */
export function fromNumbers(...values: number[]): Uint8Array {
  const payload = new Uint8Array(4 * values.length)
  const view = new DataView(payload.buffer)
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true)
  return payload
}

/** As many numbers as asked for from a sealed value, or none where it is missing, damaged, or of another length. */
export function numbersIn(stored: string, sealed: Uint8Array | undefined, count: number): number[] {
  const payload = sealed === undefined ? undefined : unseal(stored, sealed)
  if (payload?.length !== 4 * count) return []
  const view = new DataView(payload.buffer)
  return Array.from({ length: count }, (_, i) => view.getUint32(4 * i, true))
}

function checksum(stored: string, payload: Uint8Array): number {
  return crc32c(payload, crc32c(utf8.encode(stored)))
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f6_3b78 : 0)
  return remainder
})

/** CRC-32C of the bytes; `before` is that of the bytes in front of them. */
export function crc32c(bytes: Uint8Array, before: number = 0): number {
  let remainder = ~before
  for (const byte of bytes) remainder = (remainder >>> 8) ^ table[(remainder ^ byte) & 0xff]!
  return ~remainder >>> 0
}
