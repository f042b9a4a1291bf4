/**
 * The addresses behind a socket: its own, or where it listens on all interfaces, those of the machine.
 */
import { networkInterfaces } from 'node:os'
import { formatAddress } from './address.ts'

/** Whether the host stands for every interface. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** Multiaddrs of a bound socket; loopback only where there is nothing else. */
export function addressesOf(host: string, port: number): string[] {
  if (!isWildcard(host)) return [formatAddress(host, port)]
  const family = host === '::' ? 'IPv6' : 'IPv4'
  const all = Object.values(networkInterfaces())
    .flatMap(infos => infos ?? [])
    // A link-local address means nothing without the name of our own interface.
    .filter(info => info.family === family && !info.address.startsWith('fe80:'))
  const outward = all.filter(({ internal }) => !internal)
  return (outward.length > 0 ? outward : all).map(({ address }) => formatAddress(address, port))
}
