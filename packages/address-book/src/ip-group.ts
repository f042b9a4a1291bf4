/**
 * The network group of an IP address and whether it is reachable from everywhere, as CometBFT (p2p/pex/addrbook.go,
 * p2p/netaddress.go) and libonomy (both after btcd) decide it. The group is what hashes into bucket numbers, so its text is
 * exact. It is the *masked* address: go-p2p 0.5.0 printed the unmasked one, and one /24 or any IPv6 host filled the book.
 */
import { placeOf } from '@pex/core'
import { formatIp, isIn, maskIp, ranges } from './ip.ts'
import type { Ip } from './ip.ts'

/**
 * Who may be in the book. `any`: every valid address, for test networks. `comet`: CometBFT's strict mode. `libonomy`: btcd's
 * ranges, which know more of them. `public`: as `comet`, and none of the special ranges of the IANA registries either.
 */
export type Routability = 'any' | 'comet' | 'libonomy' | 'public'

const broadcast = ranges('255.255.255.255/32')
const unspecified = ranges('0.0.0.0/32', '::/128')
const loopback = ranges('127.0.0.0/8', '::1/128')
const zero = ranges('0.0.0.0/8')
const documentation6 = ranges('2001:db8::/32')
const shared = ranges(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fe80::/64',
  '2001:10::/28'
)
const uniqueLocal = ranges('fc00::/7')
const onionCat = ranges('fd87:d87e:eb43::/48')
/** What btcd leaves out besides: benchmarks, documentation, carriers' translators. */
const btcd = ranges(
  '198.18.0.0/15',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '100.64.0.0/10',
  '2001:db8::/32'
)
/** Forms that carry an IPv4 address: RFC 6145 and RFC 6052 at the end, RFC 3964 (6to4) behind the prefix. */
const translated = ranges('::ffff:0:0:0/96', '64:ff9b::/96')
const sixToFour = ranges('2002::/16')
const teredo = ranges('2001::/32')
const hurricaneElectric = ranges('2001:470::/32')

/** Whether an address can be of any peer at all. */
export function isValid(ip: Ip, routability: Routability): boolean {
  if (isIn(ip, unspecified) || isIn(ip, broadcast)) return false
  return routability === 'libonomy' || !isIn(ip, documentation6)
}

/** Whether it is this host. */
export function isLocal(ip: Ip): boolean {
  return isIn(ip, loopback) || isIn(ip, zero)
}

export function isRoutable(ip: Ip, routability: Routability): boolean {
  if (!isValid(ip, routability)) return false
  if (routability === 'any') return true
  if (isLocal(ip) || isIn(ip, shared)) return false
  if (routability === 'libonomy') return isIn(ip, onionCat) || !(isIn(ip, uniqueLocal) || isIn(ip, btcd))
  if (isIn(ip, uniqueLocal)) return false
  return routability === 'comet' || isPublic(ip)
}

/** What the IANA registries say, packets that would reach another address than the one written included. */
function isPublic(ip: Ip): boolean {
  return placeOf(`/ip${ip.length === 4 ? 4 : 6}/${formatIp(ip)}`).class === 'public'
}

/** The group of an address: a /16 of IPv4, also where it is wrapped in IPv6; otherwise a /32, or a /36 of he.net. */
export function groupOfIp(ip: Ip, routability: Routability): string {
  if (routability !== 'any') {
    if (isLocal(ip)) return routability === 'libonomy' ? 'localNode' : 'local'
    if (!isRoutable(ip, routability)) return 'unroutable'
  }
  const four = innerIp4(ip)
  if (four !== undefined) return formatIp(maskIp(four, 16))
  if (isIn(ip, onionCat)) return `tor:${ip[6]! & 15}`
  return formatIp(maskIp(ip, isIn(ip, hurricaneElectric) ? 36 : 32))
}

function innerIp4(ip: Ip): Ip | undefined {
  if (ip.length === 4) return ip
  if (isIn(ip, translated)) return ip.slice(12)
  if (isIn(ip, sixToFour)) return ip.slice(2, 6)
  // Teredo hides the client's address behind an exclusive or.
  return isIn(ip, teredo) ? ip.slice(12).map(byte => byte ^ 255) : undefined
}
