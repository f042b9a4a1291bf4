/**
 * What comes from a peer, from bytes to verified messages: the cheap checks before the dear ones. A ping, an ack and a settle
 * cost no signature.
 */
import { checkHops, isExcusable, isRejection } from '@pex/core'
import type { Descriptor, Question, Rejection, Response, Verifier } from '@pex/core'
import type { Claim, Refusal, Wire } from '@pex/wire'

/** Who reads. */
export interface Reader {
  /** Its own id. */
  readonly self: string
  readonly verifier: Verifier
}

/** A message whose records have been verified; those that do not count without condemning the rest are dropped. */
export interface Received<Message extends Question | Response> {
  readonly message: Message
  /** Where each descriptor stood in the message as it came; undefined where all are as they were. */
  readonly places?: readonly number[] | undefined
  readonly dropped: readonly Rejection[]
}

/** The verified question; or why it is rejected. */
export async function receiveQuestion(
  wire: Wire,
  body: Uint8Array,
  reader: Reader
): Promise<Received<Question> | Rejection> {
  const question = wire.decodeQuestion(body)
  if (isRejection(question)) return question
  if (question.type !== 'ask') return { message: question, dropped: [] }
  const { claims, ...rest } = question
  const verified = await verifyAll(claims, reader, wire)
  if (isRejection(verified)) return verified
  const { descriptors, places, dropped } = verified
  return { message: { ...rest, descriptors }, places, dropped }
}

/** The verified answer to our question; or a refusal, where the peer sent one; or why the answer is rejected. */
export async function receiveResponse(
  wire: Wire,
  body: Uint8Array,
  to: Question,
  reader: Reader
): Promise<Received<Response> | Refusal | Rejection> {
  const response = wire.decodeResponse(body, to)
  if (isRejection(response) || response.type === 'refusal') return response
  if (response.type === 'ack') return { message: response, dropped: [] }
  if (response.type === 'pong') {
    const own = await verify(response.own, reader.verifier)
    return isRejection(own) ? own : { message: { type: 'pong', own }, dropped: [] }
  }
  const { claims, ...rest } = response
  const verified = await verifyAll(claims, reader, wire)
  if (isRejection(verified)) return verified
  const { descriptors, places, dropped } = verified
  return { message: { ...rest, descriptors }, places, dropped }
}

interface Verified {
  readonly descriptors: readonly Descriptor[]
  readonly places: readonly number[] | undefined
  readonly dropped: readonly Rejection[]
}

async function verifyAll(
  claims: readonly Claim[],
  { verifier, self }: Reader,
  { repeats }: Wire
): Promise<Verified | Rejection> {
  const disorder = checkHops(claims.map(({ hop }) => hop))
  if (disorder !== undefined) return disorder
  const descriptors: Descriptor[] = []
  const places: number[] = []
  const dropped: Rejection[] = []
  for (const [place, claim] of claims.entries()) {
    const verified = verify(claim, verifier)
    // Known envelopes are verified at once; waiting for them would cost more than the look-up.
    const descriptor = verified instanceof Promise ? await verified : verified
    if (!isRejection(descriptor)) {
      descriptors.push(descriptor)
      places.push(place)
    } else if (isExcusable(descriptor) && place < claims.length - 1) dropped.push(descriptor)
    else return descriptor
  }
  if (repeats) return { descriptors: newest(descriptors, self), places: undefined, dropped }
  return { descriptors, places: dropped.length === 0 ? undefined : places, dropped }
}

/**
 * Each peer once, by its newest record, of equal ones by that of the lowest hop, and the reader never; the last, the sender's
 * own, stays last.
 */
function newest(descriptors: readonly Descriptor[], self: string): readonly Descriptor[] {
  const own = descriptors.at(-1)!
  const best = new Map<string, Descriptor>()
  for (const descriptor of descriptors) {
    const { id, seq } = descriptor.record
    const other = best.get(id)
    const isBetter =
      other === undefined ||
      seq > other.record.seq ||
      (seq === other.record.seq && descriptor.hop < other.hop)
    if (isBetter && id !== own.record.id && id !== self) best.set(id, descriptor)
  }
  return [...best.values(), own]
}

function verify(
  { hop, envelope }: Claim,
  verifier: Verifier
): Descriptor | Rejection | Promise<Descriptor | Rejection> {
  const verified = verifier.verify(envelope)
  if (!(verified instanceof Promise)) return isRejection(verified) ? verified : { hop, record: verified }
  return verified.then(record => (isRejection(record) ? record : { hop, record }))
}
