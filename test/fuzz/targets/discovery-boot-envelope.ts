/** Boot packets in their signed envelopes: only what was signed is proved. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { openPacket, sealPacket } from '../../../packages/discovery/src/boot/envelope.ts'
import { BootRejection } from '../../../packages/discovery/src/boot/rejection.ts'
import { must } from '../kit/oracle.ts'
import { signedRecords } from '../kit/records.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = async () => {
  const sealed: Uint8Array[] = []
  for (const n of [1, 2]) {
    const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(n))
    // An Ed25519 peer's id is its key in an identity multihash.
    const peer = Uint8Array.of(0, 36, 8, 1, 18, 32, ...key.publicKey.raw)
    sealed.push(await sealPacket({ kind: 'request', namespace: 'ns', peer }, key))
    sealed.push(
      await sealPacket(
        { kind: 'response', namespace: 'ns', peer, addresses: [Uint8Array.of(4, 8, 8, 8, 8, 6, 0, 1)] },
        key
      )
    )
    // Signed by this one, and said to be of nobody.
    sealed.push(
      await sealPacket({ kind: 'survey', namespace: 'ns', peer: new Uint8Array(38), distance: 3 }, key)
    )
  }
  const [record] = await signedRecords(1)
  const packets = new Set(sealed.map(bytes => Buffer.from(bytes).toString('hex')))
  return {
    seeds: [...sealed, record!.envelope],
    maxBytes: 2_100,
    async check(input) {
      const opened = openPacket(input)
      if (opened instanceof BootRejection) return opened.reason
      const proved = await opened.prove()
      if (proved instanceof BootRejection) return proved.reason
      // Other encodings of the same envelope pass, and harm nobody: nothing of them is kept or passed on.
      must(
        packets.has(Buffer.from(input).toString('hex')) || proved.startsWith('12D3Koo'),
        'nobody has signed this'
      )
      return 'proved'
    }
  }
}
