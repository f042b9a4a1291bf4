/**
 * Addresses between their three forms: the text that the core knows, multiaddr's own type, and bytes.
 */
import type { Contact } from '@pex/core'
import { limits, PexError } from '@pex/core'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { equals } from 'uint8arrays/equals'
import { fromString } from 'uint8arrays/from-string'

/**
 * Reads a user's multiaddr as a contact: a trailing `/p2p/<id>` is who has to answer there, what stands before it the
 * address. Throws `PEX_INVALID_PARAMETER` for anything else than a multiaddr.
 */
export function parseContact(text: string): Contact {
  try {
    const address = multiaddr(text)
    const last = address.getComponents().at(-1)
    if (last === undefined) throw new Error('it is empty')
    const id = last.code === CODE_P2P ? idOf(last.value ?? '') : undefined
    const bare = withoutPeer(address)
    return { id, addresses: bare.getComponents().length === 0 ? [] : [bare.toString()] }
  } catch (cause) {
    throw new PexError(
      'PEX_INVALID_PARAMETER',
      `"${text}" is not a multiaddr; write it like /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…`,
      { cause }
    )
  }
}

/** The canonical text of a peer id. Throws for what is none, and for a web gateway's URL in the place of one: nobody proves to be that. */
function idOf(text: string): string {
  const peer = peerIdFromString(text)
  if (peer.type === 'url') throw new Error('it is a URL')
  return peer.toString()
}

/** The address without a trailing `/p2p/<id>`: a record says once, not with every address, whose they are. */
export function withoutPeer(address: Multiaddr): Multiaddr {
  const components = address.getComponents()
  return components.at(-1)?.code === CODE_P2P ? multiaddr(components.slice(0, -1)) : address
}

/**
 * The text of an address that a record may hold: at most `limits.maxAddressBytes` of it, nothing in it that could play
 * tricks with a terminal, and read back it gives the same bytes. Nothing for any other address.
 */
export function textOf(address: Multiaddr): string | undefined {
  const { bytes } = address
  const text = address.toString()
  if (bytes.length === 0 || fromString(text).length > limits.maxAddressBytes) return undefined
  if (/[\p{Cc}\p{Cf}\p{Z}]/u.test(text)) return undefined
  try {
    return equals(multiaddr(text).bytes, bytes) ? text : undefined
  } catch {
    return undefined
  }
}
