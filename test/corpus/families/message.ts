/** Whole messages of the native wire with records that are really signed: what is wrong with them as a list. */
import { admit, checkHops, isRejection, limits } from '@pex/core'
import type { Descriptor, PeerRecord } from '@pex/core'
import { createVerifier } from '@pex/record'
import { decodeQuestion, encodeMessage } from '@pex/wire'
import { signedRecords } from '../../fuzz/kit/records.ts'
import type { Family } from '../family.ts'

const all = await signedRecords(40)
const record = (n: number): PeerRecord => all[n]!
/** Who sends, and who reads; somebody without addresses, and somebody of whom something newer is known. */
const [sender, self, silent, stale] = [record(1), record(2), record(4), record(3)]

const one = (peer: PeerRecord, hop = 1): Descriptor => ({ record: peer, hop })
const ask = (...descriptors: readonly Descriptor[]): Uint8Array =>
  encodeMessage({ type: 'ask', exchange: 1, settles: false, descriptors, averages: [] })
const own = one(sender, 0)
const others = Array.from({ length: limits.maxRecords }, (_, i) => one(record(5 + i)))
const forged = {
  ...record(5),
  envelope: record(5).envelope.map((byte, i, { length }) => (i === length - 1 ? byte ^ 1 : byte))
}

export const family: Family = {
  async judge(input) {
    const question = decodeQuestion(input)
    if (isRejection(question)) return question.reason
    if (question.type !== 'ask') return 'accepted'
    const disorder = checkHops(question.claims.map(({ hop }) => hop))
    if (disorder !== undefined) return disorder.reason
    const verifier = createVerifier()
    const message: Descriptor[] = []
    for (const { hop, envelope } of question.claims) {
      const verified = await verifier.verify(envelope)
      if (isRejection(verified)) return verified.reason
      message.push({ hop, record: verified })
    }
    const compare = ({ id }: PeerRecord): number => (id === stale.id ? -1 : 1)
    // The transport says who it is; `from-self` is what it says of a host that hears itself.
    const from = message.at(-1)!.record.id === self.id ? self.id : sender.id
    const admission = admit(message, { self: self.id, from, compare })
    return isRejection(admission) ? admission.reason : (admission.dropped[0]?.reason ?? 'accepted')
  },
  faults: {
    'own-record-not-last--hop-1-at-the-end': ask(one(sender, 1)),
    'own-record-not-last--first-in-the-list': ask(own, one(record(5))),
    'own-record-not-last--largest-hop': ask(one(sender, 2 ** 28 - 1)),
    'hop-zero-inside--another-ones': ask(one(record(5), 0), own),
    'hop-zero-inside--our-own-twice': ask(own, own),
    'duplicate-id--a-peer-twice': ask(one(record(5)), one(record(5), 2), own),
    'duplicate-id--the-sender-among-the-others': ask(one(sender, 3), own),
    'duplicate-id--fifteen-times': ask(...Array.from({ length: 15 }, () => one(record(5))), own),
    'sender-mismatch--somebody-elses-record-last': ask(one(record(5), 0)),
    'sender-mismatch--and-others': ask(one(record(6)), one(sender), one(record(5), 0)),
    'from-self--our-own-record': ask(one(self, 0)),
    'self--among-the-others': ask(one(self), own),
    'hop-over-limit--one-more': ask(one(record(5), limits.maxHop + 1), own),
    'hop-over-limit--2-to-16': ask(one(record(5), 2 ** 16), own),
    'hop-over-limit--largest': ask(one(record(5), 2 ** 28 - 1), own),
    'stale-seq--older-than-known': ask(one(stale), own),
    'no-addresses--a-peer-that-can-only-call': ask(one(silent), own),
    'bad-signature--of-one-record': ask(one(forged), own),
    'bad-signature--of-the-own-record': ask(one(record(6)), one(forged, 0)),
    'too-many-records--33-signed-ones': ask(...others, own)
  }
}
