/** Packets of an MConnection. */
import { below } from '@pex/core'
import {
  decodePacket,
  MAX_CHANNEL,
  msgPacketBytes,
  PING,
  PONG,
  writeMsgPacket
} from '../../../packages/mconnection/src/packets.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

function packet(channel: number, eof: boolean, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(msgPacketBytes(channel, eof, data.length))
  writeMsgPacket(whole, 0, channel, eof, data)
  // Without its length in front.
  return whole.subarray(whole.findIndex(byte => byte < 0x80) + 1)
}

export const target: Target = () => ({
  seeds: [
    PING.subarray(1),
    PONG.subarray(1),
    packet(0, true, Uint8Array.of(1)),
    packet(255, false, new Uint8Array(200))
  ],
  make: rng => packet(below(rng, 256), below(rng, 2) === 0, randomBytes(rng, below(rng, 300))),
  check(input) {
    const decoded = twice(input, decodePacket)
    if (typeof decoded === 'string') return decoded
    if (decoded.kind !== 'msg') return decoded.kind
    const { channel, eof, data } = decoded
    must(channel >= 0 && channel <= MAX_CHANNEL && data.length <= input.length, 'out of range')
    mustEqual(decodePacket(packet(channel, eof, data)), decoded, 'written and read again')
    return eof ? 'end' : 'part'
  }
})
