/** Kinds of addresses, and which reaches which: every row of CometBFT's tables. */
import { describe, expect, it } from 'vitest'
import type { SpecialRange } from '../src/index.ts'
import {
  isInRange,
  isLocalAddress,
  isRoutableAddress,
  isValidAddress,
  reach,
  reachability
} from '../src/index.ts'

describe('an address is', () => {
  it.each([
    ['0.0.0.0', { valid: false, local: true, routable: false }],
    ['::', { valid: false, local: false, routable: false }],
    ['255.255.255.255', { valid: false, local: false, routable: false }],
    ['2001:db8::1', { valid: false, local: false, routable: false }],
    ['0.1.2.3', { valid: true, local: true, routable: false }],
    ['127.0.0.1', { valid: true, local: true, routable: false }],
    ['127.255.255.254', { valid: true, local: true, routable: false }],
    ['::1', { valid: true, local: true, routable: false }],
    ['10.0.0.1', { valid: true, local: false, routable: false }],
    ['172.16.0.1', { valid: true, local: false, routable: false }],
    ['172.32.0.1', { valid: true, local: false, routable: true }],
    ['192.168.1.1', { valid: true, local: false, routable: false }],
    ['169.254.1.1', { valid: true, local: false, routable: false }],
    ['fe80::1', { valid: true, local: false, routable: false }],
    ['fc00::1', { valid: true, local: false, routable: false }],
    ['fdff::1', { valid: true, local: false, routable: false }],
    ['2001:10::1', { valid: true, local: false, routable: false }],
    ['2001:1f::1', { valid: true, local: false, routable: false }],
    ['2001:20::1', { valid: true, local: false, routable: true }],
    ['8.8.8.8', { valid: true, local: false, routable: true }],
    ['::ffff:8.8.8.8', { valid: true, local: false, routable: true }],
    ['::ffff:10.0.0.1', { valid: true, local: false, routable: false }],
    ['2a00:1450::1', { valid: true, local: false, routable: true }],
    ['2001:0:1::1', { valid: true, local: false, routable: true }],
    ['not an address', { valid: false, local: false, routable: false }],
    ['fe80::1%eth0', { valid: false, local: false, routable: false }]
  ])('%s: %o', (ip, { valid, local, routable }) => {
    const address = { ip, port: 26_656 }
    expect(isValidAddress(address)).toBe(valid)
    expect(isLocalAddress(address)).toBe(local)
    expect(isRoutableAddress(address)).toBe(routable)
  })

  it.each(['100.64.0.1', '224.0.0.1', '192.0.2.1', '198.51.100.7', '64:ff9b::a00:1', '240.0.0.1'])(
    'routable to CometBFT, and not in the public sense: %s',
    ip => {
      expect(isRoutableAddress({ ip })).toBe(true)
      expect(isRoutableAddress({ ip }, 'public')).toBe(false)
    }
  )

  it.each<[SpecialRange, string[], string[]]>([
    [
      'rfc1918',
      ['10.255.0.1', '172.31.9.9', '192.168.0.0'],
      ['11.0.0.0', '172.32.0.0', '192.169.0.0', '::1']
    ],
    ['rfc3849', ['2001:db8:ffff::1'], ['2001:db9::1']],
    ['rfc3927', ['169.254.0.1'], ['169.255.0.1']],
    ['rfc3964', ['2002:102:304::1'], ['2003::1']],
    ['rfc4193', ['fc00::', 'fdff:ffff::1'], ['fe00::1']],
    ['rfc4380', ['2001::1', '2001:0:ffff::1'], ['2001:1::1']],
    ['rfc4843', ['2001:10::', '2001:1f:ffff::1'], ['2001:20::']],
    ['rfc4862', ['fe80::1', 'fe80::ffff:ffff:ffff:ffff'], ['fe80:0:0:1::1']],
    ['rfc6052', ['64:ff9b::808:808'], ['64:ff9b:1::1']],
    ['rfc6145', ['::ffff:0:1.2.3.4'], ['::fffe:0:1.2.3.4', '1.2.3.4']]
  ])('in the range of %s', (range, inside, outside) => {
    for (const ip of inside) expect([ip, isInRange({ ip }, range)]).toEqual([ip, true])
    for (const ip of outside) expect([ip, isInRange({ ip }, range)]).toEqual([ip, false])
  })
})

describe('reachability', () => {
  const at = {
    ip4: '8.8.8.8',
    ip4b: '9.9.9.9',
    mapped: '::ffff:9.9.9.9',
    ip6: '2a00:1450::1',
    teredo: '2001:0:53aa::1',
    teredo2: '2001:0:53ab::1',
    sixToFour: '2002:808:808::1',
    nat64: '64:ff9b::808:808',
    translated: '::ffff:0:8.8.8.8',
    private: '10.0.0.1',
    local: '127.0.0.1'
  }
  it.each<[keyof typeof at, keyof typeof at, number]>([
    ['private', 'ip4', reach.unreachable],
    ['local', 'ip6', reach.unreachable],
    ['teredo', 'private', reach.default],
    ['teredo', 'teredo2', reach.teredo],
    ['teredo', 'ip4', reach.ipv4],
    ['teredo', 'ip6', reach.ipv6Weak],
    ['ip4', 'ip4b', reach.ipv4],
    ['ip4', 'mapped', reach.ipv4],
    ['ip4', 'ip6', reach.default],
    ['ip4', 'private', reach.default],
    ['ip4', 'teredo', reach.default],
    ['ip6', 'private', reach.default],
    ['ip6', 'teredo', reach.teredo],
    ['ip6', 'ip4', reach.ipv4],
    ['ip6', 'sixToFour', reach.ipv6Weak],
    ['ip6', 'nat64', reach.ipv6Weak],
    ['ip6', 'translated', reach.ipv6Weak],
    ['ip6', 'ip6', reach.ipv6Strong],
    ['sixToFour', 'ip6', reach.ipv6Strong]
  ])('from %s to %s is %i', (from, to, score) => {
    expect(reachability({ ip: at[from] }, { ip: at[to] })).toBe(score)
  })

  it('of what is no address is none', () => {
    expect(reachability({ ip: 'here' }, { ip: at.ip4 })).toBe(0)
    expect(reachability({ ip: at.ip4 }, { ip: 'there' })).toBe(0)
  })
})
