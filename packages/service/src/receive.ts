/**
 * What comes from a peer, from bytes to verified descriptors: the cheap checks before the dear ones.
 */
import { checkHops, isRejection } from '@pex/core'
import type { Descriptor, Rejection, Verifier } from '@pex/core'
import { decodeMessage } from '@pex/wire'
import type { Claim, RefusalMessage } from '@pex/wire'

/** The records of an exchange message; or a refusal, where the peer sent one; or why the message is rejected. */
export async function receive(
  body: Uint8Array,
  verifier: Verifier
): Promise<readonly Descriptor[] | RefusalMessage | Rejection> {
  const message = decodeMessage(body)
  if (isRejection(message) || message.kind === 'refusal') return message
  return checkHops(message.claims.map(({ hop }) => hop)) ?? (await verifyAll(message.claims, verifier))
}

async function verifyAll(
  claims: readonly Claim[],
  verifier: Verifier
): Promise<readonly Descriptor[] | Rejection> {
  const descriptors: Descriptor[] = []
  for (const { hop, envelope } of claims) {
    const verified = verifier.verify(envelope)
    // Known envelopes are verified at once; waiting for them would cost more than the look-up.
    const record = verified instanceof Promise ? await verified : verified
    if (isRejection(record)) return record
    descriptors.push({ hop, record })
  }
  return descriptors
}
