/** Which IP addresses are those of the local network, as far as this host can tell. */
import { BlockList, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { placeOf } from '@pex/core'
import { systemClock } from '../system.ts'

/** How long what the system said of its interfaces is believed, ms. Guess. */
const FRESH_MS = 5_000

let networks = new BlockList()
let readAt = Number.NEGATIVE_INFINITY

/** True for loopback, private and link-local addresses, and for those in a network that an interface of this host is in. */
export function isLocalNetwork(address: string): boolean {
  const family = isIPv6(address) ? 'ip6' : 'ip4'
  const kind = placeOf(`/${family}/${address}`).class
  if (kind === 'loopback' || kind === 'private' || kind === 'link-local') return true
  return ownNetworks().check(address.split('%', 1)[0]!, family === 'ip6' ? 'ipv6' : 'ipv4')
}

function ownNetworks(): BlockList {
  const now = systemClock.now()
  if (Math.abs(now - readAt) < FRESH_MS) return networks
  readAt = now
  networks = new BlockList()
  for (const { address, cidr, family } of Object.values(networkInterfaces()).flatMap(own => own ?? [])) {
    const bits = Number(cidr?.split('/')[1])
    if (Number.isInteger(bits)) networks.addSubnet(address, bits, family === 'IPv6' ? 'ipv6' : 'ipv4')
  }
  return networks
}

/** An address of this host within a block of addresses, if it has one. */
export function ownAddressIn(address: string, bits: number): string | undefined {
  const block = new BlockList()
  const family = isIPv6(address) ? 'IPv6' : 'IPv4'
  block.addSubnet(address, bits, family === 'IPv6' ? 'ipv6' : 'ipv4')
  const own = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
  return own.find(candidate => candidate.family === family && inBlock(block, candidate))?.address
}

function inBlock(block: BlockList, { address, family }: { address: string; family: string }): boolean {
  return block.check(address, family === 'IPv6' ? 'ipv6' : 'ipv4')
}
