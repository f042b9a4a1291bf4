/**
 * The three dialects of one language. What differs is which messages a node knows, how many addresses it names and takes,
 * whether it hangs up on what it does not understand, and how large a packet may be; connections and handshakes are the same.
 */
import type { NetAddress } from '@pex/address-book'
import { assert } from '@pex/core'
import type { ChannelDescriptor } from '@pex/mconnection'
import { decodePex, encodePex, MAX_PEX_BYTES, PEX_CHANNEL } from '../pex-messages.ts'
import type { PexFault, PexMessage, Reading } from '../pex-messages.ts'
import { formatNodeAddress, netAddressOf, parseNodeAddress } from './node-address.ts'

export type DialectName = 'cometbft' | 'tm035' | 'sei-url'

export interface Dialect {
  readonly name: DialectName
  /** Which requests it understands and sends, the one that it sends by itself first. */
  readonly versions: readonly (1 | 2)[]
  /** Addresses that it names in one answer, most. */
  readonly mostNamed: number
  /** Addresses that it takes in one answer of each version, most. */
  readonly mostTaken: { readonly 1: number; readonly 2: number }
  /** Bytes of one message, most. */
  readonly maxMessageBytes: number
  /** Payload of one packet, bytes, as its nodes are configured: `maxPayloadBytes` of an MConnection. */
  readonly maxPayloadBytes: number
  /** What its nodes do about a message that they do not understand. Too many addresses are an offence in all of them. */
  readonly onUnknown: 'disconnect' | 'drop'
  /** The channel, for a reactor. */
  readonly channel: ChannelDescriptor
  /** The message in the bytes, or what is wrong with them. Never throws. */
  decode(bytes: Uint8Array): PexMessage | PexFault
  /** The bytes of a message. A version that the dialect has not, or more addresses than it names, are our own mistake. */
  encode(message: PexMessage): Uint8Array
  /** The bytes of a request. @default the version that it sends by itself */
  request(version?: 1 | 2): Uint8Array
  /** The bytes of an answer, in the version of the request. */
  answer(addresses: readonly NetAddress[], version: 1 | 2): Uint8Array
  /**
   * What of an answer can be dialled as it is: ids that are some, literal IP addresses, ports above 0. Names have to be
   * looked up: see `resolveNodeAddress`.
   */
  addresses(message: PexMessage & { readonly kind: 'addresses' }): NetAddress[]
}

export interface DialectInit extends Reading {
  readonly name: DialectName
  readonly mostNamed: number
  readonly maxPayloadBytes: number
  readonly onUnknown: 'disconnect' | 'drop'
  /** Messages that wait to be sent, most. */
  readonly sendQueueCapacity: number
}

export function dialect(init: DialectInit): Dialect {
  const { name, versions, mostNamed, mostAddresses, maxPayloadBytes, onUnknown, sendQueueCapacity } = init
  const encode = (message: PexMessage): Uint8Array => {
    assert(versions.includes(message.version), `${name} knows no version ${message.version}`)
    if (message.kind === 'addresses') {
      const { length } = message.version === 1 ? message.addresses : message.urls
      assert(length <= mostNamed, `${name} names at most ${mostNamed} addresses, not ${length}`)
    }
    return encodePex(message)
  }
  return {
    name,
    versions,
    mostNamed,
    mostTaken: mostAddresses,
    maxMessageBytes: MAX_PEX_BYTES,
    maxPayloadBytes,
    onUnknown,
    channel: { id: PEX_CHANNEL, priority: 1, sendQueueCapacity, maxMessageBytes: MAX_PEX_BYTES },
    decode: bytes => decodePex(bytes, init),
    encode,
    request: (version = versions[0]!) => encode({ kind: 'request', version }),
    answer: (addresses, version) =>
      version === 1
        ? encode({ kind: 'addresses', version, addresses })
        : encode({ kind: 'addresses', version, urls: addresses.map(urlOf) }),
    addresses: message => {
      const named =
        message.version === 1
          ? message.addresses.map(one => parseNodeAddress(urlOf(one)))
          : message.urls.map(parseNodeAddress)
      return named.flatMap(one => (one === undefined ? [] : (netAddressOf(one) ?? [])))
    }
  }
}

function urlOf({ id, ip, port }: NetAddress): string {
  return formatNodeAddress({ protocol: 'mconn', id, host: ip, port, path: '' })
}
