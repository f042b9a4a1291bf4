/**
 * HalfSipHash-2-4, the 32-bit member of the SipHash family (Aumasson and Bernstein, "SipHash: a fast short-input PRF",
 * INDOCRYPT 2012; the half-width variant is theirs too). A stranger who does not know the key cannot choose an id so that
 * its hash comes out small, or like somebody else's.
 */
export interface HashKey {
  readonly low: number
  readonly high: number
}

// The state, in four variables of the module: nothing is allocated, and nothing outlives a call.
let v0 = 0
let v1 = 0
let v2 = 0
let v3 = 0

function round(): void {
  v0 = (v0 + v1) | 0
  v1 = (v1 << 5) | (v1 >>> 27)
  v1 ^= v0
  v0 = (v0 << 16) | (v0 >>> 16)
  v2 = (v2 + v3) | 0
  v3 = (v3 << 8) | (v3 >>> 24)
  v3 ^= v2
  v0 = (v0 + v3) | 0
  v3 = (v3 << 7) | (v3 >>> 25)
  v3 ^= v0
  v2 = (v2 + v1) | 0
  v1 = (v1 << 13) | (v1 >>> 19)
  v1 ^= v2
  v2 = (v2 << 16) | (v2 >>> 16)
}

/** Takes in one word of the message. */
function absorb(word: number): void {
  v3 ^= word
  round()
  round()
  v0 ^= word
}

function begin({ low, high }: HashKey): void {
  v0 = low
  v1 = high
  v2 = low ^ 0x6c796765
  v3 = high ^ 0x74656462
}

function end(): number {
  v2 ^= 0xff
  for (let i = 0; i < 4; i++) round()
  return (v1 ^ v3) >>> 0
}

/** The 32-bit hash of some bytes. */
export function hashBytes(key: HashKey, bytes: Uint8Array): number {
  begin(key)
  const whole = bytes.length & ~3
  for (let at = 0; at < whole; at += 4)
    absorb(bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
  let last = bytes.length << 24
  for (let at = bytes.length - 1; at >= whole; at--) last |= bytes[at]! << (8 * (at - whole))
  absorb(last)
  return end()
}

/** The 32-bit hash of a text, taken as UTF-16, two bytes for each unit, little end first. */
export function hashText(key: HashKey, text: string): number {
  begin(key)
  const whole = text.length & ~1
  for (let at = 0; at < whole; at += 2) absorb(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16))
  absorb(((2 * text.length) << 24) | (whole < text.length ? text.charCodeAt(whole) : 0))
  return end()
}
