/** The broadcast machine against any history of frames, verdicts, neighbours and clocks: what it remembers stays bounded. */
import { BroadcastMachine } from '@pex/broadcast'
import type { Frame, Message, Output } from '@pex/broadcast'
import { seeded } from '@pex/testkit'
import { bounds } from '../../../packages/broadcast/src/bounds.ts'
import { encode } from '../../../packages/broadcast/src/codec.ts'
import { idOf } from '../../../packages/broadcast/src/identity.ts'
import { must } from '../kit/oracle.ts'
import { randomBytes } from '../kit/inputs.ts'
import { Tape } from '../kit/tape.ts'
import type { Target } from '../kit/target.ts'

const T0 = 1_000_000

/** Few messages, so that many come twice. */
const messages = Array.from({ length: 24 }, (_, i): Message => ({
  protocol: ['chat', 'news', 'unheard'][i % 3]!,
  publishedAt: T0 + [0, 1_000, 200_000, -200_000][i % 4]!,
  nonce: '0123456789abcdef',
  payload: Uint8Array.of(i)
}))
const ids = messages.map(idOf)

export const target: Target = () => ({
  seeds: [Uint8Array.from({ length: 100 }, (_, i) => (i * 53) % 256)],
  make: rng => randomBytes(rng, 20 + (rng() % 300)),
  maxBytes: 500,
  check(input) {
    const tape = new Tape(input)
    const machine = new BroadcastMachine({
      rng: seeded(tape.byte()),
      mode: tape.below(8) === 0 ? 'flood' : 'tree'
    })
    machine.register('chat', 'mid')
    machine.register('news', 'high')
    const judged = new Set<string>()
    const waiting: string[] = []
    let [now, wakeAt, sent] = [T0, Infinity, 0]
    for (let steps = 0; !tape.isOver; steps++) {
      const outputs = handle(machine, tape, now, waiting)
      for (const output of outputs) {
        if (output.type === 'validate') {
          must(!judged.has(output.id), 'one message is to be judged twice')
          judged.add(output.id)
          waiting.push(output.id)
        }
        if (output.type === 'wake') wakeAt = output.at
        if (output.type === 'send') {
          sent++
          must(
            machine.isNeighbour(output.to) || output.frame.kind === 'prune',
            'something is sent to a stranger'
          )
          encode([output.frame])
        }
      }
      check(machine)
      must(steps < 1_000, 'the tape has no end')
      if (tape.below(6) === 0 && wakeAt < Infinity) now = Math.max(now, wakeAt)
      else now += tape.below(4) * 200
    }
    return sent > 0 ? 'sent' : judged.size > 0 ? 'judged' : 'quiet'
  }
})

function handle(machine: BroadcastMachine, tape: Tape, now: number, waiting: string[]): readonly Output[] {
  const peer = `n${tape.below(8)}`
  switch (tape.below(10)) {
    case 0:
      return machine.handle(now, {
        type: 'neighbours',
        ids: Array.from({ length: tape.below(8) }, (_, i) => `n${(i * 3) % 8}`)
      })
    case 1:
      return machine.handle(now, {
        type: 'published',
        message: { protocol: 'chat', payload: Uint8Array.of(tape.byte()) }
      })
    case 2: {
      const id =
        waiting.length > 0 && tape.below(8) > 0
          ? waiting.splice(tape.below(waiting.length), 1)[0]!
          : tape.pick(ids)
      return machine.handle(now, {
        type: 'judged',
        id,
        verdict: tape.pick(['valid', 'valid', 'invalid', 'ignore'])
      })
    }
    case 3:
      return machine.handle(now, { type: tape.pick(['unreachable', 'unsupported']), id: peer })
    case 4:
      return machine.handle(now, { type: 'deferred', to: peer, id: tape.pick(ids) })
    case 5:
      return machine.handle(now, { type: 'wake' })
    default:
      return machine.handle(now, {
        type: 'received',
        from: peer,
        frames: Array.from({ length: 1 + tape.below(3) }, () => frame(tape))
      })
  }
}

function frame(tape: Tape): Frame {
  const hop = tape.pick([1, 2, 5, 255])
  switch (tape.below(4)) {
    case 0:
      return {
        kind: 'announce',
        announced: Array.from({ length: tape.below(5) }, () => ({ id: tape.pick(ids), hop }))
      }
    case 1:
      return { kind: 'graft', ids: Array.from({ length: tape.below(4) }, () => tape.pick(ids)) }
    case 2:
      return { kind: 'prune' }
    default: {
      const which = tape.below(messages.length)
      return { kind: 'data', id: ids[which]!, hop, message: messages[which]! }
    }
  }
}

function check(machine: BroadcastMachine): void {
  const { neighbours, eager, seen, held, heldBytes, missing, pending } = machine.census
  must(
    neighbours <= bounds.neighbours && eager <= neighbours,
    `${neighbours} neighbours, ${eager} of them eager`
  )
  must(
    seen <= 2 * bounds.seen && held <= bounds.held && heldBytes <= bounds.heldBytes,
    'too much is remembered'
  )
  must(missing <= neighbours * bounds.missingPerPeer, `${missing} messages are missing`)
  must(pending <= bounds.pending, `${pending} messages wait`)
  for (const [name, count] of Object.entries(machine.counts.totals)) must(count >= 0, `${name} is ${count}`)
}
