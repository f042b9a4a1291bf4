/**
 * What kind of address a node has, and how well one such kind reaches another: the rules of CometBFT's `NetAddress`
 * (p2p/netaddress.go), which has them from btcd. What is valid, local and routable `@pex/address-book` decides.
 */
import { isIn, isLocal, isRoutable, isValid, parseIp, ranges } from '@pex/address-book'
import type { Ip, Range } from '@pex/address-book'

/** The special ranges that CometBFT knows, by the RFC that gives them away. */
export type SpecialRange =
  /** Private IPv4. */
  | 'rfc1918'
  /** IPv6 for documentation. */
  | 'rfc3849'
  /** IPv4 that hosts give themselves. */
  | 'rfc3927'
  /** 6to4. */
  | 'rfc3964'
  /** Unique local IPv6. */
  | 'rfc4193'
  /** Teredo. */
  | 'rfc4380'
  /** ORCHID. */
  | 'rfc4843'
  /** IPv6 that hosts give themselves. */
  | 'rfc4862'
  /** NAT64, the well-known prefix. */
  | 'rfc6052'
  /** Translated IPv4. */
  | 'rfc6145'

const special: Readonly<Record<SpecialRange, readonly Range[]>> = {
  rfc1918: ranges('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'),
  rfc3849: ranges('2001:db8::/32'),
  rfc3927: ranges('169.254.0.0/16'),
  rfc3964: ranges('2002::/16'),
  rfc4193: ranges('fc00::/7'),
  rfc4380: ranges('2001::/32'),
  rfc4843: ranges('2001:10::/28'),
  rfc4862: ranges('fe80::/64'),
  rfc6052: ranges('64:ff9b::/96'),
  rfc6145: ranges('::ffff:0:0:0/96')
}

/** How well an address reaches another, worst first. */
export const reach = {
  unreachable: 0,
  /** Somehow, perhaps. */
  default: 1,
  teredo: 2,
  /** IPv6 through a tunnel. */
  ipv6Weak: 3,
  ipv4: 4,
  ipv6Strong: 5
} as const

/** Something with a literal IP address. */
interface Located {
  readonly ip: string
}

/** Whether the address is in the range. */
export function isInRange({ ip: text }: Located, range: SpecialRange): boolean {
  const ip = parseIp(text)
  return ip !== undefined && isIn(ip, special[range])
}

/** Whether it can be anybody's address. */
export function isValidAddress({ ip: text }: Located): boolean {
  const ip = parseIp(text)
  return ip !== undefined && isValid(ip, 'comet')
}

/** Whether it is this host. */
export function isLocalAddress({ ip: text }: Located): boolean {
  const ip = parseIp(text)
  return ip !== undefined && isLocal(ip)
}

/**
 * Whether it can be reached from everywhere. `comet` is CometBFT's notion; `public` leaves out as well what that overlooks:
 * carriers' translators, multicast, documentation, and forms that wrap a private address.
 */
export function isRoutableAddress({ ip: text }: Located, strict: 'comet' | 'public' = 'comet'): boolean {
  const ip = parseIp(text)
  return ip !== undefined && isRoutable(ip, strict)
}

/** How well `other` is reached from `self`, 0 to 5 (see `reach`). */
export function reachability(self: Located, other: Located): number {
  const [from, to] = [parseIp(self.ip), parseIp(other.ip)]
  if (from === undefined || to === undefined || !isRoutable(from, 'comet')) return reach.unreachable
  if (!isRoutable(to, 'comet')) return reach.default
  if (from.length === 4) return to.length === 4 ? reach.ipv4 : reach.default
  if (isIn(to, special.rfc4380)) return reach.teredo
  if (to.length === 4) return reach.ipv4
  return isTunnelled(to) || isIn(from, special.rfc4380) ? reach.ipv6Weak : reach.ipv6Strong
}

function isTunnelled(ip: Ip): boolean {
  return [special.rfc3964, special.rfc6052, special.rfc6145].some(range => isIn(ip, range))
}
