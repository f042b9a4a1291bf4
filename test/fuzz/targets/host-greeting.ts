/** What two hosts say first, and what answers it. */
import { below, limits } from '@pex/core'
import {
  decodeGreeting,
  decodeReception,
  encodeGreeting,
  encodeReception,
  isFarewell
} from '../../../packages/host/src/greeting.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const printable = /^[ -~]*$/

export const target: Target = () => ({
  seeds: [encodeReception({ status: 'welcome', time: 8.64e15, agent: '' }), Uint8Array.of(2)],
  make: rng => {
    const [time, agent] = [below(rng, 2 ** 32 - 1) * 1_000, 'agent/1.2.3'.slice(below(rng, 12))]
    if (below(rng, 3) === 0) return encodeReception({ status: 'too-soon', time, agent })
    return encodeGreeting({
      network: 'net'.repeat(below(rng, 40)),
      agent,
      time,
      envelope: randomBytes(rng, below(rng, 120))
    })
  },
  check(input) {
    const greeting = twice(input, decodeGreeting)
    const reception = twice(input, decodeReception)
    if (greeting !== undefined) {
      must(printable.test(greeting.network + greeting.agent), 'a name plays tricks')
      must(greeting.envelope.length <= limits.maxRecordBytes, 'the envelope is too long')
      mustEqual(encodeGreeting(greeting), input, 'the greeting written again')
    }
    if (reception !== undefined) {
      must(printable.test(reception.agent), 'a name plays tricks')
      mustEqual(encodeReception(reception), input, 'the answer written again')
    }
    must(!isFarewell(input) || (greeting ?? reception) === undefined, 'a goodbye is a greeting')
    if (isFarewell(input)) return 'farewell'
    return greeting !== undefined ? 'greeting' : reception !== undefined ? reception.status : 'neither'
  }
})
