/** Host and port in listen addresses, and IP addresses in all their ways of writing. */
import { formatIp, groupOfIp, isLocal, isRoutable, isValid, parseIp } from '@pex/address-book'
import { hostOf, isLocalAddress, isRoutableAddress, isValidAddress, reachability } from '@pex/switch'
import { must, mustEqual, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { addressWords } from '../kit/words.ts'

const texts = [
  '192.0.2.1',
  '::1',
  '2001:db8::ffff:1',
  '::ffff:192.0.2.1',
  '64:ff9b::192.0.2.1',
  '1:2:3:4:5:6:7:8',
  'fe80::1'
]
const listens = ['tcp://0.0.0.0:26656', '[::1]:1', 'peer.example.com:65535', 'localhost:0']
const other = { id: '0123456789abcdef0123456789abcdef01234567', ip: '8.8.8.8', port: 1 }

export const target: Target = () => ({
  seeds: [...texts, ...listens].map(text => utf8.encode(text)),
  words: addressWords,
  maxBytes: 300,
  check(input) {
    const text = textOf(input)
    const place = hostOf(text)
    if (place !== undefined)
      must(place.port >= 0 && place.port <= 65_535 && place.host !== '', 'it is no place')
    const ip = parseIp(text)
    if (ip === undefined) return place === undefined ? 'nothing' : 'place'
    must(
      (ip.length === 4 || ip.length === 16) && ip.every(byte => byte >= 0 && byte <= 255),
      'it is no IP address'
    )
    const written = formatIp(ip)
    mustEqual(formatIp(parseIp(written)!), written, `written as ${written} and read again`)
    for (const kind of ['comet', 'libonomy', 'public', 'any'] as const) {
      must(groupOfIp(ip, kind) !== '', 'it has no group')
      must(
        !isRoutable(ip, kind) || isValid(ip, kind) || kind === 'any',
        `it is routable and not valid (${kind})`
      )
    }
    isLocal(ip)
    const address = { ...other, ip: written }
    isValidAddress(address)
    isLocalAddress(address)
    isRoutableAddress(address)
    const reached = reachability(other, address)
    must(reached >= 0 && reached <= 5, `it is reached ${reached} well`)
    return `${ip.length * 8} bits, reached ${reached}`
  }
})
