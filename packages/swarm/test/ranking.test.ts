/** In which order addresses are dialled, and how long each waits for those before it. */
import { isRelayed, rank } from '@pex/swarm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const q6 = (n: number): string => `/ip6/2a00::${n}/udp/1/quic-v1`
const q4 = (n: number): string => `/ip4/9.9.9.${n}/udp/1/quic-v1`
const t6 = (n: number): string => `/ip6/2a00::${n}/tcp/1`
const t4 = (n: number): string => `/ip4/9.9.9.${n}/tcp/1`
const ws = (n: number): string => `/dns4/n${n}.example.com/tcp/443/wss`
const lan = (n: number): string => `/ip4/10.0.0.${n}/tcp/1`
const relay = `${t4(9)}/p2p/R/p2p-circuit`

describe('the ranking', () => {
  it.each([
    ['a lone address does not wait', [t4(1)], [[t4(1), 0]]],
    [
      'QUIC before TCP, IPv6 before IPv4, a step apart',
      [t4(1), q4(1), t6(1), q6(1)],
      [
        [q6(1), 0],
        [q4(1), 250],
        [t6(1), 500],
        [t4(1), 750]
      ]
    ],
    [
      'what is left of a kind comes together',
      [q4(1), q6(1), q6(2), q4(2)],
      [
        [q6(1), 0],
        [q4(1), 250],
        [q6(2), 500],
        [q4(2), 500]
      ]
    ],
    [
      'private and public ones start together',
      [t4(1), lan(1), lan(2)],
      [
        [lan(1), 0],
        [t4(1), 0],
        [lan(2), 30]
      ]
    ],
    [
      'other transports a second later',
      [ws(1), t4(1)],
      [
        [t4(1), 0],
        [ws(1), 1_000]
      ]
    ],
    [
      'and at once where there is nothing else',
      [ws(1), ws(2)],
      [
        [ws(1), 0],
        [ws(2), 0]
      ]
    ],
    [
      'relays wait for the direct way',
      [relay, t4(1)],
      [
        [t4(1), 0],
        [relay, 500]
      ]
    ],
    ['but not where there is none', [relay], [[relay, 0]]],
    [
      'what nobody knows comes last',
      ['/memory/1', t4(1), t4(1)],
      [
        [t4(1), 0],
        ['/memory/1', 1_000]
      ]
    ]
  ])('%s', (_name, addresses, expected) => {
    expect(rank(addresses).map(({ address, delayMs }) => [address, delayMs])).toEqual(expected)
  })

  it('has each address once, the first at once, in the order of the delays', () => {
    const some = fc.constantFrom(q6(1), q6(2), q4(1), t6(1), t4(1), t4(2), ws(1), lan(1), relay, '/memory/1')
    fc.assert(
      fc.property(fc.array(some, { minLength: 1 }), addresses => {
        const ranked = rank(addresses)
        expect(new Set(ranked.map(({ address }) => address))).toEqual(new Set(addresses))
        expect(ranked.length).toBe(new Set(addresses).size)
        expect(ranked[0]!.delayMs).toBe(0)
        expect(ranked).toEqual(ranked.toSorted((a, b) => a.delayMs - b.delayMs))
      })
    )
  })

  it.each([
    ['/ip4/10.0.0.9/tcp/1', false],
    ['/ip4/10.0.0.9/tcp/1/p2p/relay/p2p-circuit', true],
    ['/ip4/10.0.0.9/tcp/1/p2p/relay/p2p-circuit/p2p/b', true],
    // There the relay only makes two browsers known to each other.
    ['/ip4/10.0.0.9/tcp/1/ws/p2p/relay/p2p-circuit/webrtc', false],
    ['/ip4/10.0.0.9/udp/1/webrtc-direct', false]
  ])('knows what goes through a relay all the way: %s %s', (address, relayed) => {
    expect(isRelayed(address)).toBe(relayed)
  })
})
