/** Who has called and not yet said who it is (threat T25). */
import { below } from '@pex/core'
import { HalfOpen } from '@pex/swarm'
import { seeded } from '@pex/testkit'
import { describe, expect, it } from 'vitest'

/** Callers, each of whom is written down when it is shed. */
function door(max: number, maxPerHost: number) {
  const callers = new HalfOpen({ max, maxPerHost })
  const shed: string[] = []
  const call = (ip: string, name: string = ip) => callers.enter(ip, () => void shed.push(name))
  return { callers, shed, call }
}

describe('callers who have not said who they are', () => {
  it('are so many of one host and no more: an IPv4 address however it is written, or a /64', () => {
    const { callers, call } = door(100, 2)
    for (const [first, second, third, other] of [
      ['10.0.0.1', '10.0.0.1', '::ffff:10.0.0.1', '10.0.0.2'],
      ['fd00:1:2:3::1', 'fd00:1:2:3::2', 'fd00:1:2:3:ffff::', 'fd00:1:2:4::1']
    ] as const) {
      expect([first, second].map(ip => typeof call(ip))).toEqual(['function', 'function'])
      expect(call(third)).toBeUndefined()
      expect(call(other)).toBeTypeOf('function')
    }
    expect(callers.size).toBe(6)
  })

  it('make room where there is none, the oldest of the group that has most of them first', () => {
    const { callers, shed, call } = door(4, 8)
    call('10.1.0.1', 'friend')
    for (const i of [1, 2, 3]) call(`10.2.0.${i}`, `flood ${i}`)
    call('10.3.0.1', 'newcomer')
    expect([shed, callers.size]).toEqual([['flood 1'], 4])
    call('10.2.0.4', 'flood 4')
    expect(shed).toEqual(['flood 1', 'flood 2'])
  })

  it('are forgotten once, whether they leave, are shed, or both', () => {
    const { callers, shed, call } = door(2, 2)
    const leave = [call('10.0.0.1')!, call('10.0.0.1')!]
    expect(call('10.0.0.1')).toBeUndefined()
    call('10.0.0.2')
    expect([shed, callers.size]).toEqual([['10.0.0.1'], 2])
    for (const each of [...leave, ...leave]) each()
    expect(callers.size).toBe(1)
    expect([call('10.0.0.1'), call('10.0.0.3')].every(Boolean)).toBe(true)
    expect(callers.size).toBe(2)
  })

  it('of a flood never keep out a caller of another group for the moment that it needs', () => {
    const rng = seeded(25)
    const { callers, shed, call } = door(64, 4)
    let lost = 0
    for (let turn = 0; turn < 100; turn++) {
      const leave = call('10.9.0.1', 'honest')
      expect(leave).toBeTypeOf('function')
      // A thousand others knock before it has shaken hands, from a thousand hosts of three groups.
      for (let i = 0; i < 1_000; i++) call(`10.${below(rng, 3)}.${below(rng, 4)}.${below(rng, 256)}`)
      lost += shed.splice(0).filter(name => name === 'honest').length
      expect(callers.size).toBeLessThanOrEqual(64)
      leave!()
    }
    expect(lost).toBe(0)
  })
})
