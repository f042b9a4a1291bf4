/** What a namespace finds in its store: entries with any ages and hops, and a machine that goes on from them. */
import { gossip, limits, Namespace } from '@pex/core'
import type { PeerRecord } from '@pex/core'
import { seeded } from '@pex/testkit'
import { decodeRemembered, encodeRemembered } from '../../../packages/service/src/remembered.ts'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const ENTRY_BYTES = 9

function recordOf(id: string, envelope: Uint8Array = new Uint8Array(2)): PeerRecord {
  return { id, seq: 1n, addresses: ['/memory/1'], envelope }
}

const entry = (place: 'view' | 'recovery', hop: number, age: number, id: number): Uint8Array =>
  encodeRemembered({ record: recordOf('', Uint8Array.of(0, id)), hop, age, place })

export const target: Target = () => ({
  seeds: [
    entry('view', 1, 0, 1),
    entry('recovery', limits.maxHop, 2 ** 32 - 1, 2),
    Uint8Array.from(
      [entry('view', 3, 7, 1), entry('view', 2, 2 ** 31, 2), entry('recovery', 1, 9, 3)].flatMap(one => [
        ...one
      ])
    )
  ],
  maxBytes: 90 * ENTRY_BYTES,
  check(input) {
    twice(input, decodeRemembered)
    const entries = []
    for (let at = 0; at < input.length; at += ENTRY_BYTES) {
      const bytes = input.subarray(at, at + ENTRY_BYTES)
      const read = decodeRemembered(bytes)
      if (read === undefined) continue
      const { envelope, ...rest } = read
      const record = recordOf(`p${envelope.at(-1)}`, envelope)
      mustEqual(encodeRemembered({ ...rest, record }), bytes, 'written again')
      entries.push({ ...rest, record })
    }
    const machine = new Namespace({
      own: recordOf('self'),
      gossip: gossip({ viewSize: 16 }),
      rng: seeded(1),
      remembered: entries
    })
    for (let now = 0; now < 3; now++) {
      must(Number.isSafeInteger(machine.round) && machine.round >= 0, `the round is ${machine.round}`)
      must(
        machine.view.size <= 16 && machine.recovery.length <= limits.recoverySize,
        'too much is remembered'
      )
      for (const { since } of machine.view.entries)
        must(since >= 0 && since <= machine.round, `since ${since}, in round ${machine.round}`)
      for (const { since } of machine.recovery)
        must(since <= machine.round, `lost since ${since}, in round ${machine.round}`)
      const again = machine.remember()
      must(
        again.every(({ age, hop }) => age >= 0 && hop >= 0 && hop <= limits.maxHop),
        `an age is ${again.map(({ age }) => age).join(' ')}`
      )
      for (const one of again) encodeRemembered(one)
      machine.handle(now, { type: 'tick' })
    }
    return machine.view.size > 0
      ? 'view'
      : machine.recovery.length > 0
        ? 'recovery'
        : entries.length > 0
          ? 'entries'
          : 'none'
  }
})
