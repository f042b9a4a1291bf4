/**
 * CometBFT's addresses: a node id, an IP address and a port (p2p/netaddress.go), written `id@ip:port`.
 */
import { formatIp, parseIp } from './ip.ts'
import { groupOfIp, isRoutable, isValid } from './ip-group.ts'
import type { Routability } from './ip-group.ts'
import { bytesOf, isObject, portOf } from './kind.ts'
import type { AddressKind } from './kind.ts'

export interface NetAddress {
  /** 40 hexadecimal digits in lower case: the address of the node's Ed25519 key. */
  readonly id: string
  /** A literal IPv4 or IPv6 address, as RFC 5952 writes it. */
  readonly ip: string
  /** TCP, 0 to 65535: Go stores a port of 0, which nobody can dial. */
  readonly port: number
}

/**
 * The addresses of a CometBFT book. `strict` is CometBFT's `addr_book_strict`: `comet` leaves out what is not routable,
 * `any` takes everything for test networks, `public` leaves out also what CometBFT overlooks (100.64.0.0/10, multicast,
 * documentation, translators to private places).
 */
export function netAddresses(strict: Exclude<Routability, 'libonomy'> = 'comet'): AddressKind<NetAddress> {
  return {
    canonical: value => canonical(value, strict),
    idOf: ({ id }) => id,
    placeOf: address => bytesOf(dialString(address)),
    hostOf: ({ ip }) => ip,
    groupOf: ({ ip }) => groupOfIp(parseIp(ip)!, strict),
    isSame: (one, other) => one.id === other.id || dialString(one) === dialString(other),
    isWelcome: ({ ip }) => isRoutable(parseIp(ip)!, strict)
  }
}

function canonical(value: unknown, strict: Routability): NetAddress | undefined {
  if (!isObject(value)) return undefined
  const { id, ip: text } = value
  const port = portOf(value['port'], 0)
  if (typeof id !== 'string' || typeof text !== 'string' || port === undefined) return undefined
  const ip = parseIp(text)
  if (!/^[0-9a-fA-F]{40}$/.test(id) || ip === undefined || !isValid(ip, strict)) return undefined
  return { id: id.toLowerCase(), ip: formatIp(ip), port }
}

/** `ip:port`, with IPv6 in brackets. */
export function dialString({ ip, port }: NetAddress): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

/** Writes `id@ip:port`. */
export function formatNetAddress(address: NetAddress): string {
  return `${address.id}@${dialString(address)}`
}

/** Reads `id@ip:port`, a scheme before it included; nothing for anything else. Names are not looked up. */
export function parseNetAddress(text: string): NetAddress | undefined {
  const [, id, v6, v4, port] =
    /^(?:[a-z0-9]{1,16}:\/\/)?([0-9a-fA-F]{40})@(?:\[([^\]]{2,64})\]|([0-9.]{7,15})):(\d{1,5})$/.exec(text) ??
    []
  return canonical({ id, ip: v6 ?? v4, port: Number(port) }, 'any')
}
