import { limits } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { inOrder, Machine, machineWith } from './machine.ts'
import { descriptor, record } from './peers.ts'
import { swapping } from './swapping.ts'

/** A machine that pings its first two peers in every round, after the exchange. */
function pinging(count: number): Machine {
  const policy = swapping(1, {
    probes(_, out) {
      out[0] = 1
      out[1] = 2
      return Math.min(count, 2)
    }
  })
  const machine = new Machine({ policy })
  machine.put({
    type: 'offered',
    records: 'abcdefgh'
      .slice(0, count)
      .split('')
      .map(id => record(id))
  })
  return machine
}

/** A round whose exchange works. */
function round(machine: Machine): ReadonlyMap<string, number> {
  machine.tick()
  machine.answer()
  return machine.pings
}

describe('pings', () => {
  it('go to whom the policy wants, several at once, when the exchange of the round is over', () => {
    const machine = pinging(6)
    expect([...round(machine).keys()]).toEqual(['a', 'b'])
    expect(machine.kinds.slice(-3)).toEqual(['request', 'request', 'round'])
    const [a, b] = [...machine.pings.values()]
    machine.pong('b', b!)
    machine.pong('a', a!, 9n)
    expect(machine.last('view'), 'a pong brings the newest record').toMatchObject({
      added: [record('a', 9n)]
    })
    expect(machine.pong('a', a!), 'each counts once').toEqual([])
  })

  it('are answered with the own record, also while an exchange is under way', () => {
    const machine = machineWith(2)
    machine.tick()
    expect(machine.question('z', { type: 'ping' })).toEqual([
      { type: 'answer', response: { type: 'pong', own: { record: record('self'), hop: 0 } } }
    ])
    expect(machine.question('self', { type: 'ping' })).toContainEqual({ type: 'refuse', reason: 'from-self' })
  })

  it('that stay unanswered are tried so many times before the peer counts as gone', () => {
    const machine = pinging(4)
    const pings = round(machine)
    machine.fail(pings.get('a')!)
    for (let misses = 1; misses < limits.missesCounted; misses++) {
      expect(machine.ids).toContain('a')
      machine.fail(machine.pings.get('a')!)
    }
    expect([machine.ids.includes('a'), machine.recovering]).toEqual([false, ['a']])
  })

  it('wait twice as long each time, and half of the deadline the last time: whoever is far away is not dead', () => {
    const machine = pinging(4)
    round(machine)
    const waits: number[] = []
    for (let misses = 0; misses < limits.missesCounted; misses++) {
      const ping = machine.all('request').find(({ to }) => to.id === 'a')!
      waits.push(ping.ms / machine.gossip.exchangeMs)
      machine.fail(ping.attempt)
    }
    expect(waits).toEqual([1 / 16, 1 / 8, 1 / 4, 1 / 2])
  })

  it('go out at each tick, also while a round still waits for its exchange', () => {
    const machine = pinging(6)
    machine.tick()
    expect([...machine.pings.keys()]).toEqual([])
    machine.tick()
    expect([...machine.pings.keys()]).toEqual(['a', 'b'])
  })

  it('answered at the second try leave the peer where it is', () => {
    const machine = pinging(6)
    const pings = round(machine)
    machine.fail(pings.get('a')!)
    machine.pong('a', machine.pings.get('a')!)
    expect([machine.ids.includes('a'), machine.recovering]).toEqual([true, []])
  })

  it('that are refused are signs of life', () => {
    const machine = pinging(6)
    const pings = round(machine)
    machine.fail(pings.get('a')!, 'refused')
    expect(machine.pings.size).toBe(0)
    expect(machine.ids).toContain('a')
  })

  it.each([
    ['of another peer', 'b', descriptor('b', 0), 'sender-mismatch'],
    ['with the record of another', 'a', descriptor('b', 0), 'sender-mismatch'],
    ['with an old copy of its record', 'a', descriptor('a', 3), 'own-record-not-last']
  ])('with an answer %s remove the peer', (_, from, own, reason) => {
    const machine = pinging(6)
    machine.respond(round(machine).get('a')!, from, { type: 'pong', own })
    expect(machine.last('rejected')).toEqual({ type: 'rejected', peer: from, reason })
    expect([machine.ids.includes('a'), machine.recovering]).toEqual([false, []])
    const other = pinging(6)
    other.respond(round(other).get('a')!, 'a', { type: 'ack' })
    expect(other.last('rejected')?.reason).toBe('unknown-kind')
  })

  it('are never more at a time than there may be, whatever a policy wants', () => {
    const greedy = swapping(1, {
      probes(_, out) {
        for (let i = 0; i < limits.maxProbes - 1; i++) out[i] = 1 + i
        return limits.maxProbes - 1
      }
    })
    const machine = new Machine({ policy: greedy })
    machine.put({ type: 'offered', records: Array.from({ length: 30 }, (_, i) => record(`p${i}`)) })
    const first = [...round(machine).keys()]
    expect(first.length).toBe(limits.maxProbes - 1)
    let underWay = first.length
    for (let i = 0; i < 200; i++) {
      const more = [...round(machine).keys()]
      expect(
        more.filter(id => first.includes(id)),
        'nobody is pinged twice at once'
      ).toEqual([])
      underWay += more.length
    }
    expect(underWay).toBeLessThanOrEqual(limits.maxRequests - 2)
    expect(limits.maxProbes + limits.triesPerRound + 2).toBeLessThanOrEqual(limits.maxRequests)
  })
})

