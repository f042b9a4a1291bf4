/** From bytes to verified records, beside what the same data would take as JSON. */
import { isRejection } from '@pex/core'
import type { Verifier } from '@pex/core'
import { createVerifier } from '@pex/record'
import { decodeQuestion, encodeMessage } from '@pex/wire'
import type { Benchmark, Circumstances, Figure } from '../figure.ts'
import { microsPerCall } from '../measure.ts'
import { messageOf, strangers } from '../peers.ts'

const RECORDS = 16

export const message: Benchmark = {
  name: 'message',
  question: 'What does a whole message cost that brings nothing new?',
  method:
    `decodeQuestion and verify() of each of its ${RECORDS} envelopes (a full message at c = 32), all remembered; the rival is JSON.parse of ` +
    'the same hops and envelopes, these in base64 and left so. Processor time; median of 15 runs of at least 100 ms.',

  async run({ scale }: Circumstances): Promise<readonly Figure[]> {
    const descriptors = messageOf(await strangers(RECORDS))
    const bytes = encodeMessage({ type: 'ask', exchange: 1, settles: true, descriptors, averages: [] })
    const json = JSON.stringify(
      descriptors.map(({ hop, record }) => ({
        hop,
        envelope: Buffer.from(record.envelope).toString('base64')
      }))
    )
    const verifier = createVerifier()
    for (const { record } of descriptors) await verifier.verify(record.envelope)

    const ours = microsPerCall(scale, 1, () => take(bytes, verifier))
    const theirs = microsPerCall(scale, 1, () => void JSON.parse(json))
    return [
      {
        name: `decode and verify ${RECORDS} re-seen records`,
        value: ours,
        unit: 'µs',
        rival: { name: 'JSON.parse', value: theirs }
      },
      {
        name: 'its size',
        value: bytes.length,
        unit: 'bytes',
        rival: { name: 'JSON', value: Buffer.byteLength(json) }
      }
    ]
  }
}

function take(bytes: Uint8Array, verifier: Verifier): void {
  const decoded = decodeQuestion(bytes)
  if (isRejection(decoded) || decoded.type !== 'ask') throw new Error('an honest message was rejected')
  for (const { envelope } of decoded.claims)
    if (verifier.verify(envelope) instanceof Promise) throw new Error('an envelope has been forgotten')
}
