/**
 * Bugs that a test puts in on purpose, to see that the simulation finds them: each makes one part of every host wrong.
 */
import { isRejection, PexError } from '@pex/core'
import type { Clock, PeerRecord, Transport, Verifier } from '@pex/core'
import { PeerRecord as Libp2pRecord, RecordEnvelope } from '@libp2p/peer-record'

export const bugs = [
  'lying-disk',
  'gullible-verifier',
  'forgets-seqs',
  'leaky-clock',
  'sulking-transport'
] as const
export type Bug = (typeof bugs)[number]

/** A verifier that believes every signature. */
export function gullible(verifier: Verifier): Verifier {
  return {
    verify: async envelope => {
      const verified = await verifier.verify(envelope)
      return isRejection(verified) && verified.reason === 'bad-signature' ? believed(envelope) : verified
    }
  }
}

function believed(envelope: Uint8Array): PeerRecord {
  const { peerId, seqNumber, multiaddrs } = Libp2pRecord.createFromProtobuf(
    RecordEnvelope.createFromProtobuf(envelope).payload
  )
  return {
    id: peerId.toString(),
    seq: seqNumber,
    addresses: multiaddrs.map(String),
    envelope: envelope.slice()
  }
}

/** A verifier that takes whatever comes last for the newest. */
export function forgetful(verifier: Verifier): Verifier {
  let count = BigInt(Date.UTC(2026, 0, 1))
  return {
    verify: async envelope => {
      const verified = await verifier.verify(envelope)
      return isRejection(verified) ? verified : { ...verified, seq: ++count }
    }
  }
}

/** A clock whose long timers cannot be called off. */
export function leaky(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    after: (ms, callback) => {
      const cancel = clock.after(ms, callback)
      return ms >= 20_000 ? () => {} : cancel
    }
  }
}

/** A transport that asks nobody any more after too many disappointments. */
export function sulking(transport: Transport): Transport {
  let failures = 0
  const request: Transport['request'] = async (...question) => {
    if (failures > 20) throw new PexError('PEX_UNREACHABLE', 'the transport sulks')
    try {
      return await transport.request(...question)
    } catch (error) {
      failures++
      throw error
    }
  }
  return new Proxy(transport, {
    get: (target, name) => {
      const member: unknown = name === 'request' ? request : Reflect.get(target, name, target)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    }
  })
}
