/**
 * Strangers' records: verified once, then remembered. Nothing of an envelope is believed before all of it has been
 * checked, and an envelope that was checked before costs one look-up and one comparison.
 */
import { isRejection, limits, reject } from '@pex/core'
import type { PeerRecord, Rejection, Verifier } from '@pex/core'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { PeerRecord as Libp2pRecord, RecordEnvelope } from '@libp2p/peer-record'
import { LRUCache } from 'lru-cache'
import { equals as sameHash } from 'multiformats/hashes/digest'
import { equals } from 'uint8arrays/equals'
import { toString } from 'uint8arrays/to-string'
import { textOf } from './address.ts'

export interface VerifierInit {
  /** Verified envelopes to remember. @default limits.maxVerified */
  readonly max?: number
}

/** The end of an envelope is the end of its signature: as good as a hash for finding it again. */
const KEY_BYTES = 24

/** A verifier that remembers. */
export function createVerifier({ max = limits.maxVerified }: VerifierInit = {}): Verifier {
  // Bounded by `max`; whoever signs chooses the key, so a hit counts only when all bytes are equal. Counted as a size,
  // since lru-cache's own `max` would reserve every place at once: 90 KiB for a host that knows nobody yet.
  const verified = new LRUCache<string, PeerRecord>({ maxSize: max, sizeCalculation: () => 1 })

  return {
    verify(envelope: Uint8Array): PeerRecord | Rejection | Promise<PeerRecord | Rejection> {
      const key = toString(envelope.subarray(-KEY_BYTES), 'base64')
      const known = verified.get(key)
      if (known !== undefined && equals(known.envelope, envelope)) return known
      return openEnvelope(envelope).then(opened => {
        if (!isRejection(opened)) verified.set(key, opened)
        return opened
      })
    }
  }
}

/** Opens an envelope that has not been seen before. Never throws. */
async function openEnvelope(window: Uint8Array): Promise<PeerRecord | Rejection> {
  if (window.length > limits.maxRecordBytes) return reject('record-oversize')
  // A copy: what the caller does to its bytes while we wait changes nothing, and no record keeps a whole message alive.
  const bytes = new Uint8Array(window)
  const envelope = attempt(() => RecordEnvelope.createFromProtobuf(bytes))
  // Another encoding of the same envelope would let anybody pad other people's records.
  if (envelope === undefined || !equals(envelope.marshal(), bytes)) return reject('malformed-record')
  if (!equals(envelope.payloadType, Libp2pRecord.CODEC)) return reject('wrong-payload-type')
  const signer = attempt(() => peerIdFromPublicKey(envelope.publicKey).toMultihash())
  // There are keys (ECDSA) that can sign and are nobody's id.
  if (signer === undefined) return reject('signer-mismatch')

  const valid = await envelope.validate(Libp2pRecord.DOMAIN).catch(() => false)
  if (!valid) return reject('bad-signature')

  const payload = attempt(() => Libp2pRecord.createFromProtobuf(envelope.payload))
  // What is signed and cannot be read may be an address of a protocol that is newer than we are.
  if (payload === undefined) return reject('bad-address')
  if (!sameHash(signer, payload.peerId.toMultihash())) return reject('signer-mismatch')
  if (payload.multiaddrs.length > limits.maxAddresses) return reject('too-many-addresses')

  const addresses = payload.multiaddrs.map(textOf)
  if (!addresses.every(address => address !== undefined)) return reject('bad-address')
  return { id: payload.peerId.toString(), seq: payload.seqNumber, addresses, envelope: bytes }
}

/** What libraries make of hostile bytes: a value, or nothing where they throw. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
