/** Frames of a broadcast: those that cannot be read, and those that a machine has no use for. */
import { BroadcastMachine } from '@pex/broadcast'
import { seeded } from '@pex/testkit'
import { bounds } from '../../../packages/broadcast/src/bounds.ts'
import { decode, encode } from '../../../packages/broadcast/src/codec.ts'
import { idOf } from '../../../packages/broadcast/src/identity.ts'
import { bytes, changed, cuts } from '../family.ts'
import type { Family, Part } from '../family.ts'

const NOW = 1_000_000
const id = new Uint8Array(32).fill(5)
const many = (count: number, ...part: readonly Part[]): Uint8Array =>
  bytes(...Array.from({ length: count }, () => bytes(...part)))

function data(protocol = 'chat', publishedAt = NOW): Uint8Array {
  const message = { protocol, publishedAt, nonce: '0123456789abcdef', payload: Uint8Array.of(1, 2, 3) }
  return encode([{ kind: 'data', id: idOf(message), hop: 1, message }])
}

const whole = data()
/** Where the length of the name stands: before the three bytes of that of the payload, the name and the payload. */
const nameAt = whole.length - 3 - 'chat'.length - 4

export const family: Family = {
  judge(input) {
    const frames = decode(input)
    if (typeof frames === 'string') return frames
    const machine = new BroadcastMachine({ rng: seeded(1) })
    machine.register('chat', 'mid')
    machine.handle(NOW, { type: 'neighbours', ids: ['neighbour'] })
    machine.handle(NOW, { type: 'received', from: 'neighbour', frames })
    const counted = Object.entries(machine.counts.rejected).find(([, count]) => count > 0)
    return counted?.[0] ?? 'accepted'
  },
  faults: {
    ...cuts('truncated', 'data', whole, 1),
    ...cuts('truncated', 'announce', bytes(1, 0, 1, 1, id), 1),
    'truncated--graft-lacks-an-id': bytes(2, 0, 2, id),
    'truncated--second-frame': bytes(3, 2),
    'unknown-kind--4': bytes(4),
    'unknown-kind--255': bytes(255, id),
    'unknown-kind--behind-a-whole-frame': bytes(whole, 9),
    'unknown-kind--text': bytes('GET / HTTP/1.1\r\n'),
    'too-many-frames--one-more': many(bounds.frames + 1, 3),
    'too-many-frames--4-096': many(4_096, 3),
    'too-many-ids--announced-one-more': bytes(1, (bounds.announced + 1) >> 8, (bounds.announced + 1) & 255),
    'too-many-ids--announced-65-535': bytes(1, 255, 255),
    'too-many-ids--grafted-one-more': bytes(2, 0, bounds.grafted + 1, many(bounds.grafted + 1, id)),
    'too-many-ids--grafted-65-535': bytes(2, 255, 255, id),
    'bad-hop--of-data': changed(whole, 1, 0),
    'bad-hop--of-an-announcement': bytes(1, 0, 1, 0, id),
    'bad-hop--of-the-second-announcement': bytes(1, 0, 2, 1, id, 0, id),
    'bad-protocol--empty': changed(whole, nameAt, 0),
    'bad-protocol--65-bytes': changed(whole, nameAt, 65),
    'bad-protocol--255-bytes': changed(whole, nameAt, 255),
    'bad-protocol--no-utf-8': changed(whole, nameAt + 4, 0xff),
    'bad-protocol--half-a-surrogate': changed(whole, nameAt + 4, 0xed, 0xa0, 0x80),
    'oversize--payload-of-16-mib': changed(whole, nameAt + 1, 255, 255, 255),
    'oversize--payload-of-64-kib-and-more': changed(whole, nameAt + 1, 1, 1, 0),
    'expired--published-at-the-beginning-of-time': data('chat', 0),
    'expired--published-long-ago': data('chat', NOW - bounds.lifetimeMs - 1),
    'early--published-tomorrow': data('chat', NOW + 86_400_000),
    'early--published-at-the-end-of-time': data('chat', 2 ** 48 - 1),
    'unknown-protocol--not-registered': data('news'),
    'graft-unknown--an-id-of-nothing': bytes(2, 0, 1, id)
  }
}
