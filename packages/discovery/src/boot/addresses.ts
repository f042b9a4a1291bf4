/** Multiaddrs in packets: binary there, text everywhere else. */
import { limits } from '@pex/core'
import { withoutPeer } from '@pex/record'
import { multiaddr } from '@multiformats/multiaddr'

/** The binary forms of the first addresses that a packet may hold; what is no multiaddr is left out. */
export function toBinary(addresses: readonly string[]): Uint8Array[] {
  return addresses
    .flatMap(address => attempt(() => withoutPeer(multiaddr(address)).bytes))
    .slice(0, limits.maxAddresses)
}

/**
 * The text forms of a stranger's addresses. One that we cannot read may be of a protocol that is newer than we are: it is
 * left out and the others count. So is one that is too long or could play tricks with a terminal.
 */
export function toText(addresses: readonly Uint8Array[]): string[] {
  return addresses
    .flatMap(address => attempt(() => withoutPeer(multiaddr(address)).toString()))
    .filter(
      text => text !== '/' && text.length <= limits.maxAddressBytes && !/[\p{Cc}\p{Cf}\p{Z}]/u.test(text)
    )
}

function attempt<T>(parse: () => T): T[] {
  try {
    return [parse()]
  } catch {
    return []
  }
}
