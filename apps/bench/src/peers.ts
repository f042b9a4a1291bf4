/**
 * Peers that exist only as signed records: what a network's strangers look like to one node.
 */
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Descriptor, PeerRecord } from '@pex/core'
import { createSigner } from '@pex/record'

/** Really signed records of so many strangers, each with one address that nobody answers to. */
export async function strangers(count: number): Promise<PeerRecord[]> {
  const records: PeerRecord[] = []
  for (let i = 0; i < count; i++) {
    const signer = createSigner(await generateKeyPair('Ed25519'))
    // 192.0.2.0/24 and 198.51.100.0/24 are for documentation (RFC 5737); the seq is a time, as the service's is.
    const address = `/ip4/${i % 2 === 0 ? '192.0.2' : '198.51.100'}.${1 + (i % 254)}/tcp/4001`
    records.push(await signer.sign([address], 1_700_000_000_000n + BigInt(i)))
  }
  return records
}

/** The records as a message of their exchange: the last one is the sender's own. */
export function messageOf(records: readonly PeerRecord[]): Descriptor[] {
  return records.map((record, i) => ({ record, hop: i === records.length - 1 ? 0 : 1 + (i % 20) }))
}
