/** The way in of an MConnection: messages of two channels in parts, in any chunks; none gets bytes of another's. */
import { below } from '@pex/core'
import type { SeededRng } from '@pex/testkit'
import {
  decodePacket,
  maxPacketBytes,
  msgPacketBytes,
  PING,
  PONG,
  writeMsgPacket
} from '../../../packages/mconnection/src/packets.ts'
import { Inlet } from '../../../packages/mconnection/src/inlet.ts'
import { Parser } from '../../../packages/mconnection/src/parser.ts'
import { must, mustEqual } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const MAX_PAYLOAD = 64
const channels = new Map([
  [1, 300],
  [0x20, 40]
])

function streamOf(rng: SeededRng): Uint8Array {
  const parts: Uint8Array[] = []
  for (let i = 1 + below(rng, 8); i > 0; i--) {
    const kind = below(rng, 12)
    if (kind === 0) parts.push(PING)
    else if (kind === 1) parts.push(PONG)
    else {
      const channel = kind < 7 ? 1 : kind < 11 ? 0x20 : below(rng, 256)
      // A part's bytes say whose they are.
      const data = new Uint8Array(below(rng, MAX_PAYLOAD + 1)).fill(channel)
      const eof = below(rng, 2) === 0
      const packet = new Uint8Array(msgPacketBytes(channel, eof, data.length))
      writeMsgPacket(packet, 0, channel, eof, data)
      parts.push(packet)
    }
  }
  return Uint8Array.from(parts.flatMap(part => [...part]))
}

/** What the receiver's loop does with packets, without its clock and its rate. */
function receive(input: Uint8Array, size: number): { said: string[]; fault: string | undefined } {
  const parser = new Parser(maxPacketBytes(MAX_PAYLOAD))
  const inlets = new Map([...channels].map(([id, most]) => [id, new Inlet(most)]))
  const said: string[] = []
  for (let at = 0; at < input.length; at += size) {
    for (const bytes of parser.push(input.subarray(at, at + size))) {
      const packet = decodePacket(bytes)
      if (typeof packet === 'string') return { said, fault: packet }
      if (packet.kind !== 'msg') said.push(packet.kind)
      else {
        const inlet = inlets.get(packet.channel)
        if (inlet === undefined) return { said, fault: 'unknown-channel' }
        const message = inlet.take(packet.data, packet.eof)
        if (typeof message === 'string') return { said, fault: message }
        if (message === undefined) continue
        must(message.length <= channels.get(packet.channel)!, 'a message is longer than its channel allows')
        must(message.buffer !== input.buffer, 'a message is a window on the stream')
        said.push(`${packet.channel} ${Buffer.from(message).toString('hex')}`)
      }
    }
    if (parser.fault !== undefined) return { said, fault: parser.fault }
  }
  return { said, fault: undefined }
}

export const target: Target = () => ({
  seeds: [PING, PONG],
  make: streamOf,
  maxBytes: 2_000,
  check(input) {
    const whole = receive(input, input.length + 1)
    mustEqual(receive(input, 1 + ((input[0] ?? 0) % 50)), whole, 'in other chunks')
    return whole.fault ?? (whole.said.length > 0 ? 'taken' : 'nothing')
  }
})
