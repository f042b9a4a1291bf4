/** What hosts say first: there is one reason, for a greeting is answered or not. */
import { limits } from '@pex/core'
import { decodeGreeting, encodeGreeting } from '../../../packages/host/src/greeting.ts'
import { bytes, changed, cuts } from '../family.ts'
import type { Family } from '../family.ts'

const whole = encodeGreeting({
  network: 'net',
  agent: 'a/1.0.0',
  time: 1_700_000_000_000,
  envelope: new Uint8Array(4)
})
const said = (network: string, agent: string): Uint8Array =>
  encodeGreeting({ network, agent, time: 0, envelope: bytes() })

export const family: Family = {
  judge: input => (decodeGreeting(input) === undefined ? 'bad-greeting' : 'accepted'),
  faults: {
    ...cuts('bad-greeting', 'whole', whole.slice(0, whole.length - 4)),
    'bad-greeting--kind-0': changed(whole, 0, 0),
    'bad-greeting--kind-3': changed(whole, 0, 3),
    'bad-greeting--a-time-that-is-no-date': changed(whole, 1, 255, 255, 255, 255, 255, 255, 255, 255),
    'bad-greeting--a-time-of-2-to-53': changed(whole, 1, 0, 32, 0, 0, 0, 0, 0, 1),
    'bad-greeting--network-with-an-escape': said('net\u001b[2J', 'a/1.0.0'),
    'bad-greeting--network-not-ascii': said('nét', 'a/1.0.0'),
    'bad-greeting--agent-with-a-newline': said('net', 'a/1.0.0\n'),
    'bad-greeting--network-longer-than-the-rest': changed(whole, 9, 255),
    'bad-greeting--envelope-too-long': bytes(whole, new Uint8Array(limits.maxRecordBytes))
  }
}