describe('a host that nobody answers', () => {
  it('blames itself at first, and after many rounds keeps its peers only in memory, where they are still pinged', () => {
    const machine = new Machine({ policy: inOrder })
    for (const id of 'ab') machine.hear(id)
    for (let round = 1; round <= limits.quietRounds + 1; round++) {
      expect(machine.ids, `round ${round}`).toEqual(['a', 'b'])
      machine.tick()
      while (machine.asked !== undefined) machine.miss()
      machine.put({ type: 'discovered' })
      for (const id of 'ab') while (machine.pings.has(id)) machine.fail(machine.pings.get(id)!)
    }
    expect([machine.ids, [...machine.recovering].toSorted()]).toEqual([[], ['a', 'b']])
    for (let round = 0; round < 20 && machine.pings.size === 0; round++) {
      machine.tick()
      machine.put({ type: 'discovered' })
    }
    const [[id, ping]] = machine.pings as unknown as [[string, number]]
    machine.pong(id, ping)
    expect(machine.tick(), 'who comes back is asked first').toBe(id)
  })
})

describe('a partner that does not answer', () => {
  it('is pinged while the round goes on, and stays if it answers that', () => {
    const machine = machineWith(3)
    machine.tick()
    machine.fail(machine.asked!.attempt)
    const again = machine.pings.get('a')!
    expect(machine.asks).toBe('b')
    machine.answer()
    machine.pong('a', again)
    expect([machine.ids, machine.recovering]).toEqual([['a', 'b', 'c'], []])
  })

  it('stays if it speaks to us meanwhile, or if we hear of a newer record', () => {
    for (const sign of ['speaks', 'newer'] as const) {
      const machine = machineWith(3)
      machine.tick()
      machine.fail(machine.asked!.attempt)
      const [again, partner] = [machine.pings.get('a')!, machine.asked!.attempt]
      machine.fail(again)
      if (sign === 'speaks') machine.hear('a')
      else machine.hear('z', [descriptor('a', 2, 2n)])
      machine.put({
        type: 'answered',
        attempt: partner,
        from: 'b',
        response: { type: 'reply', descriptors: [descriptor('b', 0)], picks: undefined, averages: [] }
      })
      expect(machine.ids).toContain('a')
      expect(machine.recovering).toEqual([])
    }
  })

  it('in one round is not missed for the silence of another: only what one round shows counts', () => {
    const machine = new Machine({ policy: inOrder })
    for (const id of 'ab') machine.hear(id)
    machine.tick()
    while (machine.asked !== undefined) machine.miss()
    machine.put({ type: 'discovered' })
    machine.tick()
    expect(machine.asks).toBe('a')
    machine.answer()
    expect(machine.ids).toEqual(['a', 'b'])
  })
})
