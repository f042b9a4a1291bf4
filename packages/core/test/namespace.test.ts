import { limits, verdict } from '@pex/core'
import type { Policy } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { inOrder, lose, Machine, machineWith, replyOf } from './machine.ts'
import { descriptor, ids, message, record } from './peers.ts'

describe('a tick', () => {
  it('asks to be woken again between half a tick and a whole one later', () => {
    const machine = new Machine({ tickMs: 1_000 })
    for (let now = 0; now < 100_000; now += 1_000) {
      machine.put({ type: 'tick' }, now)
      expect(machine.last('wake')!.at - now).toBeGreaterThanOrEqual(500)
      expect(machine.last('wake')!.at - now).toBeLessThan(1_000)
    }
  })

  it('asks discovery when the view is empty, and ends the round when nobody is found', () => {
    const machine = new Machine()
    machine.put({ type: 'tick' })
    expect(machine.kinds).toEqual(['wake', 'discover'])
    expect(machine.put({ type: 'discovered' })).toEqual([{ type: 'round', reached: undefined }])
    expect(machine.namespace.round).toBe(1)
  })

  it('asks one partner: the view without it, and the own record last', () => {
    const machine = machineWith(4)
    machine.put({ type: 'renewed', own: record('self', 7n) })
    expect(machine.tick()).toBe('a')
    expect(machine.asked!.to).toEqual({ id: 'a', addresses: ['/memory/1'] })
    const others = machine.said.slice(0, -1)
    expect(ids(others).sort()).toEqual(['b', 'c', 'd'])
    expect(machine.said.at(-1)).toEqual({ record: record('self', 7n), hop: 0 })
    expect(others.map(({ hop }) => hop)).toEqual([2, 2, 2])
  })

  it.each([
    [{}, 8],
    [{ viewSize: 10 }, 5],
    [{ viewSize: 2 }, 2],
    [{ exchangeSize: 3 }, 3],
    [{ viewSize: 64, exchangeSize: 32 }, 32]
  ])(
    'with %o shows as many records in a request as in an answer: %d, the own one included',
    (sizes, size) => {
      const machine = new Machine(sizes)
      for (let i = 0; i < 70; i++) machine.hear(`p${i}`)
      expect(machine.said.length).toBe(size)
      machine.tick()
      expect(machine.said.length).toBe(size)
    }
  )

  it('starts no second round while one is on: there is one own exchange at a time', () => {
    const machine = machineWith(2)
    expect(machine.tick()).toBe('a')
    expect(machine.tick()).toBe('wake')
    expect(machine.kinds).toEqual(['wake'])
    expect(machine.namespace.round, 'but time goes on').toBe(2)
  })
})

describe('an exchange that we asked for', () => {
  it('merges the answer, tells about it, and ends the round', () => {
    const machine = machineWith(1)
    machine.tick()
    machine.answer([descriptor('x', 3)])
    expect(machine.outputs).toEqual([
      { type: 'exchange', peer: 'a', role: 'initiator', received: 2 },
      { type: 'view', added: [record('x')], removed: [] },
      { type: 'persist' },
      { type: 'round', reached: 'a' }
    ])
    expect(machine.ids).toEqual(['a', 'x'])
  })

  it('counts each answer once; a late one, one of another attempt and one that was given up are ignored', () => {
    const machine = machineWith(2)
    machine.tick()
    const { attempt } = machine.asked!
    const late = replyOf(message('a', [descriptor('x')]))
    expect(machine.respond(attempt + 1, 'a', late)).toEqual([])
    machine.fail(attempt)
    expect(machine.asks).toBe('b')
    const second = machine.asked!.attempt
    expect(machine.respond(attempt, 'a', late)).toEqual([])
    expect(machine.fail(attempt)).toEqual([])
    machine.respond(second, 'b', replyOf(message('b')))
    expect(machine.last('round')).toEqual({ type: 'round', reached: 'b' })
    expect(machine.respond(second, 'b', late)).toEqual([])
    expect(machine.ids).not.toContain('x')
  })

  it('tries another partner when one does not answer, and discovery when none does', () => {
    const machine = machineWith(6)
    const tried = [machine.tick()]
    while (machine.asked !== undefined) tried.push(machine.miss())
    expect(tried).toEqual(['a', 'b', 'c', 'd', 'discover'])
  })

  it('tries no more than so many partners and contacts in a round', () => {
    const machine = machineWith(8)
    let requests = 0
    const count = (): void => {
      for (; machine.asked !== undefined; machine.miss()) requests++
    }
    machine.tick()
    count()
    for (let i = 0; i < 100; i++) {
      machine.put({ type: 'found', contact: { id: `x${i}`, addresses: [] } })
      count()
    }
    expect(machine.namespace.round).toBe(1)
    expect(requests).toBe(limits.triesPerRound + limits.contactsPerRound)
    machine.put({ type: 'discovered' })
    expect(machine.tick(), 'the round was over, the next one starts').toBe('a')
  })

  it('does not ask discovery when a partner has answered', () => {
    const machine = machineWith(2)
    machine.tick()
    machine.miss()
    machine.answer()
    expect(machine.kinds).toContain('round')
    expect(machine.kinds).not.toContain('discover')
  })

  it('an answer that is rejected counts as none, and whoever gave it leaves the view', () => {
    const machine = machineWith(2)
    machine.tick()
    machine.respond(machine.asked!.attempt, 'a', replyOf(message('b')))
    expect(machine.outputs[0]).toEqual({ type: 'rejected', peer: 'a', reason: 'sender-mismatch' })
    expect(machine.asks).toBe('b')
    expect([machine.ids, machine.recovering]).toEqual([['b'], []])
  })

  it('an answer that the driver had to reject removes its giver as well', () => {
    const machine = machineWith(2)
    machine.tick()
    expect(machine.miss('rejected')).toBe('b')
    expect([machine.ids, machine.recovering]).toEqual([['b'], []])
  })

  it('a refusal takes nobody out: who refuses is alive', () => {
    const machine = machineWith(2)
    machine.tick()
    expect(machine.miss('refused')).toBe('b')
    machine.answer()
    expect([machine.ids, machine.recovering]).toEqual([['a', 'b'], []])
  })

  it('a bad answer never brings back an older record of its giver', () => {
    const machine = machineWith(2)
    machine.tick()
    // While we wait, the peer itself tells us of a newer record.
    const { attempt } = machine.asked!
    machine.ask('a', [descriptor('a', 0, 5n)])
    machine.fail(attempt, 'rejected')
    for (let i = 0; i < limits.tombstoneRounds; i++) machine.tick()
    machine.hear('c', [descriptor('a', 1, 1n)])
    expect(machine.last('rejected')).toMatchObject({ reason: 'stale-seq' })
    expect(machine.ids).not.toContain('a')
  })
})

