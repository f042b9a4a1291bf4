/** casm's gossip: what is wrong with the frame, in the packed words, and in the messages. */
import { isRejection, limits } from '@pex/core'
import { pack, writeMessage } from '@pex/wire/capnp'
import { decodeGossip } from '@pex/wire/casm'
import { corpus as capnp } from '../../../packages/wire/test/capnp/corpus.ts'
import { compress } from '../../../packages/wire/src/lz4/index.ts'
import { bytes } from '../family.ts'
import type { Family } from '../family.ts'

const gossip = (envelope: number): Uint8Array =>
  pack(writeMessage({ data: new Uint8Array(8), pointers: [{ data: new Uint8Array(envelope).fill(7) }] }))
const whole = gossip(20)

/** What no reader of Cap'n Proto takes, as gossip; of each of its reasons the first. */
const inner = Object.entries(capnp).filter(([name], i, all) => {
  const [reason, what] = name.split('--') as [string, string]
  const isFirst = all.findIndex(([other]) => other.startsWith(`${reason}--`)) === i
  return (
    isFirst &&
    !what.startsWith('packed') &&
    ['bad-pointer', 'bad-far-pointer', 'too-many-segments'].includes(reason)
  )
})

export const family: Family = {
  judge(input) {
    const claims = decodeGossip(input)
    return isRejection(claims) ? claims.reason : 'accepted'
  },
  faults: {
    'no-records--no-bytes': bytes(),
    'no-records--an-empty-frame': compress(new Uint8Array()),
    'too-many-records--one-more': compress(
      bytes(...Array.from({ length: limits.maxRecords + 1 }, () => whole))
    ),
    'too-many-records--a-hundred': compress(bytes(...Array.from({ length: 100 }, () => gossip(0)))),
    'record-oversize--one-message': compress(gossip(2_100)),
    'record-oversize--the-second-message': compress(bytes(whole, gossip(4_000))),
    'oversize--the-bytes-themselves': new Uint8Array(limits.maxMessageBytes + 1),
    'oversize--unpacked-zeros': compress(
      bytes(...Array.from({ length: 40 }, () => [0, 255]), ...Array.from({ length: 80 }, () => [0, 255]))
    ),
    'truncated--the-frame': compress(whole).slice(0, -1),
    'truncated--the-packed-words': compress(whole.slice(0, -1)),
    'truncated--the-last-message': compress(bytes(whole, whole.slice(0, 3))),
    'bad-encoding--no-frame': bytes('not lz4'),
    'bad-encoding--checksum-of-the-frame': changedLast(compress(whole)),
    ...Object.fromEntries(
      inner.map(([name, words]) => [`bad-encoding--${name.replace('--', '-')}`, compress(pack(words))])
    )
  }
}

function changedLast(frame: Uint8Array): Uint8Array {
  const copy = new Uint8Array(frame)
  copy[copy.length - 1]! ^= 1
  return copy
}
