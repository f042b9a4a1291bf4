/**
 * What casm's exchange sends: one stream each way, an LZ4 frame of packed Cap'n Proto messages, one `Gossip { hop @0 :UInt64;
 * envelope @1 :Data }` for each record, the sender's own last (casm 055f8da, pkg/pex). There are no other messages: what is
 * refused is a stream that is reset.
 */
import { limits, reject } from '@pex/core'
import type { Descriptor, Rejection } from '@pex/core'
import { isCapnpRejection, pack, readMessage, unpack, writeMessage } from '../capnp/index.ts'
import type { CapnpMessage, CapnpRejection } from '../capnp/index.ts'
import type { Claim } from '../descriptors.ts'
import { compress, decompress, isLz4Rejection } from '../lz4/index.ts'

/** One message in flat form, its table included, bytes. From casm (MaxMsgSize). */
const MAX_FLAT_BYTES = 2_048
const MAX_BYTES = limits.maxRecords * MAX_FLAT_BYTES
const HOP_BYTES = 8
/** The largest hop of a peer that is held. */
const maxHop = limits.memoryHop - 1

/**
 * Encodes one side of an exchange. A record that casm would not read, because its message is too long, is left out; without
 * our own, the last, there is no exchange.
 */
export function encodeGossip(descriptors: readonly Descriptor[]): Uint8Array | undefined {
  const packed: Uint8Array[] = []
  for (const [i, { hop, record }] of descriptors.entries()) {
    const data = new Uint8Array(HOP_BYTES)
    new DataView(data.buffer).setBigUint64(0, BigInt(hop), true)
    const flat = writeMessage({ data, pointers: [{ data: record.envelope }] })
    if (flat.length <= MAX_FLAT_BYTES) packed.push(pack(flat))
    else if (i === descriptors.length - 1) return undefined
  }
  const length = packed.reduce((sum, each) => sum + each.length, 0)
  const stream = new Uint8Array(length)
  let at = 0
  for (const each of packed) {
    stream.set(each, at)
    at += each.length
  }
  return compress(stream)
}

/** Decodes any bytes as one side of an exchange. Never throws; what comes out is measured before memory is asked for. */
export function decodeGossip(bytes: Uint8Array): readonly Claim[] | Rejection {
  if (bytes.length > limits.maxMessageBytes) return reject('oversize')
  // Packing never doubles: a word that is all bytes costs one more.
  const packed = decompress(bytes, { maxBytes: 2 * MAX_BYTES })
  if (isLz4Rejection(packed)) return ours(packed)
  const flat = unpack(packed, { maxBytes: MAX_BYTES })
  if (isCapnpRejection(flat)) return ours(flat)
  const claims: Claim[] = []
  for (let at = 0; at < flat.length;) {
    if (claims.length === limits.maxRecords) return reject('too-many-records')
    const message = readMessage(flat, at, { maxBytes: MAX_FLAT_BYTES })
    if (isCapnpRejection(message))
      return message.reason === 'oversize' ? reject('record-oversize') : ours(message)
    const claim = readClaim(message)
    if (isCapnpRejection(claim)) return ours(claim)
    claims.push(claim)
    at = message.end
  }
  return claims.length === 0 ? reject('no-records') : claims
}

function readClaim(message: CapnpMessage): Claim | CapnpRejection {
  const root = message.root()
  if (isCapnpRejection(root)) return root
  const envelope = root?.data(0)
  if (isCapnpRejection(envelope)) return envelope
  const hop = root?.uint64(0) ?? 0n
  // A hop counts without bounds there, and never says that a peer is only remembered.
  return {
    hop: hop < BigInt(maxHop) ? Number(hop) : maxHop,
    envelope: envelope ?? new Uint8Array()
  }
}

/** What a fault in the layers below means here. */
function ours({ reason }: { readonly reason: string }): Rejection {
  if (reason === 'oversize' || reason === 'truncated') return reject(reason)
  return reject('bad-encoding')
}
