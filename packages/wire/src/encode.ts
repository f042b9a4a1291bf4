/** From messages to bytes: each is measured first, and written once. */
import { codeOf } from '@pex/core'
import type { Message, RejectionReason } from '@pex/core'
import { averagesLength, writeAverages } from './averages.ts'
import { listLength, recordLength, sizeOf, writeList, writeRecord } from './descriptors.ts'
import { ACK, ASK, PICKING_REPLY, PING, PONG, REFUSAL, REPLY, SETTLE, SETTLING_ASK } from './kinds.ts'
import { picksLength, writePicks } from './picks.ts'
import { Writer } from './writer.ts'

const KIND_BYTES = 1
const EXCHANGE_BYTES = 4

/** Encodes a question or an answer, with the short form of every envelope that has one. */
export function encodeMessage(message: Message): Uint8Array {
  switch (message.type) {
    case 'ask': {
      const { exchange, settles, descriptors, averages } = message
      const sizes = descriptors.map(({ record }) => sizeOf(record))
      const length = listLength(descriptors, sizes) + averagesLength(averages)
      const writer = new Writer(KIND_BYTES + EXCHANGE_BYTES + length)
      writer.byte(settles ? SETTLING_ASK : ASK)
      writer.uint32(exchange)
      writeList(descriptors, sizes, writer)
      writeAverages(averages, writer)
      return writer.bytes
    }
    case 'reply': {
      const { descriptors, picks, averages } = message
      const sizes = descriptors.map(({ record }) => sizeOf(record))
      const length = listLength(descriptors, sizes) + averagesLength(averages)
      const writer = new Writer(KIND_BYTES + length + (picks === undefined ? 0 : picksLength(picks)))
      writer.byte(picks === undefined ? REPLY : PICKING_REPLY)
      writeList(descriptors, sizes, writer)
      writeAverages(averages, writer)
      if (picks !== undefined) writePicks(picks, writer)
      return writer.bytes
    }
    case 'settle': {
      const writer = new Writer(KIND_BYTES + EXCHANGE_BYTES + picksLength(message.picks))
      writer.byte(SETTLE)
      writer.uint32(message.exchange)
      writePicks(message.picks, writer)
      return writer.bytes
    }
    case 'ack':
      return Uint8Array.of(ACK)
    case 'ping':
      return Uint8Array.of(PING)
    case 'pong': {
      const size = sizeOf(message.own.record)
      const writer = new Writer(KIND_BYTES + recordLength(size))
      writer.byte(PONG)
      writeRecord(message.own.record, size, writer)
      return writer.bytes
    }
  }
}

/** Encodes a refusal. */
export function encodeRefusal(reason: RejectionReason): Uint8Array {
  return Uint8Array.of(REFUSAL, codeOf(reason))
}
