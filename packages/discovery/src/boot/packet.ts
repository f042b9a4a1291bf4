/**
 * casm's boot packets (Cap'n Proto file 0xfa005a3c690f4a62, struct `Packet`, in packed form): who looks for peers of a
 * namespace, and who is one. The layout is the schema's: a word of data with the union's tag in its first two bytes and a
 * survey's distance in the third; pointers to the namespace, to the peer's id and to a response's addresses. Ids are texts
 * by the schema and raw bytes in truth.
 */
import { limits } from '@pex/core'
import { isCapnpRejection, pack, readOnly, unpack, writeMessage } from '@pex/wire/capnp'
import type { CapnpRejection, ListReader, Pointee, StructReader } from '@pex/wire/capnp'
import { bounds } from '../bounds.ts'
import { bootReject, BootRejection } from './rejection.ts'

interface Common {
  readonly namespace: string
  /** Who sends the packet: the bytes of the peer id. */
  readonly peer: Uint8Array
}

/** Asks one host. */
export interface BootRequest extends Common {
  readonly kind: 'request'
}

/** Asks all hosts of a group whose ids are near enough. */
export interface BootSurvey extends Common {
  readonly kind: 'survey'
  /** Bits, 0 to 255: who answers differs from the asker in no higher ones (see `isNear`). */
  readonly distance: number
}

/** Says where the peer can be reached. */
export interface BootResponse extends Common {
  readonly kind: 'response'
  /** Multiaddrs in binary form. */
  readonly addresses: readonly Uint8Array[]
}

export type BootPacket = BootRequest | BootSurvey | BootResponse

const REQUEST = 0
const SURVEY = 1
const RESPONSE = 2

/** The packet as bytes; the same packet always gives the same bytes, those that casm writes. */
export function encodePacket(packet: BootPacket): Uint8Array {
  const data = new Uint8Array(8)
  data[0] = packet.kind === 'request' ? REQUEST : packet.kind === 'survey' ? SURVEY : RESPONSE
  if (packet.kind === 'survey') data[2] = packet.distance
  const addresses: Pointee | undefined =
    packet.kind === 'response'
      ? { pointers: packet.addresses.map(address => ({ data: address })) }
      : undefined
  // A text of nothing is written as no text.
  const namespace = packet.namespace === '' ? undefined : { text: packet.namespace }
  return pack(writeMessage({ data, pointers: [namespace, { text: packet.peer }, addresses] }))
}

/** Reads any bytes as a packet. Never throws. */
export function decodePacket(bytes: Uint8Array): BootPacket | BootRejection {
  const flat = unpack(bytes, { maxBytes: bounds.maxPacketBytes })
  const message = isCapnpRejection(flat) ? flat : readOnly(flat, { maxBytes: bounds.maxPacketBytes })
  const root = isCapnpRejection(message) ? message : message.root()
  return root === undefined || isCapnpRejection(root) ? bootReject('malformed-packet') : readPacket(root)
}

function readPacket(root: StructReader): BootPacket | BootRejection {
  const namespace = root.text(0) ?? ''
  const peer = root.textBytes(1)
  if (isCapnpRejection(namespace) || peer === undefined || isCapnpRejection(peer))
    return bootReject('malformed-packet')
  switch (root.uint16(0)) {
    case REQUEST:
      return { kind: 'request', namespace, peer }
    case SURVEY:
      return { kind: 'survey', namespace, peer, distance: root.uint8(2) }
    case RESPONSE: {
      const addresses = readAddresses(root.list(2))
      return addresses instanceof BootRejection ? addresses : { kind: 'response', namespace, peer, addresses }
    }
    default:
      return bootReject('unknown-kind')
  }
}

function readAddresses(list: ListReader | undefined | CapnpRejection): Uint8Array[] | BootRejection {
  if (list === undefined) return []
  if (isCapnpRejection(list)) return bootReject('malformed-packet')
  if (list.length > limits.maxAddresses) return bootReject('too-many-addresses')
  const addresses: Uint8Array[] = []
  for (let i = 0; i < list.length; i++) {
    const address = list.data(i)
    if (isCapnpRejection(address)) return bootReject('malformed-packet')
    if (address !== undefined) addresses.push(address)
  }
  return addresses
}
