/**
 * The machine of a UDP endpoint: datagrams of strangers, and packets of a peer that has proved who it is and says whatever it
 * likes. Nothing is thrown, a stranger's datagram is answered with less than it was, what is remembered is bounded.
 */
import { seeded } from '@pex/testkit'
import { DATA_HEAD_BYTES, writeDataHead, writeHello } from '../../../packages/transport-udp/src/datagram.ts'
import { ANSWER, QUESTION } from '../../../packages/transport-udp/src/frames.ts'
import { Field, ip4 } from '../../../packages/transport-udp/test/field.ts'
import { Stranger } from '../../../packages/transport-udp/test/stranger.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must } from '../kit/oracle.ts'
import { Tape } from '../kit/tape.ts'
import type { Target } from '../kit/target.ts'

const MOST_SESSIONS = 16

async function meet(): Promise<{ field: Field; target: Stranger['target']; peer: Stranger }> {
  const field = new Field(7)
  const target = await field.machine(ip4(0xc6120001).host)
  const peer = await Stranger.meet(field, ip4(0x0b000001), target)
  peer.connect()
  return { field, target, peer }
}

export const target: Target = () => ({
  seeds: [Uint8Array.from({ length: 120 }, (_, i) => (i * 43) % 256)],
  make: rng => randomBytes(rng, 60 + (rng() % 600)),
  maxBytes: 900,
  async check(input) {
    const tape = new Tape(input)
    const { field, target, peer } = await meet()
    const { endpoint } = target
    const rng = seeded(tape.byte())
    let isProved = false
    while (!tape.isOver) {
      const from = tape.below(4) === 0 ? peer.address : ip4(0x0b000010 + tape.below(4))
      const kind = tape.below(8)
      const isPeers = kind < 3
      const bytes = isPeers ? packet(tape, peer) : datagram(tape, peer, kind, rng)
      const held = endpoint.census
      endpoint.receive(field.now, isPeers ? peer.address : from, bytes)
      const outputs = endpoint.take()
      const said = outputs.reduce(
        (sum, output) => sum + (output.type === 'send' ? output.bytes.length : 0),
        0
      )
      isProved ||= endpoint.census.sessions > 0
      if (!isPeers && from !== peer.address) {
        must(said <= bytes.length, `${said} bytes answer ${bytes.length}`)
        must(endpoint.census.sessions === held.sessions, 'a stranger has got a session')
      }
      for (const output of outputs) {
        must(output.type !== 'question' || isPeers, 'a question of nobody')
        if (output.type === 'question' && tape.flag()) target.serve(output)
      }
      field.settle(target)
      const { sessions, peers, pending, incompleteBytes, timers } = endpoint.census
      must(sessions <= MOST_SESSIONS && peers <= MOST_SESSIONS, `${sessions} sessions of ${peers} peers`)
      must(
        pending <= 64 && incompleteBytes <= 2 ** 24 && timers < 1_000,
        `${pending} pending, ${timers} timers`
      )
      if (tape.below(8) === 0) field.run(tape.byte() * 100)
    }
    field.run(3_600_000)
    const { sessions, servings, incompleteBytes, pending } = endpoint.census
    must(
      sessions === 0 && incompleteBytes === 0 && pending === 0,
      `after an hour there are ${sessions} sessions`
    )
    must(servings <= MOST_SESSIONS * 64, `${servings} servings`)
    return isProved ? 'session' : 'strangers'
  }
})

/** What the peer says: frames by the book, or a text of any bytes, sealed as it should be. */
function packet(tape: Tape, peer: Stranger): Uint8Array {
  const kind = tape.below(6)
  if (kind === 0) return peer.raw(tape.take(tape.below(200)))
  return peer.packet(writer => {
    const bytes = tape.take(tape.below(100))
    const id = tape.below(4)
    if (kind === 1) writer.ping()
    else if (kind === 2) writer.cancel(id)
    else if (kind === 3)
      writer.ack({ type: 'ack', delayMs: tape.byte(), ranges: [{ first: 0, last: tape.byte() }] })
    else
      writer.fragment(
        tape.flag() ? QUESTION : ANSWER,
        id,
        bytes.length + (tape.below(4) === 0 ? tape.byte() * 100 : 0),
        tape.below(8) === 0 ? 1 : 0,
        bytes
      )
    if (tape.below(32) === 0) writer.close()
  })
}

/** What strangers say: mostly something that looks right at first sight. */
function datagram(tape: Tape, peer: Stranger, kind: number, rng: () => number): Uint8Array {
  const any = randomBytes(rng, 63 + tape.below(1_300))
  if (kind === 3) return any
  if (kind === 4)
    return writeHello(rng(), tape.flag() ? any.subarray(0, 16) : undefined, any.subarray(16, 48))
  if (kind === 5)
    return Buffer.concat([writeDataHead(tape.byte(), tape.byte()), any.subarray(DATA_HEAD_BYTES)])
  // What the peer might have said, damaged.
  const bytes = new Uint8Array(kind === 6 ? peer.hello() : peer.packet(writer => writer.ping()))
  bytes[tape.below(bytes.length)]! ^= 1 + tape.below(255)
  return bytes
}
