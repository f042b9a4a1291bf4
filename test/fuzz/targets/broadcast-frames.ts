/** Frames of a broadcast, one after the other. */
import { below } from '@pex/core'
import type { Frame } from '@pex/broadcast'
import { bounds, maxPayloadBytes } from '../../../packages/broadcast/src/bounds.ts'
import { decode, encode } from '../../../packages/broadcast/src/codec.ts'
import { idOf, toHex } from '../../../packages/broadcast/src/identity.ts'
import type { SeededRng } from '@pex/testkit'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

function frameOf(rng: SeededRng): Frame {
  const ids = Array.from({ length: below(rng, 4) }, () => toHex(randomBytes(rng, 32)))
  const hop = 1 + below(rng, 255)
  switch (below(rng, 4)) {
    case 0: {
      const message = {
        protocol: 'é'.repeat(1 + below(rng, 30)),
        publishedAt: below(rng, 2 ** 32 - 1) * 2 ** 15,
        nonce: toHex(randomBytes(rng, 8)),
        payload: randomBytes(rng, below(rng, 60))
      }
      return { kind: 'data', id: idOf(message), hop, message }
    }
    case 1:
      return { kind: 'announce', announced: ids.map(id => ({ id, hop })) }
    case 2:
      // Now and then more than anybody may ask for.
      return {
        kind: 'graft',
        ids:
          below(rng, 8) === 0
            ? Array.from({ length: 60 + below(rng, 8) }, () => ids[0] ?? '00'.repeat(32))
            : ids
      }
    default:
      return { kind: 'prune' }
  }
}

export const target: Target = () => ({
  seeds: [
    encode([{ kind: 'prune' }]),
    encode(Array.from({ length: bounds.frames }, () => ({ kind: 'prune' })))
  ],
  make: rng => encode(Array.from({ length: 1 + below(rng, 4) }, () => frameOf(rng))),
  check(input) {
    const frames = twice(input, decode)
    if (typeof frames === 'string') return frames
    must(frames.length <= bounds.frames, `there are ${frames.length} frames`)
    mustEqual(encode(frames), input, 'written again')
    frames.forEach(mustKeepBounds)
    return frames[0]?.kind ?? 'none'
  }
})

function mustKeepBounds(frame: Frame): void {
  if (frame.kind === 'data') {
    const { protocol, payload } = frame.message
    must(frame.hop > 0 && payload.length <= maxPayloadBytes, 'a message is out of bounds')
    must(protocol !== '' && Buffer.byteLength(protocol) <= bounds.maxProtocolBytes, 'a name is out of bounds')
  } else if (frame.kind === 'announce') {
    must(frame.announced.length <= bounds.announced, `${frame.announced.length} are announced`)
    must(
      frame.announced.every(({ hop }) => hop > 0),
      'a hop is nought'
    )
  } else if (frame.kind === 'graft')
    must(frame.ids.length <= bounds.grafted, `${frame.ids.length} are asked for`)
}
