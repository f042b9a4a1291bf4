/** Every form in which a stranger may write an address of ours, or none at all. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placeOf } from '../src/address-class.ts'
import { NetworkScope } from '../src/scope.ts'
import { hostile } from './hostile-addresses.ts'

describe('a network of the public internet', () => {
  it(`dials none of the ${hostile.length} literals, names and wrappings`, () => {
    expect(hostile.length).toBeGreaterThanOrEqual(60)
    const scope = new NetworkScope('public')
    expect(hostile.filter(([address]) => scope.allows(address))).toEqual([])
    expect(scope.within(hostile.map(([address]) => address))).toEqual([])
  })

  it.each(hostile)('%s is %s', (address, expected) => {
    expect(placeOf(address).class).toBe(expected)
  })

  it.each([
    '/ip4/8.8.4.4/tcp/4001',
    '/ip4/100.128.0.1/udp/1/quic-v1',
    '/ip4/172.32.0.1/tcp/1',
    '/ip6/2a00:1450::1/tcp/1',
    '/ip6/::ffff:8.8.4.4/tcp/1',
    '/ip6/64:ff9b::808:404/tcp/1',
    '/dns4/node.example.com/tcp/443/wss',
    '/ip4/8.8.4.4/tcp/1/p2p/R/p2p-circuit',
    '/p2p/R/p2p-circuit',
    '/memory/anything'
  ])('dials %s', address => {
    expect(new NetworkScope('public').allows(address)).toBe(true)
  })
})

describe('a private network', () => {
  it('has everything that can be a host, and still none of what cannot', () => {
    const scope = new NetworkScope('private')
    for (const [address, found] of hostile) {
      const never = /^(link-local|metadata|unspecified|multicast|reserved|socket|malformed)$/.test(found)
      expect(scope.allows(address), address).toBe(!never)
    }
  })
})

describe('the automatic scope', () => {
  const lan = '/ip4/192.168.1.7/tcp/4001'
  const wan = '/ip4/9.9.9.9/tcp/4001'

  it('is private while all that this host was told is private, whatever others say', () => {
    const scope = new NetworkScope()
    scope.configure([lan, '/dns4/seed.internal/tcp/1'])
    expect(scope.announce(['/ip4/127.0.0.1/tcp/1', lan])).toEqual(['/ip4/127.0.0.1/tcp/1', lan])
    expect(scope.allows(wan)).toBe(true)
    expect(scope.current).toBe('private')
    expect(scope.allows('/ip4/10.0.0.9/tcp/1')).toBe(true)
  })

  it('is public with the first public address announced, and then tells strangers nothing else', () => {
    const scope = new NetworkScope()
    expect(scope.announce([lan, wan])).toEqual([wan])
    expect(scope.allows(lan)).toBe(false)
    expect(scope.announce([lan])).toEqual([lan])
  })

  it.each([wan, '/dnsaddr/bootstrap.example.org'])('is public once %s is a contact', contact => {
    const scope = new NetworkScope()
    scope.configure([contact, lan])
    expect(scope.current).toBe('public')
    expect(scope.announce([lan])).toEqual([])
    expect(scope.allows(lan), 'the operator has named it').toBe(true)
    expect(scope.reaches([lan]), 'a record that names it is none of ours').toBe(false)
  })

  it('never dials a metadata service, not even for the operator', () => {
    const scope = new NetworkScope('private')
    scope.configure(['/ip4/169.254.169.254/tcp/80'])
    expect(scope.allows('/ip4/169.254.169.254/tcp/80')).toBe(false)
  })
})

describe('the class of an address', () => {
  it('knows the port of the outermost transport and the bytes that packets would reach', () => {
    expect(placeOf('/ip6/::ffff:9.8.7.6/udp/99/quic-v1')).toEqual({
      class: 'public',
      ip: [9, 8, 7, 6],
      port: 99,
      relayed: false
    })
  })

  it('has an answer to any text, soon', () => {
    const piece = fc.constantFrom('/', 'ip4', 'ip6', 'dns', ':', '::', '.', '1', 'ffff', '%', 'a'.repeat(60))
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 200 }).map(parts => parts.join(''))
    )
    fc.assert(
      fc.property(text, any => {
        expect(placeOf(any).class).toBeTypeOf('string')
      })
    )
  })
})
