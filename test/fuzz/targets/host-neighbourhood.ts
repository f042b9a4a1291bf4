/** The neighbourhood against any history: never more neighbours than its limits, never itself, always a next time. */
import { Neighbourhood } from '../../../packages/host/src/neighbourhood/neighbourhood.ts'
import type { Input, Output } from '../../../packages/host/src/neighbourhood/events.ts'
import { neighbourLimits } from '../../../packages/host/src/neighbourhood/limits.ts'
import { must } from '../kit/oracle.ts'
import { randomBytes } from '../kit/inputs.ts'
import { Tape } from '../kit/tape.ts'
import type { Target } from '../kit/target.ts'

const ids = ['self', ...Array.from({ length: 12 }, (_, i) => `p${i}`)]
const places = ['/memory/1', '/ip4/8.8.8.8/tcp/1', '/ip4/8.8.4.4/tcp/1', '/ip4/1.1.1.1/tcp/1', 'no address']

function inputOf(tape: Tape): Input {
  const id = tape.pick(ids)
  const contact = { id, addresses: [tape.pick(places)] }
  const terms = { agent: 'a/1.0.0', skewMs: tape.byte() - 128, rttMs: tape.flag() ? tape.byte() : undefined }
  switch (tape.below(9)) {
    case 0:
      return {
        type: 'candidates',
        contacts: Array.from({ length: tape.below(6) }, () => ({
          id: tape.pick(ids),
          addresses: [tape.pick(places)]
        }))
      }
    case 1:
      return { type: 'welcome', id, contact, terms }
    case 2:
      return { type: tape.pick(['declined', 'unanswered', 'postponed']), id }
    case 3:
    case 4:
      return { type: 'greeting', id, contact, terms }
    case 5:
      return { type: tape.pick(['alive', 'broken']), id }
    case 6:
      return { type: tape.pick(['farewell', 'dismiss']), id }
    case 7:
      return tape.below(16) === 0 ? { type: 'stop' } : { type: 'wake' }
    default:
      return { type: 'wake' }
  }
}

export const target: Target = () => ({
  seeds: [Uint8Array.from({ length: 80 }, (_, i) => (i * 29) % 256)],
  make: rng => randomBytes(rng, 20 + (rng() % 300)),
  maxBytes: 500,
  check(input) {
    const tape = new Tape(input)
    const limits = {
      ...neighbourLimits,
      outbound: tape.below(4),
      inbound: tape.below(5),
      inboundOfGroup: 1 + tape.below(3)
    }
    const machine = new Neighbourhood('self', limits)
    const known = new Set<string>()
    let [now, wakeAt, most, isStopped] = [1_000_000, 0, 0, false]
    while (!tape.isOver) {
      const event = inputOf(tape)
      isStopped ||= event.type === 'stop'
      const outputs = machine.handle(now, event)
      follow(outputs, event, known, isStopped)
      const wake = outputs.findLast(output => output.type === 'wake')
      must(isStopped || (wake !== undefined && Number.isFinite(wake.at)), 'it does not say when to be woken')
      wakeAt = wake?.at ?? now
      const { neighbours } = machine
      must(
        neighbours.length === known.size && neighbours.every(({ id }) => known.has(id)),
        'the events do not tell of the neighbours'
      )
      must(
        machine.count('outbound') <= limits.outbound && machine.count('inbound') <= limits.inbound,
        'too many neighbours'
      )
      must(machine.get('self') === undefined, 'it is its own neighbour')
      must(!isStopped || neighbours.length === 0, 'it has neighbours after its end')
      most = Math.max(most, neighbours.length)
      // Clocks may be set back.
      if (tape.below(4) === 0) now = Math.max(now, wakeAt)
      else now += (tape.below(16) - 1) * 1_000
    }
    return isStopped ? 'stopped' : most > 0 ? 'neighbours' : 'alone'
  }
})

function follow(outputs: readonly Output[], event: Input, known: Set<string>, isStopped: boolean): void {
  const answers = outputs.filter(({ type }) => type === 'answer').length
  must(answers === (event.type === 'greeting' ? 1 : 0), `there are ${answers} answers`)
  for (const output of outputs) {
    if (output.type === 'added') {
      must(!known.has(output.neighbour.id) && !isStopped, 'somebody is added twice, or after the end')
      known.add(output.neighbour.id)
    }
    if (output.type === 'removed')
      must(known.delete(output.neighbour.id), 'somebody leaves who was not there')
    if (output.type === 'greet') must(output.to.id !== 'self' && output.deadlineMs > 0, 'it greets itself')
    if (output.type === 'search') must(output.count > 0, 'it looks for nobody')
  }
}
