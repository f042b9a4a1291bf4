/**
 * One datagram for each fault, in a scene that is the same every time, so that even those in sealed packets can be kept as
 * files: `node --conditions=@pex/source packages/transport-udp/test/faults.ts --write` writes test/corpus anew.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../src/address.ts'
import { udpLimits } from '../src/constants.ts'
import {
  DATA_HEAD_BYTES,
  FINISH_BYTES,
  RESPONSE_BYTES,
  writeChallenge,
  writeDataHead,
  writeFinish,
  writeHello,
  writeResponse
} from '../src/datagram.ts'
import { ANSWER, QUESTION } from '../src/frames.ts'
import { Field, identityOf, ip4 } from './field.ts'
import type { Machine } from './field.ts'
import { seededBytes } from './net.ts'
import { Stranger } from './stranger.ts'

export const corpus: string = join(import.meta.dirname, 'corpus')
const NETWORK_KEY = new Uint8Array(32).fill(7)
const SILENT = ip4(0x0b000009)

export interface Scene {
  readonly field: Field
  /** Has a session with `peer`, a handshake half open with `half`, and calls `SILENT`. */
  readonly target: Machine
  /** Wants a network key. */
  readonly closed: Machine
  readonly peer: Stranger
  readonly half: Stranger
  readonly liar: Stranger
  readonly twin: Stranger
  /** The number by which the target calls. */
  readonly dialIndex: number
  readonly dialKey: Uint8Array
  /** A packet that the target has had already. */
  readonly old: Uint8Array
}

export async function scene(): Promise<Scene> {
  const field = new Field(13)
  const target = await field.machine(ip4(0xc6120001).host)
  const closed = await field.machine(ip4(0xc6120002).host, { networkKey: NETWORK_KEY })
  const peer = await Stranger.meet(field, ip4(0x0b000001), target)
  const half = await Stranger.meet(field, ip4(0x0b000002), target)
  const liar = await Stranger.meet(field, ip4(0x0b000003), target)
  const self = await identityOf(field.rng.fork(target.address.host))
  const twin = new Stranger(field, ip4(0x0b000004), target, field.rng.fork('twin'), self, undefined)
  for (const stranger of [peer, half, liar, twin]) stranger.connect()
  const old = peer.packet(writer => writer.ping())
  field.send(peer.address, target.address, old)
  field.run(100)
  let hello: Uint8Array = new Uint8Array()
  field.listen(SILENT, (_from, bytes) => (hello = bytes))
  field.ask(target, { addresses: [SILENT] }, new Uint8Array(1))
  field.run(20)
  const dialIndex = Buffer.from(hello).readUInt32BE(4)
  return { field, target, closed, peer, half, liar, twin, dialIndex, dialKey: hello.subarray(24, 56), old }
}

export interface Fault {
  readonly bytes: Uint8Array
  readonly from: Address
  readonly to: Machine
}

