/**
 * Addresses between their two forms: multiaddrs in text form, `/ip4/<host>/udp/<port>/noise` or with ip6, and what a socket
 * wants. Names are not looked up here: whoever has one resolves it first.
 */
import { isIP } from 'node:net'
import { netgroupOf, PexError } from '@pex/core'

/** Where a datagram comes from, or goes to. */
export interface Address {
  readonly host: string
  readonly port: number
  /** The socket that it came in by, and that the answer leaves by; nothing: any of the host's family. */
  readonly via: number | undefined
}

/** Reads a multiaddr; nothing where it is not one of ours. The end `/noise`, and `/p2p/<id>` behind it, may be left out. */
export function parseAddress(text: string): Omit<Address, 'via'> | undefined {
  const [empty, family, host, udp, portText, ...rest] = text.split('/', 10)
  if (empty !== '' || udp !== 'udp' || host === undefined || portText === undefined) return undefined
  if (isIP(host) !== (family === 'ip4' ? 4 : family === 'ip6' ? 6 : -1)) return undefined
  if (!/^\d{1,5}$/.test(portText) || Number(portText) > 65_535) return undefined
  const tail = rest[0] === 'noise' ? rest.slice(1) : rest
  if (tail.length > 0 && !(tail.length === 2 && tail[0] === 'p2p')) return undefined
  return { host: canonical(host), port: Number(portText) }
}

/** The same for what a user asks to listen on. Fails with `PEX_INVALID_PARAMETER`. */
export function parseListen(text: string): Omit<Address, 'via'> {
  const address = parseAddress(text)
  if (address !== undefined) return address
  throw new PexError(
    'PEX_INVALID_PARAMETER',
    `"${text}" is no address to listen on; write it like /ip4/0.0.0.0/udp/4001/noise`
  )
}

export function formatAddress(host: string, port: number): string {
  return `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/udp/${port}/noise`
}

/** One text for each address: what maps and cookies are keyed by. */
export function addressKey({ host, port }: Omit<Address, 'via'>): string {
  return `${host}|${port}`
}

/** The host's /32 or /64: what one customer of a network has at least. */
export function sourceOf(host: string): string {
  if (!host.includes(':')) return host
  const [head = '', tail] = host.split('%', 1)[0]!.split('::', 2)
  const words = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  while (tail !== undefined && words.length + after.length < 8) words.push('0')
  return [...words, ...after].slice(0, 4).join(':')
}

/** The network group; for a host that has none, as in private networks, its /32 or /64. */
export function groupOf(host: string): string {
  return netgroupOf([formatAddress(host, 0)]) ?? sourceOf(host)
}

/** Whether datagrams can come from there only by this machine's own doing. */
export function isLoopback(host: string): boolean {
  return host === '::1' || (host.startsWith('127.') && !host.includes(':'))
}

/** An IPv6 address as sockets report it, so that both spellings are one. */
function canonical(host: string): string {
  if (!host.includes(':')) return host
  try {
    return new URL(`http://[${host}]`).hostname.slice(1, -1)
  } catch {
    return host
  }
}