describe('a peer that stops answering', () => {
  it('moves to recovery memory once somebody else has answered in the same round', () => {
    const machine = machineWith(3)
    machine.tick()
    expect(machine.miss()).toBe('b')
    expect([machine.ids, machine.recovering]).toEqual([['a', 'b', 'c'], []])
    machine.answer()
    expect([machine.ids, machine.recovering]).toEqual([['b', 'c'], ['a']])
    expect(machine.last('view')!.removed).toEqual([record('a')])
  })

  it('stays when nobody answers: the fault is more likely ours', () => {
    const machine = machineWith(3)
    for (let i = 0; i < 20; i++) {
      machine.tick()
      while (machine.asked !== undefined) machine.miss()
      machine.put({ type: 'discovered' })
    }
    expect([machine.ids, machine.recovering]).toEqual([['a', 'b', 'c'], []])
  })

  it('is not brought back by hearsay of the same record while its tombstone stands', () => {
    const machine = machineWith(2)
    lose(machine, 'a')
    machine.hear('b', [descriptor('a')])
    machine.put({ type: 'offered', records: [record('a')] })
    expect(machine.ids).toEqual(['b'])
    for (let i = 0; i < limits.tombstoneRounds; i++) machine.tick()
    machine.hear('b', [descriptor('a')])
    expect(machine.ids).toEqual(['a', 'b'])
    expect(machine.recovering, 'nobody is in both places').toEqual([])
  })

  it('is not unearthed by a flood of fresh ids', () => {
    const machine = machineWith(2)
    lose(machine, 'a')
    const each = limits.maxRecords - 1
    for (let fresh = 0; fresh < 5 * limits.maxKnown; fresh += each)
      machine.hear(
        'b',
        Array.from({ length: each }, (_, i) => descriptor(`fresh${fresh + i}`))
      )
    machine.hear('b', [descriptor('a')])
    expect(machine.ids).not.toContain('a')
    machine.hear('a')
    expect(machine.ids, 'though the peer itself is heard').toContain('a')
  })

  it.each([
    ['is not its newest', record('a', 4n), 'stale-seq'],
    ['has no addresses', record('a', 5n, []), 'no-addresses']
  ] as const)('counts as alive when it speaks, though the record that it shows %s', (_, shown, reason) => {
    const machine = machineWith(2)
    machine.hear('b', [descriptor('a', 1, 5n)])
    lose(machine, 'a')
    expect([machine.ids, machine.recovering]).toEqual([['b'], ['a']])
    machine.ask('a', [{ record: shown, hop: 0 }])
    expect(machine.kinds).toEqual(['answer', 'rejected', 'exchange', 'persist'])
    expect(machine.last('rejected')).toMatchObject({ peer: 'a', reason })
    expect([machine.ids, machine.recovering], 'such a record is not held').toEqual([['b'], []])
    machine.hear('b', [descriptor('a', 1, 5n)])
    expect(machine.ids, 'but hearsay is believed again').toEqual(['a', 'b'])
  })

  it('is back as soon as it speaks itself, or as we hear of a newer record', () => {
    for (const back of [
      (machine: Machine) => machine.hear('a'),
      (machine: Machine) => machine.hear('b', [descriptor('a', 9, 2n)])
    ]) {
      const machine = machineWith(2)
      lose(machine, 'a')
      back(machine)
      expect([machine.ids, machine.recovering]).toEqual([['a', 'b'], []])
    }
  })

  it('is pinged now and then; when it answers, it is no longer lost, and asked first in the next round', () => {
    const machine = machineWith(3)
    lose(machine, 'a')
    while (machine.pings.has('a')) machine.fail(machine.pings.get('a')!)
    let rounds = 0
    let pinged = 0
    for (; rounds < 400; rounds++) {
      expect(machine.tick()).toBe('b')
      machine.answer()
      // Recovery memory keeps others too, which answer.
      for (const [id, attempt] of machine.pings) {
        pinged++
        if (id !== 'a') machine.pong(id, attempt)
        else {
          machine.fail(attempt)
          for (let misses = 1; misses < limits.missesCounted; misses++) machine.fail(machine.pings.get('a')!)
        }
      }
      expect(machine.recovering).toEqual(['a'])
    }
    // One of three is lost: it looks like a split, and somebody is pinged in every round, but for the partner.
    expect(pinged / rounds).toBeGreaterThan(2 * limits.recoveryProbe)
    for (let tries = 0; tries === 0 || !machine.pings.has('a'); tries++) {
      expect(tries).toBeLessThan(200)
      machine.tick()
      machine.answer()
    }
    machine.pong('a', machine.pings.get('a')!)
    expect([machine.ids, machine.recovering]).toEqual([['b', 'c'], []])
    expect(machine.tick()).toBe('a')
    machine.answer()
    expect(machine.ids).toEqual(['a', 'b', 'c'])
  })

  it('is no longer lost when it speaks, even where the view keeps nobody', () => {
    const forgetful: Policy = {
      name: 'forgetful',
      open: ground => ({ ...inOrder.open(ground), merge: () => verdict.welcome })
    }
    const remembered = [{ record: record('a'), hop: 1, age: 1, place: 'recovery' } as const]
    const machine = new Machine({ policy: forgetful, remembered })
    expect(machine.recovering).toEqual(['a'])
    machine.hear('a')
    expect([machine.ids, machine.recovering]).toEqual([[], []])
  })
})

