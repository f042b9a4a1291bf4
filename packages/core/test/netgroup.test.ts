import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { netgroupOf } from '../src/netgroup.ts'

describe('the network group', () => {
  it.each([
    ['/ip4/8.8.4.4/tcp/4001', 'ip4/8.8'],
    ['/ip4/100.128.0.1/udp/1/quic-v1', 'ip4/100.128'],
    ['/ip4/172.32.0.1/tcp/1', 'ip4/172.32'],
    ['/ip6/2a00:1450:4001:81b::200e/tcp/1', 'ip6/2a00:1450'],
    ['/ip6/2001:4860::8888/tcp/1', 'ip6/2001:4860'],
    ['/ip6/::ffff:8.8.4.4/tcp/1', 'ip4/8.8'],
    ['/ip6/::ffff:808:404/tcp/1', 'ip4/8.8'],
    ['/dns4/node7.Example.com/tcp/443/wss', 'dns/example.com'],
    ['/dns/example.com/tcp/443', 'dns/example.com'],
    ['/dns6/a.b.example.co.uk/tcp/1', 'dns/example.co.uk'],
    ['/dnsaddr/bootstrap.libp2p.io.', 'dns/libp2p.io']
  ])('of %s is %s', (address, group) => {
    expect(netgroupOf([address])).toBe(group)
  })

  it.each([
    '/ip4/127.0.0.1/tcp/1',
    '/ip4/10.1.2.3/tcp/1',
    '/ip4/172.16.0.1/tcp/1',
    '/ip4/192.168.1.1/tcp/1',
    '/ip4/169.254.1.1/tcp/1',
    '/ip4/100.64.0.1/tcp/1',
    '/ip4/192.0.2.1/tcp/1',
    '/ip4/198.51.100.1/tcp/1',
    '/ip4/203.0.113.1/tcp/1',
    '/ip4/224.0.0.1/tcp/1',
    '/ip4/0.0.0.0/tcp/1',
    '/ip6/::1/tcp/1',
    '/ip6/::/tcp/1',
    '/ip6/fe80::1%eth0/tcp/1',
    '/ip6/fd00::1/tcp/1',
    '/ip6/2001:db8::1/tcp/1',
    '/ip6/::ffff:10.0.0.1/tcp/1',
    '/ip6/1:2:3/tcp/1',
    '/ip6/2a00::1::2/tcp/1',
    '/ip4/8.8.4/tcp/1',
    '/ip4/8.8.4.256/tcp/1',
    '/dns4/localhost/tcp/1',
    '/dns4/printer.local/tcp/1',
    '/memory/1',
    '/ip4/8.8.4.4/tcp/4001/p2p/QmRelay/p2p-circuit',
    '/p2p-circuit',
    '/ip4',
    '/',
    ''
  ])('of %s is none', address => {
    expect(netgroupOf([address])).toBeUndefined()
  })

  it('is that of the first public address', () => {
    expect(netgroupOf(['/memory/1', '/ip4/10.0.0.1/tcp/1', '/ip4/9.9.9.9/tcp/1', '/ip4/8.8.8.8/tcp/1'])).toBe(
      'ip4/9.9'
    )
    expect(netgroupOf([])).toBeUndefined()
  })

  it('has an answer to any text, soon', () => {
    const piece = fc.constantFrom('/', 'ip4', 'ip6', 'dns', ':', '::', '.', '1', 'ffff', '%', 'a'.repeat(60))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 80 }).map(parts => parts.join(''))
        ),
        text => {
          expect((netgroupOf([text]) ?? '').length).toBeLessThan(600)
        }
      )
    )
  })
})
