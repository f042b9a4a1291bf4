/**
 * IP addresses between text and bytes. Text is read strictly, as multiaddrs write it (RFC 4291; four decimal bytes without
 * leading zeros); the loose forms that a system's resolver takes for an address are read apart, because a *name* may be one.
 */

/** The four bytes of an IPv4 address in dots; nothing for octal, hexadecimal or short forms. */
export function ip4Bytes(text: string): readonly number[] | undefined {
  const parts = text.split('.', 5)
  if (parts.length !== 4) return undefined
  const bytes = parts.map(part => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256))
  return bytes.every(byte => byte < 256) ? bytes : undefined
}

/** The eight words of an IPv6 address; an IPv4 tail in dots is understood, a zone is not. */
export function ip6Words(text: string): readonly number[] | undefined {
  if (text.length > 64) return undefined
  const halves = text.split('::', 3)
  if (halves.length > 2) return undefined
  const [head, tail] = [halves[0]!, halves[1]].map(wordsOf)
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const gap = 8 - head.length - (tail?.length ?? 0)
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined
  return [...head, ...Array.from({ length: gap }, () => 0), ...(tail ?? [])]
}

/** What `inet_aton` makes of a name, as most resolvers do before they ask anybody: 127.1, 0x7f000001, 0177.0.0.1. */
export function looseIp4Bytes(text: string): readonly number[] | undefined {
  const parts = text.split('.', 5)
  if (parts.length > 4) return undefined
  const numbers = parts.map(looseNumber)
  const last = numbers.pop()
  if (last === undefined || numbers.some(number => number === undefined || number > 255)) return undefined
  const room = 4 - numbers.length
  if (last >= 256 ** room) return undefined
  const tail = Array.from({ length: room }, (_, i) => Math.floor(last / 256 ** (room - 1 - i)) % 256)
  return [...(numbers as number[]), ...tail]
}

function looseNumber(part: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]{1,8}$/.test(part)) return Number.parseInt(part, 16)
  if (/^0[0-7]{1,11}$/.test(part)) return Number.parseInt(part, 8)
  return /^\d{1,10}$/.test(part) ? Number(part) : undefined
}

function wordsOf(half: string | undefined): number[] | undefined {
  if (half === undefined || half === '') return half === '' ? [] : undefined
  const words: number[] = []
  const parts = half.split(':', 9)
  for (const [i, part] of parts.entries()) {
    const dotted = i === parts.length - 1 && part.includes('.') ? ip4Bytes(part) : undefined
    if (dotted !== undefined) words.push(dotted[0]! * 256 + dotted[1]!, dotted[2]! * 256 + dotted[3]!)
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) words.push(Number.parseInt(part, 16))
    else return undefined
  }
  return words
}
