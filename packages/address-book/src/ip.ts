/**
 * IP addresses as bytes: 4, or 16, and always 4 for an IPv4 address that is mapped into IPv6 (::ffff:0:0/96), so that one
 * place has one form. Text is written as RFC 5952 wants it, which is also what Go writes: books of both exchange files.
 */
import { ip4Bytes, ip6Words } from '@pex/core'

export type Ip = readonly number[]

/** Reads a literal address; nothing for names, zones and loose forms. */
export function parseIp(text: string): Ip | undefined {
  const four = ip4Bytes(text)
  if (four !== undefined) return four
  const words = ip6Words(text)
  if (words === undefined) return undefined
  const bytes = words.flatMap(word => [word >> 8, word & 255])
  const isMapped = words.slice(0, 5).every(word => word === 0) && words[5] === 0xffff
  return isMapped ? bytes.slice(12) : bytes
}

/** The one text form of an address. */
export function formatIp(ip: Ip): string {
  if (ip.length === 4) return ip.join('.')
  const words = Array.from({ length: 8 }, (_, i) => ip[2 * i]! * 256 + ip[2 * i + 1]!)
  const [from, length] = longestZeros(words)
  const hex = (some: number[]): string => some.map(word => word.toString(16)).join(':')
  if (length < 2) return hex(words)
  return `${hex(words.slice(0, from))}::${hex(words.slice(from + length))}`
}

/** The first of the longest runs of zeros, which alone may be written as `::`. */
function longestZeros(words: readonly number[]): [from: number, length: number] {
  let best: [number, number] = [0, 0]
  for (let from = 0; from < words.length; from++) {
    let length = 0
    while (words[from + length] === 0) length++
    if (length > best[1]) best = [from, length]
  }
  return best
}

/** The address with all bits behind the first `bits` cleared. */
export function maskIp(ip: Ip, bits: number): Ip {
  return ip.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i))) & 0xff)
}

/** A range of addresses: those of the same length whose first `bits` are those of `ip`. */
export interface Range {
  readonly ip: Ip
  readonly bits: number
}

/** Reads ranges in CIDR form; they are constants of this package. */
export function ranges(...texts: readonly string[]): readonly Range[] {
  return texts.map(text => {
    const [ip, bits] = text.split('/', 2)
    return { ip: parseIp(ip!)!, bits: Number(bits) }
  })
}

export function isIn(ip: Ip, within: readonly Range[]): boolean {
  return within.some(({ ip: first, bits }) => first.length === ip.length && startsWith(ip, first, bits))
}

function startsWith(ip: Ip, first: Ip, bits: number): boolean {
  const whole = bits >> 3
  for (let i = 0; i < whole; i++) if (ip[i] !== first[i]) return false
  const rest = 0xff00 >> (bits & 7)
  return (bits & 7) === 0 || ((ip[whole]! ^ first[whole]!) & rest & 0xff) === 0
}
