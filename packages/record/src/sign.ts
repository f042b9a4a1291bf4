/**
 * This host's own record: a libp2p peer record (RFC 0003) in a signed envelope (RFC 0002).
 */
import { limits, PexError } from '@pex/core'
import type { PeerRecord, Signer } from '@pex/core'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord as Libp2pRecord, RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import { textOf } from './address.ts'

/**
 * A signer for a libp2p private key.
 *
 * Of many addresses it signs the first ones that everybody accepts: at most `limits.maxAddresses`, in an envelope of at
 * most `limits.maxRecordBytes`. `sign` fails with `PEX_INVALID_PARAMETER` for a key so long that nobody would accept even a
 * record without addresses.
 */
export function createSigner(privateKey: PrivateKey): Signer {
  const peerId = peerIdFromPrivateKey(privateKey)
  const id = peerId.toString()

  return {
    id,
    async sign(addresses: readonly string[], seq: bigint): Promise<PeerRecord> {
      const acceptable = addresses
        .map(address => multiaddr(address))
        .filter(address => textOf(address) !== undefined)
      for (let count = Math.min(acceptable.length, limits.maxAddresses); count >= 0; count--) {
        const multiaddrs = acceptable.slice(0, count)
        const payload = withSeq(new Libp2pRecord({ peerId, multiaddrs, seqNumber: 0n }).marshal(), seq)
        const { DOMAIN: domain, CODEC: codec } = Libp2pRecord
        const record = { domain, codec, marshal: () => payload, equals: () => false }
        const envelope = (await RecordEnvelope.seal(record, privateKey)).marshal()
        if (envelope.length <= limits.maxRecordBytes)
          return { id, seq, addresses: multiaddrs.map(String), envelope }
      }
      throw new PexError(
        'PEX_INVALID_PARAMETER',
        `a ${privateKey.type} key of this length is too long for a record`
      )
    }
  }
}

/**
 * A record's payload with a seq in it, field 2 of the message, which stands between the peer id and the addresses. Written
 * here, because protons-runtime 7.1.2 writes numbers from 2^31 to 2^32 - 1 so that they come back as others, or not at all: the
 * time in ms of a clock that stands in early 1970.
 */
function withSeq(payload: Uint8Array, seq: bigint): Uint8Array {
  if (seq === 0n) return payload
  const field = [0x10]
  let rest = BigInt.asUintN(64, seq)
  for (; rest > 0x7fn; rest >>= 7n) field.push(Number(rest & 0x7fn) | 0x80)
  field.push(Number(rest))
  // The peer id: a tag, a length below 128, and so many bytes.
  const at = 2 + payload[1]!
  const bytes = new Uint8Array(payload.length + field.length)
  bytes.set(payload.subarray(0, at))
  bytes.set(field, at)
  bytes.set(payload.subarray(at), at + field.length)
  return bytes
}
