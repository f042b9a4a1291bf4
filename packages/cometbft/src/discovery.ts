/**
 * The bridge between CometBFT's networks and libp2p's. A node id is the hash of an Ed25519 key, a libp2p peer id is the key: who
 * knows the peer id knows the node id, and not the other way about. A host that uses one key in both worlds has both ids; a host
 * that does not is another peer in each, and no list of the one says anything of the other than where a machine is.
 */
import { formatIp, parseIp } from '@pex/address-book'
import type { AddressBook, NetAddress } from '@pex/address-book'
import { assert } from '@pex/core'
import type { Clock, Contact, Discovery, Found } from '@pex/core'
import { nodeIdOf } from '@pex/mconnection'
import { base58btc } from 'multiformats/bases/base58'

const KEY_BYTES = 32
/** An Ed25519 key's peer id: the identity multihash (0x00) of 36 bytes, which are the key as libp2p's protobuf (type 1, 32 bytes). */
const prefix = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
/** Characters of such an id, most: longer texts are not decoded. */
const MAX_ID = 64

/** The node id of a libp2p peer with an Ed25519 key, by its id in base58; nothing for other keys and other texts. */
export function nodeIdOfPeerId(peerId: string): string | undefined {
  const bytes = peerId.length > MAX_ID ? undefined : decoded(peerId)
  if (bytes === undefined || bytes.length !== prefix.length + KEY_BYTES) return undefined
  return prefix.every((byte, i) => bytes[i] === byte) ? nodeIdOf(bytes.subarray(prefix.length)) : undefined
}

/** The libp2p peer id of a node's public key, 32 bytes: what a `SecretConnection` knows of who is there. */
export function peerIdOfPublicKey(publicKey: Uint8Array): string {
  assert(publicKey.length === KEY_BYTES, 'an Ed25519 key has 32 bytes')
  const bytes = new Uint8Array(prefix.length + KEY_BYTES)
  bytes.set(prefix)
  bytes.set(publicKey, prefix.length)
  return base58btc.baseEncode(bytes)
}

function decoded(text: string): Uint8Array | undefined {
  try {
    return base58btc.baseDecode(text)
  } catch {
    return undefined
  }
}

export interface CometbftDiscoveryInit {
  readonly book: AddressBook<NetAddress>
  readonly clock: Clock
  /** Where a PeX host might be, given that a CometBFT node is here: multiaddrs, none for nowhere. See `sameHost`. */
  readonly addressesOf: (address: NetAddress) => readonly string[]
  /** Names only nodes that authenticated themselves within so many ms. @default 86 400 000 */
  readonly answeredWithinMs?: number | undefined
  /** Contacts named at a time, most. @default 16 */
  readonly most?: number | undefined
}

/**
 * Nodes of a CometBFT network as first contacts: for a network of PeX hosts that run beside such nodes, on the same machines. The
 * contacts have addresses and no ids, for a node id does not tell a peer id: whoever answers there proves its own. A CometBFT
 * node's own port speaks nothing that a PeX host understands, so it is never named. Nothing is advertised: nodes are found by
 * their switch.
 */
export function cometbftDiscovery(init: CometbftDiscoveryInit): Discovery {
  const { book, clock, addressesOf, answeredWithinMs = 86_400_000, most = 16 } = init
  return {
    async *findPeers(_namespace, { signal }): AsyncGenerator<Found> {
      for (const address of book.select(clock.now(), { answeredWithinMs, most })) {
        if (signal.aborted) return
        const addresses = addressesOf(address)
        if (addresses.length > 0) yield { addresses }
      }
    }
  }
}

/** For `addressesOf`: a PeX host listens on the same machine; `/tcp/4001`, or `/udp/4001/noise`. */
export function sameHost(behind: string): (address: NetAddress) => readonly string[] {
  return ({ ip }) => [`/ip${ip.includes(':') ? 6 : 4}/${ip}${behind}`]
}

export interface MetOptions {
  /** The port at which all of them run their CometBFT node. @default that of their TCP address, for hosts that speak nothing else there */
  readonly port?: number | undefined
}

/**
 * Where a PeX host's CometBFT node is, best first: of a host with an Ed25519 id, and with one key for both worlds; nothing for
 * others. Relayed addresses and names are left out, and without a port of their own those that are not plain TCP.
 */
export function netAddressesOf(host: Contact, { port }: MetOptions = {}): NetAddress[] {
  const id = host.id === undefined ? undefined : nodeIdOfPeerId(host.id)
  if (id === undefined) return []
  return host.addresses.flatMap(address => {
    const [empty, kind, text = '', transport, digits = '', ...rest] = address.split('/')
    const ip = parseIp(text)
    if (
      empty !== '' ||
      ip === undefined ||
      (kind !== 'ip4' && kind !== 'ip6') ||
      rest.includes('p2p-circuit')
    )
      return []
    if (port !== undefined) return { id, ip: formatIp(ip), port }
    // `/p2p/<id>` may stand behind it; anything else there is a protocol that a CometBFT node does not speak.
    const isPlain =
      transport === 'tcp' && /^\d{1,5}$/.test(digits) && (rest.length === 0 || rest[0] === 'p2p')
    const own = Number(digits)
    return isPlain && own > 0 && own <= 65_535 ? { id, ip: formatIp(ip), port: own } : []
  })
}

/** Fills a book with PeX hosts that were met, such as the records in a view; says how many are news. Each is its own source. */
export function fillBook(
  book: AddressBook<NetAddress>,
  hosts: Iterable<Contact>,
  { now, ...options }: MetOptions & { readonly now: number }
): number {
  let added = 0
  for (const host of hosts) {
    // The book has one place for each node: the best one that it welcomes.
    if (netAddressesOf(host, options).some(address => book.add(address, address, now) === 'added')) added++
  }
  return added
}
