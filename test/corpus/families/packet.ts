/** The stream of an MConnection's packets, with one channel of 40 bytes. */
import { delimited } from '@pex/mconnection/protobuf'
import { Inlet } from '../../../packages/mconnection/src/inlet.ts'
import {
  decodePacket,
  maxPacketBytes,
  msgPacketBytes,
  PING,
  writeMsgPacket
} from '../../../packages/mconnection/src/packets.ts'
import { Parser } from '../../../packages/mconnection/src/parser.ts'
import { bytes, extremes, varint } from '../family.ts'
import type { Family, Part } from '../family.ts'

const CHANNEL = 1
const MAX_PAYLOAD = 64
const MAX_MESSAGE = 40

function part(channel: number, eof: boolean, length: number): Uint8Array {
  const whole = new Uint8Array(msgPacketBytes(channel, eof, length))
  writeMsgPacket(whole, 0, channel, eof, new Uint8Array(length).fill(channel))
  return whole
}
const packet = (...parts: readonly Part[]): Uint8Array => delimited(bytes(...parts))
const msg = (...parts: readonly Part[]): Uint8Array => {
  const inner = bytes(...parts)
  return packet(0x1a, inner.length, inner)
}

export const family: Family = {
  judge(input) {
    const parser = new Parser(maxPacketBytes(MAX_PAYLOAD))
    const inlet = new Inlet(MAX_MESSAGE)
    for (const one of parser.push(input)) {
      const read = decodePacket(one)
      if (typeof read === 'string') return read
      if (read.kind !== 'msg') continue
      if (read.channel !== CHANNEL) return 'unknown-channel'
      if (inlet.take(read.data, read.eof) === 'message-oversize') return 'message-oversize'
    }
    return parser.fault ?? (parser.isPartial ? 'truncated' : 'accepted')
  },
  faults: {
    'unknown-packet--empty': packet(),
    'unknown-packet--field-4': packet(0x22, 0),
    'unknown-packet--field-2-to-28': packet(varint(2 ** 31 + 2), 0),
    'malformed--text': packet('GET / HTTP'),
    'malformed--a-varint': packet(8, 1),
    'malformed--a-group': packet(0x0b, 0x0c),
    'malformed--field-0': packet(2, 0),
    'malformed--kind-7': packet(0x0f),
    'malformed--ping-with-a-cut-field': packet(10, 2, 8, 0x80),
    'malformed--data-are-a-varint': msg(8, 1, 0x18, 5),
    'malformed--channel-is-bytes': msg(10, 1, 5),
    'malformed--length-beyond-the-end': packet(0x1a, 5, 8, 1),
    'malformed--varint-of-eleven-bytes': msg(8, varint(1, 11)),
    'malformed--varint-above-2-to-64': msg(8, new Uint8Array(9).fill(255), 2),
    ...Object.fromEntries(
      extremes.map(([name, value]) => [`malformed--length-${name}`, packet(0x1a, varint(value))])
    ),
    'unknown-channel--2': part(2, true, 3),
    'unknown-channel--255': part(255, true, 3),
    'unknown-channel--256': msg(8, varint(256), 0x10, 1),
    'unknown-channel--0-left-out': msg(0x10, 1),
    'unknown-channel--below-nought': msg(8, varint(2n ** 64n - 1n), 0x10, 1),
    'message-oversize--in-one-part': part(CHANNEL, true, MAX_MESSAGE + 1),
    'message-oversize--in-two-parts': bytes(part(CHANNEL, false, MAX_MESSAGE), part(CHANNEL, true, 1)),
    'message-oversize--never-ends': bytes(...Array.from({ length: 9 }, () => part(CHANNEL, false, 5))),
    'oversize--one-byte-more': varint(maxPacketBytes(MAX_PAYLOAD) + 1),
    'oversize--a-part-that-is-too-long': part(CHANNEL, true, MAX_PAYLOAD + 10),
    ...Object.fromEntries(extremes.map(([name, value]) => [`oversize--${name}`, varint(value)])),
    'bad-varint--eleven-bytes': bytes(varint(3, 11), 10, 0, 0),
    'bad-varint--never-ends': new Uint8Array(30).fill(0x80),
    'truncated--length-without-packet': bytes(PING, 5),
    'truncated--within-a-packet': part(CHANNEL, true, 10).slice(0, -1),
    'truncated--within-a-length': bytes(PING, 0x80)
  }
}
