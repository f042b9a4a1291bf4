/**
 * Boot packets in signed envelopes (libp2p RFC 0002), as casm sends them: domain `casm-boot-record`, payload type 0x1f00.
 * Opening goes from cheap to dear: what does not parse, and what nobody here wants, costs no signature.
 */
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { RecordEnvelope } from '@libp2p/peer-record'
import { equals } from 'uint8arrays/equals'
import { bounds } from '../bounds.ts'
import { decodePacket, encodePacket } from './packet.ts'
import type { BootPacket } from './packet.ts'
import { bootReject, BootRejection } from './rejection.ts'

const DOMAIN = 'casm-boot-record'
const PAYLOAD_TYPE = Uint8Array.of(0x1f, 0x00)

/** The packet in an envelope signed by the key. */
export async function sealPacket(packet: BootPacket, privateKey: PrivateKey): Promise<Uint8Array> {
  const record = {
    domain: DOMAIN,
    codec: PAYLOAD_TYPE,
    marshal: () => encodePacket(packet),
    equals: () => false
  }
  return (await RecordEnvelope.seal(record, privateKey)).marshal()
}

/** A packet that has been read and whose signature has not been checked yet: nothing in it is to be believed. */
export interface Unproved {
  readonly packet: BootPacket
  /** Checks whose it is. Resolves to the id of the signer in text form. Never rejects. */
  prove(): Promise<string | BootRejection>
}

/** Reads any bytes as an envelope of a packet. Never throws. */
export function openPacket(datagram: Uint8Array): Unproved | BootRejection {
  if (datagram.length > bounds.maxDatagramBytes) return bootReject('oversize')
  const envelope = attempt(() => RecordEnvelope.createFromProtobuf(datagram))
  if (envelope === undefined) return bootReject('malformed-envelope')
  if (!equals(envelope.payloadType, PAYLOAD_TYPE)) return bootReject('wrong-payload-type')
  const packet = decodePacket(envelope.payload)
  if (packet instanceof BootRejection) return packet
  return { packet, prove: () => prove(envelope, packet) }
}

async function prove(envelope: RecordEnvelope, packet: BootPacket): Promise<string | BootRejection> {
  const signer = attempt(() => peerIdFromPublicKey(envelope.publicKey))
  if (signer === undefined || !equals(signer.toMultihash().bytes, packet.peer))
    return bootReject('signer-mismatch')
  const valid = await envelope.validate(DOMAIN).catch(() => false)
  return valid ? signer.toString() : bootReject('bad-signature')
}

/** What libraries make of hostile bytes: a value, or nothing where they throw. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
