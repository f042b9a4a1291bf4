/**
 * The network group of an address: what one owner can have many addresses of for little money. An IPv4 /16 and an IPv6 /32
 * are about what one provider hands out, a name belongs to whoever has registered it. Pure text: nothing is looked up.
 */

/**
 * The group of the first public address among some multiaddrs in text form, or nothing where there is none. An address
 * through a relay says where the relay is, and anybody may choose any relay: it is of no group.
 */
export function netgroupOf(addresses: readonly string[]): string | undefined {
  for (const address of addresses) {
    const group = groupOf(address)
    if (group !== undefined) return group
  }
  return undefined
}

function groupOf(address: string): string | undefined {
  const [, protocol, host, ...rest] = address.split('/', 32)
  if (host === undefined || rest.includes('p2p-circuit')) return undefined
  switch (protocol) {
    case 'ip4':
      return ip4Group(host)
    case 'ip6':
      return ip6Group(host)
    case 'dns':
    case 'dns4':
    case 'dns6':
    case 'dnsaddr':
      return nameGroup(host)
    default:
      return undefined
  }
}

function ip4Group(host: string): string | undefined {
  const bytes = ip4Bytes(host)
  return bytes !== undefined && isPublic(bytes) ? `ip4/${bytes[0]}.${bytes[1]}` : undefined
}

function ip4Bytes(host: string): readonly number[] | undefined {
  const parts = host.split('.', 5)
  if (parts.length !== 4) return undefined
  const bytes = parts.map(part => (/^\d{1,3}$/.test(part) ? Number(part) : 256))
  return bytes.every(byte => byte < 256) ? bytes : undefined
}

/** Not for private use, loopback, link-local, shared, documentation, benchmarks, multicast or the future (RFC 6890). */
function isPublic([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false
  if (a === 100) return b < 64 || b > 127
  if (a === 169) return b !== 254
  if (a === 172) return b < 16 || b > 31
  if (a === 192) return b !== 168 && !(b === 0 && (c === 0 || c === 2))
  if (a === 198) return b !== 18 && b !== 19 && !(b === 51 && c === 100)
  return !(a === 203 && b === 0 && c === 113)
}

function ip6Group(host: string): string | undefined {
  const words = ip6Words(host)
  if (words === undefined) return undefined
  const [first, second] = words
  if (words.slice(0, 5).every(word => word === 0) && words[5] === 0xffff)
    return ip4Group([words[6]! >> 8, words[6]! & 255, words[7]! >> 8, words[7]! & 255].join('.'))
  // Only 2000::/3 is handed out (RFC 4291); of it 2001:db8::/32 is for documents.
  if (first! >> 13 !== 1 || (first === 0x2001 && second === 0xdb8)) return undefined
  return `ip6/${first!.toString(16)}:${second!.toString(16)}`
}

/** The eight words of an IPv6 address in text form; a zone or an IPv4 tail in dots are understood. */
function ip6Words(host: string): readonly number[] | undefined {
  if (host.length > 64) return undefined
  const halves = host.split('%', 1)[0]!.split('::', 3)
  if (halves.length > 2) return undefined
  const [head, tail] = [halves[0]!, halves[1]].map(wordsOf)
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const gap = 8 - head.length - (tail?.length ?? 0)
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined
  return [...head, ...Array.from({ length: gap }, () => 0), ...(tail ?? [])]
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

/**
 * What had to be registered: the last two labels of a name, or three where the second looks like a registry's own (co.uk,
 * com.au). Without the public suffix list this is a guess that errs towards larger groups.
 */
function nameGroup(host: string): string | undefined {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.', 128)
  const [top, second] = [labels.at(-1)!, labels.at(-2)]
  if (
    second === undefined ||
    top === '' ||
    /^(local|localhost|internal|lan|home|arpa|test|invalid)$/.test(top)
  )
    return undefined
  return `dns/${labels.slice(top.length === 2 && second.length <= 3 ? -3 : -2).join('.')}`
}
