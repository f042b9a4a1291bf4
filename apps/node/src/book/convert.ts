/**
 * From libonomy's format to CometBFT's. An id there is a node's public key, here a hash of it: so the way leads in this direction
 * alone. What CometBFT has no place for, the UDP port and when a node was last seen, is lost.
 */
import type { Ban, KnownAddress, NetAddress, NodeInfo } from '@pex/address-book'
import { nodeIdOf } from '@pex/mconnection'
import { Failure } from '../failure.ts'
import { addrbook } from './types.ts'
import type { Address, BookType, ReadBook } from './types.ts'

/** The book in another format. Fails with `PEX_BOOK` where there is no way. */
export function converted(book: ReadBook, to: BookType): ReadBook {
  if (book.type === to) return book
  if (to !== addrbook) {
    const message = `${book.path} cannot become a ${to.file}: that names nodes by their keys, and an id of CometBFT is a hash of the key`
    throw new Failure('PEX_BOOK', message, '--to list, or the nodes themselves for their keys')
  }
  const { rest } = book
  return {
    ...book,
    type: to,
    // A key of another length, for other buckets: the book makes a new one.
    key: '',
    entries: book.entries.map(entry => ({ ...entry, known: knownOf(entry.known) })),
    rest: { ...rest, bans: rest.bans.flatMap(banOf), anchors: rest.anchors.flatMap(id => idOf(id) ?? []) }
  }
}

function knownOf(known: KnownAddress<Address>): KnownAddress<Address> {
  const { address, source } = known
  // CometBFT's expiry counts from the last attempt, and knows nothing of who was seen without one.
  const lastAttempt = Math.max(known.lastAttempt, known.lastSeen)
  return { ...known, address: netAddressOf(address), source: netAddressOf(source), lastAttempt, buckets: [] }
}

function netAddressOf(address: Address): NetAddress {
  const { id, ip, tcpPort } = address as NodeInfo
  return { id: idOf(id)!, ip, port: tcpPort }
}

function banOf({ id, until, address, source }: Ban<Address>): Ban<Address>[] {
  const own = idOf(id)
  if (own === undefined) return []
  return [
    {
      id: own,
      until,
      address: address === undefined ? undefined : netAddressOf(address),
      source: source === undefined ? undefined : netAddressOf(source)
    }
  ]
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** CometBFT's id of a key of 32 bytes in base58; nothing where it is none. */
export function idOf(key: string): string | undefined {
  let number = 0n
  for (const digit of key.length <= 44 ? key : '?') {
    const value = alphabet.indexOf(digit)
    if (value < 0) return undefined
    number = number * 58n + BigInt(value)
  }
  const hex = number.toString(16).padStart(64, '0')
  return key === '' || hex.length > 64 ? undefined : nodeIdOf(Uint8Array.from(Buffer.from(hex, 'hex')))
}