describe('a peer that asks', () => {
  it('is answered from the view as it was, without its own record, before the merge', () => {
    const machine = machineWith(2)
    machine.hear('a', [descriptor('x')])
    expect(machine.kinds).toEqual(['answer', 'exchange', 'view', 'persist'])
    expect(ids(machine.said)).toEqual(['b', 'self'])
    expect(machine.last('exchange')).toEqual({ type: 'exchange', peer: 'a', role: 'responder', received: 2 })
  })

  it('is answered while an exchange of our own is under way, and the two do not disturb each other', () => {
    const machine = machineWith(2)
    machine.tick()
    const { attempt } = machine.asked!
    machine.hear('z', [descriptor('x')])
    expect(machine.kinds).toEqual(['answer', 'exchange', 'view', 'persist'])
    machine.respond(attempt, 'a', replyOf(message('a', [descriptor('y')])))
    expect(machine.ids).toEqual(['a', 'b', 'x', 'y', 'z'])
  })

  it.each([
    ['from-self', 'self', message('self')],
    ['no-records', 'z', []],
    ['own-record-not-last', 'z', [descriptor('z', 1)]],
    ['hop-zero-inside', 'z', [descriptor('a', 0), descriptor('z', 0)]],
    ['sender-mismatch', 'z', message('y')],
    ['duplicate-id', 'z', message('z', [descriptor('a'), descriptor('a')])]
  ] as const)('and is wrong is refused with %s, counted, and changes nothing', (reason, from, received) => {
    const machine = machineWith(2)
    expect(machine.ask(from, received)).toEqual([
      { type: 'rejected', peer: from, reason },
      { type: 'refuse', reason }
    ])
    expect(machine.ids).toEqual(['a', 'b'])
  })

  it('and speaks of somebody who does not count is answered; each such record is counted', () => {
    const machine = machineWith(1)
    const bad = [
      descriptor('self'),
      descriptor('far', limits.maxHop + 1),
      { record: record('mute', 1n, []), hop: 1 }
    ]
    machine.hear('z', bad)
    expect(machine.all('rejected').map(({ peer, reason }) => [peer, reason])).toEqual([
      ['z', 'self'],
      ['z', 'hop-over-limit'],
      ['z', 'no-addresses']
    ])
    expect(machine.last('exchange')!.received).toBe(1)
    expect(machine.ids).toEqual(['a', 'z'])
  })

  it('more often than it may within a deadline is refused before its message costs anything', () => {
    const machine = machineWith(1)
    const call = (from: string, now = 0) => machine.put({ type: 'called', from }, now)
    for (let i = 0; i < limits.requestsPerPeer; i++) expect(call('z')).toEqual([])
    expect(call('z')).toEqual([
      { type: 'rejected', peer: 'z', reason: 'too-often' },
      { type: 'refuse', reason: 'too-often' }
    ])
    expect(call('y'), 'nobody pays for another').toEqual([])
    machine.tick()
    expect(call('z'), 'a round of ours changes nothing').toHaveLength(2)
    expect(call('z', limits.exchangeMs), 'but when a deadline has passed, it may ask again').toEqual([])
  })
})
