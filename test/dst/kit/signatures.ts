/** Everything that anybody has signed in a run: a record that is not in here is forged, whatever verified it. */
import type { PeerRecord, Signer } from '@pex/core'

interface Signed {
  readonly id: string
  readonly seq: bigint
}

export class Signatures {
  /** Bounded by what one run signs. */
  readonly #known = new Map<string, Signed>()
  readonly #right = new WeakMap<PeerRecord, Signed>()

  /** The signer, with what it signs noted. */
  noting(signer: Signer): Signer {
    return {
      id: signer.id,
      sign: async (addresses, seq) => {
        const record = await signer.sign(addresses, seq)
        this.#known.set(keyOf(record.envelope), { id: record.id, seq })
        return record
      }
    }
  }

  /** What was signed there; nothing where nobody signed that. */
  of(envelope: Uint8Array): Signed | undefined {
    return this.#known.get(keyOf(envelope))
  }

  /** The same for a record, remembered. */
  ofRecord(record: PeerRecord): Signed | undefined {
    const known = this.#right.get(record) ?? this.of(record.envelope)
    if (known !== undefined) this.#right.set(record, known)
    return known
  }
}

function keyOf(envelope: Uint8Array): string {
  return Buffer.from(envelope).toString('latin1')
}
