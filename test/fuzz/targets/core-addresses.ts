/** Multiaddrs in text form as the core sees them: strangers write them, and what they are decides who is dialled. */
import { netgroupOf, NetworkScope, placeOf } from '@pex/core'
import { must, textOf, twice, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { addressWords } from '../kit/words.ts'

const texts = [
  '/ip4/8.8.8.8/tcp/1',
  '/ip6/2001:4860::1/udp/1/quic-v1',
  '/ip6/64:ff9b::a00:1/tcp/1',
  '/ip6zone/eth0/ip6/fe80::1/tcp/1'
]
const others = [
  '/dns4/a.example/tcp/1',
  '/memory/1',
  '/ip4/8.8.8.8/tcp/1/p2p/a/p2p-circuit',
  '/ip4/010.0.0.1/tcp/1'
]
const scopes = [new NetworkScope('public'), new NetworkScope('private'), new NetworkScope('auto')]

export const target: Target = () => ({
  seeds: [...texts, ...others].map(text => utf8.encode(text)),
  words: addressWords,
  maxBytes: 600,
  check(input) {
    const text = textOf(input)
    const place = twice(input, () => placeOf(text))
    const { ip, port } = place
    must(
      ip === undefined ||
        ((ip.length === 4 || ip.length === 16) && ip.every(byte => byte >= 0 && byte < 256)),
      'no IP address'
    )
    must(port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535), `no port: ${port}`)
    const group = netgroupOf([text])
    must(
      group === undefined || place.class === 'public' || place.class === 'name',
      `a ${place.class} one has a group`
    )
    for (const scope of scopes) scope.reaches([text])
    return group === undefined ? place.class : `${place.class} with group`
  }
})
