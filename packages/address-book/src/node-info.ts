/**
 * libonomy's addresses: a node's public key, an IP address, and a port each for TCP and UDP, written as a URL
 * (`libonomy://<base58 id>@<ip>:<tcp port>`, and `?disc=<udp port>` where that differs).
 */
import { formatIp, parseIp } from './ip.ts'
import { groupOfIp, isRoutable, isValid } from './ip-group.ts'
import { isObject, portOf } from './kind.ts'
import type { AddressKind } from './kind.ts'

export interface NodeInfo {
  /** The public key, 32 bytes in base58. */
  readonly id: string
  readonly ip: string
  readonly tcpPort: number
  readonly udpPort: number
}

/** The addresses of a libonomy book. A private address is welcome from a source that is private itself. */
export function nodeInfos(): AddressKind<NodeInfo> {
  const isPublic = ({ ip }: NodeInfo): boolean => isRoutable(parseIp(ip)!, 'libonomy')
  return {
    canonical,
    idOf: ({ id }) => id,
    // Without the port, and so as they are in libonomy's own files; the bytes of IPv4 are always four.
    placeOf: ({ ip }) => Uint8Array.from(parseIp(ip)!),
    hostOf: ({ ip }) => ip,
    groupOf: ({ ip }) => groupOfIp(parseIp(ip)!, 'libonomy'),
    isSame,
    isWelcome: (address, source) => isPublic(address) || !isPublic(source)
  }
}

function isSame(one: NodeInfo, other: NodeInfo): boolean {
  if (one.id === other.id) return true
  return one.ip === other.ip && one.tcpPort === other.tcpPort && one.udpPort === other.udpPort
}

function canonical(value: unknown): NodeInfo | undefined {
  if (!isObject(value)) return undefined
  const { id, ip: text } = value
  const [tcpPort, udpPort] = [portOf(value['tcpPort']), portOf(value['udpPort'])]
  if (typeof id !== 'string' || typeof text !== 'string' || !isKey(id)) return undefined
  const ip = parseIp(text)
  if (ip === undefined || !isValid(ip, 'libonomy')) return undefined
  return tcpPort === undefined || udpPort === undefined
    ? undefined
    : { id, ip: formatIp(ip), tcpPort, udpPort }
}

export function formatNodeInfo({ id, ip, tcpPort, udpPort }: NodeInfo): string {
  const host = ip.includes(':') ? `[${ip}]` : ip
  return `libonomy://${id}@${host}:${tcpPort}${udpPort === tcpPort ? '' : `?disc=${udpPort}`}`
}

/** Reads a node URL; nothing for anything else. */
export function parseNodeInfo(text: string): NodeInfo | undefined {
  const [, id, v6, v4, tcp, udp = tcp] =
    /^libonomy:\/\/(\w{32,44})@(?:\[([^\]]{2,64})\]|([0-9.]{7,15})):(\d{1,5})(?:\?disc=(\d{1,5}))?$/.exec(
      text
    ) ?? []
  return canonical({ id, ip: v6 ?? v4, tcpPort: Number(tcp), udpPort: Number(udp) })
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Whether a text is 32 bytes in base58: leading ones are leading zeros. */
function isKey(text: string): boolean {
  if (text.length < 32 || text.length > 44) return false
  let number = 0n
  for (const digit of text) {
    const value = alphabet.indexOf(digit)
    if (value < 0) return false
    number = number * 58n + BigInt(value)
  }
  const zeros = /^1*/.exec(text)![0].length
  return zeros + Math.ceil(number.toString(16).length / 2) - (number === 0n ? 1 : 0) === 32
}