/** Every fault by its file's name, which begins with the reason. */
export function faults({
  target,
  closed,
  peer,
  half,
  liar,
  twin,
  dialIndex,
  dialKey,
  old,
  field
}: Scene): Map<string, Fault> {
  const all = new Map<string, Fault>()
  const bytes = seededBytes(field.rng.fork('faults'))
  const put = (
    name: string,
    datagram: Uint8Array,
    from: Address = peer.address,
    to: Machine = target
  ): void => void all.set(name, { bytes: datagram, from, to })
  const changed = (datagram: Uint8Array, at: number, value?: number): Uint8Array => {
    const copy = new Uint8Array(datagram)
    copy[at] = value ?? copy[at]! ^ 1
    return copy
  }
  const data = (length: number): Uint8Array =>
    Buffer.concat([writeDataHead(1, 0), bytes(length - DATA_HEAD_BYTES)])
  const hello = writeHello(1, undefined, bytes(32))
  const challenge = writeChallenge(dialIndex, dialKey, bytes(16))
  const response = writeResponse(dialIndex, 1, bytes(RESPONSE_BYTES - 12))

  for (const length of [0, 1, 62]) put(`too-short.${length}`, bytes(length))
  for (const length of [1_281, 65_507]) put(`too-long.${length}`, changed(new Uint8Array(length), 0, 5))
  put('unknown-session.63', data(63))
  put('unknown-session.1280', data(1_280))
  for (const kind of [0, 6, 255]) put(`unknown-type.${kind}`, changed(data(100), 0, kind))
  for (const at of [1, 2, 3]) put(`bad-reserved.${at}`, changed(hello, at))
  put('bad-length.hello-short', hello.subarray(0, 255))
  put('bad-length.hello-long', Buffer.concat([hello, bytes(1)]))
  put('bad-length.challenge', Buffer.concat([challenge, bytes(1)]))
  put('bad-length.response', response.subarray(0, RESPONSE_BYTES - 1))
  put('bad-length.finish', changed(new Uint8Array(FINISH_BYTES - 1), 0, 4))
  put('bad-length.finish-and-little', changed(new Uint8Array(FINISH_BYTES + 62), 0, 4))
  put('bad-padding.hello', changed(hello, 255))
  put('bad-padding.challenge', changed(challenge, 63))
  put('wrong-network-key.none', hello, peer.address, closed)
  put('bad-cookie.unknown', writeHello(1, bytes(16), bytes(32)))
  put('unknown-handshake.challenge', writeChallenge(dialIndex ^ 1, dialKey, bytes(16)), SILENT)
  put('unknown-handshake.echo', writeChallenge(dialIndex, bytes(32), bytes(16)), SILENT)
  put('unknown-handshake.response', writeResponse(dialIndex ^ 1, 1, bytes(RESPONSE_BYTES - 12)), SILENT)
  put('unknown-handshake.finish', writeFinish(1, bytes(FINISH_BYTES - 8)))
  put('wrong-address.challenge', challenge)
  put('wrong-address.response', response)
  put('wrong-address.finish', half.finish!, peer.address)
  put('bad-handshake.response', response, SILENT)
  put('bad-handshake.finish', changed(half.finish!, 100), half.address)
  put('bad-handshake.small-order', smallOrder(target, peer.address, field.now))
  put('bad-identity.signature', liar.finishWith(changed(liar.identity.proof, 95)), liar.address)
  put('from-self.finish', twin.finish!, twin.address)
  put(
    'bad-counter.beyond',
    changed(
      peer.packet(writer => writer.ping()),
      8,
      1
    )
  )
  put('replayed.ping', old)
  put(
    'bad-ciphertext.text',
    changed(
      peer.packet(writer => writer.ping()),
      20
    )
  )
  put(
    'bad-ciphertext.tag',
    changed(
      peer.packet(writer => writer.ping()),
      62
    )
  )
  put('unknown-type.behind-finish', Buffer.concat([half.finish!, new Uint8Array(63)]), half.address)
  for (const [name, text] of Object.entries(badTexts())) put(name, peer.raw(text))
  put(
    'bad-fragment.other-total',
    peer.packet(writer => {
      writer.fragment(QUESTION, 1, 1_008, 1, bytes(8))
      writer.fragment(QUESTION, 1, 1_009, 1, bytes(9))
    })
  )
  put(
    'bad-protocol.cut',
    peer.packet(writer => writer.fragment(QUESTION, 1, 3, 0, Uint8Array.of(9, 65, 65)))
  )
  put(
    'bad-protocol.empty',
    peer.packet(writer => writer.fragment(QUESTION, 1, 0, 0, new Uint8Array()))
  )
  put(
    'bad-protocol.utf8',
    peer.packet(writer => writer.fragment(QUESTION, 1, 2, 0, Uint8Array.of(1, 0xff)))
  )
  put(
    'unknown-request.answer',
    peer.packet(writer => writer.fragment(ANSWER, 99, 1, 0, Uint8Array.of(0)))
  )
  put(
    'too-many-requests.bytes',
    peer.packet(writer => {
      for (let id = 1; id <= 5; id++) writer.fragment(QUESTION, id, 66_020, 66, bytes(20))
    })
  )
  return all
}

/** Texts that are no frames. */
function badTexts(): Record<string, Uint8Array> {
  const u32 = (value: number): number[] => [
    value >>> 24,
    (value >>> 16) & 255,
    (value >>> 8) & 255,
    value & 255
  ]
  const filled = (...head: number[]): Uint8Array => Uint8Array.from({ length: 40 }, (_, i) => head[i] ?? 0)
  const whole = (...head: number[]): Uint8Array =>
    Uint8Array.from([...Array.from({ length: 31 }, () => 5), ...head])
  return {
    'bad-frame.unknown': filled(9),
    'bad-frame.padding': Uint8Array.from([...filled(0), 1]),
    'bad-frame.cut-question': whole(2, ...u32(1), ...u32(500), 0, 0, 1, 2, 3),
    'bad-frame.cut-head': whole(2, 0, 0),
    'bad-frame.cut-token': whole(6, 1, 2, 3),
    'bad-frame.total-2-31': filled(2, ...u32(1), ...u32(0x7fff_ffff), 0, 0),
    'bad-frame.total-2-32': filled(3, ...u32(1), ...u32(0xffff_ffff), 255, 255),
    'bad-frame.total-one-more': filled(2, ...u32(1), ...u32(udpLimits.maxPayloadBytes + 1), 0, 66),
    'bad-frame.index-behind': filled(2, ...u32(1), ...u32(10), 0, 1),
    'bad-frame.ack-of-nothing': filled(1, ...u32(0), 0, 0, 0),
    'bad-frame.ack-of-the-unsent': filled(1, ...u32(1_000_000), 0, 0, 1, 0, 0),
    'bad-frame.ack-below-nought': filled(1, ...u32(0), 0, 0, 1, 0, 1),
    'bad-frame.ack-without-gap': filled(1, ...u32(9), 0, 0, 2, 0, 0, 0, 0, 0, 0),
    'bad-frame.ack-of-17-ranges': filled(1, ...u32(900), 0, 0, 17),
    'bad-frame.cut-ack': whole(1, ...u32(0), 0, 0, 3, 0, 0)
  }
}

/** A hello whose key is a point of small order, with a cookie that is right. */
function smallOrder(target: Machine, from: Address, now: number): Uint8Array {
  const point = new Uint8Array(32)
  target.endpoint.receive(now, from, writeHello(1, undefined, point))
  const [challenge] = target.endpoint.take()
  return writeHello(1, challenge?.type === 'send' ? challenge.bytes.subarray(24, 40) : undefined, point)
}

if (process.argv.includes('--write')) {
  rmSync(corpus, { recursive: true, force: true })
  mkdirSync(corpus)
  for (const [name, { bytes }] of faults(await scene())) writeFileSync(join(corpus, `${name}.bin`), bytes)
}
