import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { announced, dialAddresses, isDirect } from '../src/addresses.ts'

const ID = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const OTHER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'
const RELAY = `/ip4/192.0.2.1/tcp/4001/p2p/${OTHER}/p2p-circuit`

describe('what is announced', () => {
  it.each([
    [`/ip4/192.0.2.1/tcp/4001/p2p/${ID}`, '/ip4/192.0.2.1/tcp/4001'],
    ['/dns4/example.org/tcp/443/wss', '/dns4/example.org/tcp/443/wss'],
    [`${RELAY}/p2p/${ID}`, RELAY],
    [`${RELAY}/webrtc/p2p/${ID}`, `${RELAY}/webrtc`],
    ['/memory/a', '/memory/a']
  ])('%s is, without our id', (address, text) => {
    expect(announced([multiaddr(address)])).toEqual([text])
  })

  it.each([
    '/ip4/0.0.0.0/tcp/4001',
    '/ip6/::/tcp/4001',
    '/ip4/192.0.2.1/tcp/0',
    '/ip4/192.0.2.1/udp/0/webrtc-direct',
    '/p2p-circuit',
    '/webrtc',
    `/p2p/${ID}`,
    `/dns4/${'a'.repeat(600)}/tcp/1`
  ])('%s is not: nobody could dial it', address => {
    expect(announced([multiaddr(address)])).toEqual([])
  })

  it('is each address once', () => {
    const twice = [`/ip4/192.0.2.1/tcp/1/p2p/${ID}`, '/ip4/192.0.2.1/tcp/1'].map(text => multiaddr(text))
    expect(announced(twice).length).toBe(1)
  })
})

describe('what is dialled', () => {
  it('is everything but what belongs to somebody else', () => {
    const addresses = [
      '/ip4/192.0.2.1/tcp/1',
      `/ip4/192.0.2.2/tcp/1/p2p/${ID}`,
      `/ip4/192.0.2.3/tcp/1/p2p/${OTHER}`
    ]
    expect(dialAddresses({ id: ID, addresses })).toEqual(addresses.slice(0, 2))
  })

  it('is nothing where no address is left: libp2p may know more', () => {
    expect(dialAddresses({ id: ID, addresses: [] })).toEqual([])
    expect(dialAddresses({ id: ID, addresses: [`/ip4/192.0.2.3/tcp/1/p2p/${OTHER}`] })).toEqual([])
  })

  it("of a relay's client is the client, never the relay", () => {
    expect(dialAddresses({ id: ID, addresses: [RELAY] })).toEqual([RELAY])
    expect(dialAddresses({ addresses: [RELAY] })).toEqual([])
  })

  it('is also what cannot be read, for the error to tell', () => {
    expect(dialAddresses({ id: ID, addresses: ['nonsense'] })).toEqual(['nonsense'])
  })
})

describe('listening', () => {
  it.each([
    ['/ip4/0.0.0.0/tcp/0', true],
    ['/ip6/::/tcp/0/ws', true],
    ['/memory/a', true],
    ['/p2p-circuit', false],
    ['/webrtc', false],
    [RELAY, false]
  ])('%s is a matter of this host alone: %s', (address, direct) => {
    expect(isDirect(multiaddr(address))).toBe(direct)
  })
})
