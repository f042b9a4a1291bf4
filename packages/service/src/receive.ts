/**
 * What comes from a peer, from bytes to verified descriptors: the cheap checks before the dear ones.
 */
import { checkHops, isExcusable, isRejection } from '@pex/core'
import type { Descriptor, Rejection, Verifier } from '@pex/core'
import { decodeMessage } from '@pex/wire'
import type { Claim, RefusalMessage } from '@pex/wire'

/** A message whose records have been verified; those that do not count without condemning the rest are dropped. */
export interface VerifiedMessage {
  readonly kind: 'exchange'
  readonly descriptors: readonly Descriptor[]
  readonly dropped: readonly Rejection[]
}

/** The verified message; or a refusal, where the peer sent one; or why the message is rejected. */
export async function receive(
  body: Uint8Array,
  verifier: Verifier
): Promise<VerifiedMessage | RefusalMessage | Rejection> {
  const message = decodeMessage(body)
  if (isRejection(message) || message.kind === 'refusal') return message
  return checkHops(message.claims.map(({ hop }) => hop)) ?? (await verifyAll(message.claims, verifier))
}

async function verifyAll(claims: readonly Claim[], verifier: Verifier): Promise<VerifiedMessage | Rejection> {
  const descriptors: Descriptor[] = []
  const dropped: Rejection[] = []
  for (const claim of claims) {
    const verified = verifier.verify(claim.envelope)
    // Known envelopes are verified at once; waiting for them would cost more than the look-up.
    const record = verified instanceof Promise ? await verified : verified
    if (!isRejection(record)) descriptors.push({ hop: claim.hop, record })
    else if (isExcusable(record) && claim !== claims.at(-1)) dropped.push(record)
    else return record
  }
  return { kind: 'exchange', descriptors, dropped }
}
