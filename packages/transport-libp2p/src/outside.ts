/** Public places that lead to this node, such as the ports of a router, told to libp2p, which then announces them everywhere. */
import type { AddressManager } from '@libp2p/interface-internal'
import { multiaddr } from '@multiformats/multiaddr'

/** A place outside and the address that it leads to, as `Transport.announce` gets them. */
export interface Outside {
  readonly inside: string
  readonly outside: string
}

interface Port {
  readonly ip: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
}

/** Tells the address manager what there is now; `before` is what it was told the last time. Returns what it has been told. */
export function mapOutside(
  manager: Pick<
    AddressManager,
    'addPublicAddressMapping' | 'confirmObservedAddr' | 'removePublicAddressMapping'
  >,
  before: readonly Outside[],
  now: readonly Outside[]
): readonly Outside[] {
  for (const place of before) {
    const [inner, outer] = [portOf(place.inside), portOf(place.outside)]
    if (inner === undefined || outer === undefined || now.some(each => each.outside === place.outside))
      continue
    manager.removePublicAddressMapping(inner.ip, inner.port, outer.ip, outer.port, inner.protocol)
  }
  return now.filter(({ inside, outside }) => {
    const [inner, outer] = [portOf(inside), portOf(outside)]
    // What listens on UDP without QUIC is another carrier's.
    if (inner === undefined || outer === undefined || outside.endsWith('/noise')) return false
    manager.addPublicAddressMapping(inner.ip, inner.port, outer.ip, outer.port, inner.protocol)
    manager.confirmObservedAddr(multiaddr(outside), { type: 'ip-mapping' })
    return true
  })
}

function portOf(address: string): Port | undefined {
  const [, ip, protocol, port] = /^\/ip[46]\/([^/]+)\/(tcp|udp)\/(\d+)(?:\/|$)/.exec(address) ?? []
  return ip === undefined ? undefined : { ip, port: Number(port), protocol: protocol as Port['protocol'] }
}
