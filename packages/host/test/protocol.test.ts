/** The section of docs/PROTOCOL.md is right: its example is what is sent and understood, its numbers are those of the code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  decodeGreeting,
  decodeReception,
  encodeGreeting,
  encodeReception,
  farewell,
  statuses
} from '../src/greeting.ts'
import { neighbourLimits } from '../src/neighbourhood/limits.ts'
import { ClockCheck } from '../src/skew.ts'

const whole = readFileSync(join(import.meta.dirname, '../../../docs/PROTOCOL.md'), 'utf8')
const text = /\n## Neighbours\n(.*?)(?=\n## |$)/s.exec(whole)![1]!
const examples = [...text.matchAll(/```hex\n(.*?)```/gs)].map(([, block]) =>
  Uint8Array.from(Buffer.from(block!.replaceAll(/^([0-9a-f]+).*\n/gm, '$1'), 'hex'))
)

describe('the description of greetings', () => {
  it('has examples that are what is sent and understood', () => {
    const [greeting, reception] = examples as [Uint8Array, Uint8Array]
    const time = 1_700_000_000_000
    for (const envelope of [new Uint8Array(), new Uint8Array(200).fill(7)]) {
      const said = { network: 'my-app', agent: 'my-app/1.2.3', time, envelope }
      const body = Uint8Array.of(...greeting, ...envelope)
      expect(encodeGreeting(said)).toEqual(body)
      expect(decodeGreeting(body)).toEqual(said)
    }
    const answer = { status: 'welcome', time: time + 250, agent: 'my-app/1.3.0' } as const
    expect(encodeReception(answer)).toEqual(reception)
    expect(decodeReception(reception)).toEqual(answer)
    expect(farewell).toEqual(Uint8Array.of(2))
  })

  it('lists the statuses in the order of their numbers, and limits as they are', () => {
    const listed = /The statuses, by number from 0: (.*?)\./s.exec(text)![1]!
    expect([...listed.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name)).toEqual([...statuses])
    expect(neighbourLimits).toMatchObject({
      inbound: 59,
      inboundOfGroup: 16,
      heartbeatMs: 10_000,
      misses: 2,
      avoidMs: 60_000
    })
    expect(new ClockCheck().mostMs).toBe(600_000)
  })
})
