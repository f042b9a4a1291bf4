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
        const record = new Libp2pRecord({ peerId, multiaddrs, seqNumber: seq })
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
