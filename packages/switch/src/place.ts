/** Places in their other forms: multiaddrs, as `@pex/swarm` knows them, and addresses with the id of who is there. */
import { dialString, formatIp, parseIp, parseNetAddress } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'
import { PexError } from '@pex/core'
import type { Place } from './carrier.ts'
import { hostOf } from './node-info.ts'
import type { NodeInfo } from './node-info.ts'

/** A place in the one form in which places are compared; fails with `PEX_INVALID_PARAMETER` where it is none. */
export function canonical({ ip: text, port }: Place): Place {
  const ip = parseIp(text)
  if (ip === undefined) throw invalid(`${JSON.stringify(text)} is no IP address`)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw invalid(`${port} is no port`)
  return { ip: formatIp(ip), port }
}

/** `ip:port`, with IPv6 in brackets. */
export function placeText(place: Place): string {
  return dialString({ ...place, id: '' })
}

export function multiaddrOf({ ip, port }: Place): string {
  return `/ip${ip.includes(':') ? 6 : 4}/${ip}/tcp/${port}`
}

/** The place of a multiaddr that `multiaddrOf` could have written; nothing for any other. */
export function placeIn(multiaddr: string): Place | undefined {
  const [, kind, text, digits] = /^\/ip([46])\/([^/]+)\/tcp\/(\d{1,5})$/.exec(multiaddr) ?? []
  const ip = parseIp(text ?? '')
  const port = Number(digits)
  if (ip === undefined || port > 65_535 || (ip.length === 4) !== (kind === '4')) return undefined
  return { ip: formatIp(ip), port }
}

/** An address in the one form in which addresses are compared; fails with `PEX_INVALID_PARAMETER` where it is none. */
export function checkedAddress({ id, ip, port }: NetAddress): NetAddress {
  return { id: checkedId(id), ...canonical({ ip, port }) }
}

/** An id in lower case; fails with `PEX_INVALID_PARAMETER` where it is none. */
export function checkedId(id: string): string {
  if (/^[0-9a-f]{40}$/i.test(id)) return id.toLowerCase()
  throw invalid(`${JSON.stringify(id)} is no node id: that has 40 hexadecimal digits`)
}

/** Where a node says that it listens; nothing where that is no literal address that anybody could have. */
export function listenedAt({ id, listenAddress }: NodeInfo): NetAddress | undefined {
  const found = hostOf(listenAddress)
  return found && parseNetAddress(`${id}@${dialString({ id, ip: found.host, port: found.port })}`)
}

function invalid(message: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', message)
}
