import { NetworkScope } from '@pex/core'
import { describe, expect, it } from 'vitest'

const wan = '/ip4/9.9.9.9/tcp/1'
const lan = '/ip4/192.168.0.1/tcp/1'
const wrapped = '/ip6/::ffff:10.0.0.1/tcp/1'
const metadata = '/ip4/169.254.169.254/tcp/80'
const nowhere = '/ip4/0.0.0.0/tcp/1'
const all = [wan, lan, wrapped, metadata, nowhere]

describe('the scope of a network', () => {
  it('is what one says, or else what the network shows: a public contact, or a public address of our own', () => {
    expect(new NetworkScope('public').current).toBe('public')
    const scope = new NetworkScope()
    expect(scope.current).toBe('private')
    scope.configure([lan])
    expect(scope.current).toBe('private')
    scope.announce([wan])
    expect(scope.current).toBe('public')
    scope.announce([lan])
    expect(scope.current, 'an address may go').toBe('private')
    scope.configure([wan])
    expect(scope.current).toBe('public')
  })

  it('decides what is told of ourselves', () => {
    expect(new NetworkScope('public').announce(all)).toEqual([wan])
    expect(new NetworkScope('private').announce(all)).toEqual([wan, lan, wrapped])
  })

  it('decides what of a record can be dialled, and whether anything can', () => {
    const scope = new NetworkScope('public')
    expect(scope.within(all)).toEqual([wan])
    expect(scope.reaches(all)).toBe(true)
    expect(scope.reaches([lan, wrapped, metadata, nowhere])).toBe(false)
    const known = [wan]
    expect(scope.within(known), 'nothing new where nothing is left out').toBe(known)
  })

  it('leaves out what nothing here carries', () => {
    const scope = new NetworkScope('public')
    scope.carriedBy(address => !address.includes('/udp/'))
    expect(scope.within([wan, '/ip4/9.9.9.9/udp/1'])).toEqual([wan])
    expect(scope.reaches(['/ip4/9.9.9.9/udp/1'])).toBe(false)
  })

  it('allows what the operator has named, as long as it can be a host at all', () => {
    const scope = new NetworkScope('public')
    expect(all.filter(address => scope.allows(address))).toEqual([wan])
    scope.configure([lan, wrapped, metadata, nowhere])
    expect(all.filter(address => scope.allows(address))).toEqual([wan, lan, wrapped])
    expect(all.map(address => scope.isConfigured(address))).toEqual([false, true, true, true, true])
  })
})
