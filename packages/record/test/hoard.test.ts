/**
 * Threat T27: a right signature is no reason to remember a record for ever. PEX_FUZZ_RUNS=1000000 makes as many records, half
 * a millisecond each, against the bound that hosts have; else a smaller bound will do.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isRejection, limits } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import { describe, expect, it } from 'vitest'
import { ed25519 } from './envelopes.ts'

const count = Math.max(Number(process.env['PEX_FUZZ_RUNS'] ?? 0), 2_000)
const max = count < 10_000 ? 500 : limits.maxVerified

describe('records that are all rightly signed', () => {
  it(`are remembered up to the bound, the last ones, of ${count}; the heap stays where it was`, async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const verifier = createVerifier({ max })
    const signer = createSigner(await ed25519(27))
    const envelopeOf = async (seq: number) =>
      (await signer.sign(['/ip4/192.0.2.1/tcp/1'], BigInt(seq))).envelope
    let heap = 0
    for (let seq = 0; seq < count; seq++) {
      const record = await verifier.verify(await envelopeOf(seq))
      if (isRejection(record)) expect.fail(`record ${seq} is refused: ${record.reason}`)
      if (seq !== max + 500) continue
      gc()
      heap = process.memoryUsage().heapUsed
    }
    gc()
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(2_097_152)
    // What is remembered is given at once, not as a promise. Looking from the last one on, so that no look pushes any out.
    let remembered = 0
    for (let seq = count - 1; seq >= count - max; seq--)
      if (!(verifier.verify(await envelopeOf(seq)) instanceof Promise)) remembered++
    expect(remembered).toBe(max)
    const forgotten = verifier.verify(await envelopeOf(count - max - 1))
    expect(forgotten).toBeInstanceOf(Promise)
    await forgotten
  }, 1_800_000)
})
