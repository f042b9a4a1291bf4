import { limits } from '@pex/core'
import type { Contact } from '@pex/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Round } from '../src/round.ts'
import type { Candidate } from '../src/round.ts'
import { record } from './peers.ts'

function contact(id: string | undefined, address: string = '/memory/1'): Contact {
  return { id, addresses: [address] }
}

/** Everybody whom the round names until it is over or waits. */
function tried(round: Round): (string | undefined)[] {
  const named: (string | undefined)[] = []
  for (let next = round.next(); typeof next === 'object'; next = round.next()) named.push(next.contact.id)
  return named
}

describe('a round', () => {
  it('tries the partners in their order, then asks discovery once, and ends when that has nobody', () => {
    const round = new Round('self', [record('a'), record('b')])
    const named = [round.next(), round.next()] as Candidate[]
    expect(named.map(({ contact, record }) => [contact.id, record?.id])).toEqual([
      ['a', 'a'],
      ['b', 'b']
    ])
    expect([round.next(), round.next(), round.next()]).toEqual(['ask', 'asking', 'asking'])
    round.endDiscovery()
    expect(round.next()).toBe('over')
  })

  it('tries what discovery finds as it comes, whoever has not been tried before', () => {
    const round = new Round('self', [record('a')])
    expect([...tried(round), round.next()]).toEqual(['a', 'asking'])
    for (const id of ['a', 'self', 'b', 'b', undefined, undefined]) round.found(contact(id))
    expect(tried(round), 'an address alone is somebody too, once').toEqual(['b', undefined])
    round.found(contact(undefined, '/memory/2'))
    expect(tried(round)).toEqual([undefined])
  })

  it('names each candidate once, and never more than its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 20 }), { maxLength: 40, size: 'max' }), found => {
        const round = new Round('p0', [record('p1'), record('p2')])
        const named = tried(round)
        for (const i of found) {
          round.found(i < 0 ? contact(undefined) : contact(`p${i}`))
          named.push(...tried(round))
        }
        expect(new Set(named).size).toBe(named.length)
        expect(named.length).toBeLessThanOrEqual(2 + limits.contactsPerRound)
        expect(named).not.toContain('p0')
      })
    )
  })

  it('is over when it has tried as many contacts as it may, though discovery would go on', () => {
    const round = new Round('self', [])
    expect(round.next()).toBe('ask')
    for (let i = 0; i < 100; i++) round.found(contact(`p${i}`))
    expect(tried(round).length).toBe(limits.contactsPerRound)
    expect(round.next()).toBe('over')
  })
})
