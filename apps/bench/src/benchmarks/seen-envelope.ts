/** A record met again against a signature check: what the memory of verified envelopes is for. */
import { PeerRecord as Libp2pRecord, RecordEnvelope } from '@libp2p/peer-record'
import { isRejection } from '@pex/core'
import type { Verifier } from '@pex/core'
import { createVerifier } from '@pex/record'
import type { Benchmark, Circumstances, Figure } from '../figure.ts'
import { microsPerCall, microsPerWait } from '../measure.ts'
import { strangers } from '../peers.ts'

const RECORDS = 32

export const seenEnvelope: Benchmark = {
  name: 'seen-envelope',
  question: 'What does a record cost that has been met before?',
  method:
    'verify() of @pex/record on 32 envelopes in turn, each time from bytes of their own as a message brings them, all of them ' +
    'remembered; the rival is RecordEnvelope.openAndCertify of @libp2p/peer-record on the same envelopes, one after another. ' +
    'Processor time; median of 15 runs of at least 100 ms.',

  async run({ scale }: Circumstances): Promise<readonly Figure[]> {
    const envelopes = (await strangers(RECORDS)).map(({ envelope }) => envelope)
    const checked = await microsPerWait(scale, RECORDS, async () => {
      for (const envelope of envelopes) await RecordEnvelope.openAndCertify(envelope, Libp2pRecord.DOMAIN)
    })
    const rival = { name: 'openAndCertify', value: checked }

    const remembering = createVerifier()
    await verifyAll(remembering, envelopes)
    const copies = envelopes.map(envelope => new Uint8Array(envelope))
    const seen = microsPerCall(scale, RECORDS, () => {
      for (const envelope of copies)
        if (remembering.verify(envelope) instanceof Promise) throw new Error('an envelope has been forgotten')
    })

    const forgetful = createVerifier({ max: 1 })
    const unseen = await microsPerWait(scale, RECORDS, () => verifyAll(forgetful, envelopes))
    return [
      {
        name: 're-seen envelope',
        value: seen,
        unit: 'µs',
        rival,
        target: { of: 'ratio', bound: 'at most', value: 1 / 20 }
      },
      { name: 'new envelope, all checks', value: unseen, unit: 'µs', rival }
    ]
  }
}

async function verifyAll(verifier: Verifier, envelopes: readonly Uint8Array[]): Promise<void> {
  for (const envelope of envelopes) {
    const record = await verifier.verify(envelope)
    if (isRejection(record)) throw new Error(`an honest envelope was rejected: ${record.reason}`)
  }
}
