import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIp, groupOfIp, isRoutable, netAddresses, parseIp, peerAddresses } from '@pex/address-book'
import { json, nodeId } from './world.ts'

interface Row {
  readonly ip: string
  readonly any: string
  readonly strict: string
  readonly valid: boolean
  readonly routable: boolean
}

const rows = json<Row[]>('groups.json')
const word = fc.integer({ min: 0, max: 0xffff })
/** Of 2000::/3, with runs of zeros, and neither a tunnel nor he.net. */
const words = fc
  .array(fc.oneof(word, fc.constant(0)), { minLength: 8, maxLength: 8 })
  .map(([first = 0, ...rest]) => [0x2a00 | (first & 0xff), ...rest])
const text = (some: readonly number[]): string => some.map(each => each.toString(16)).join(':')

describe('network groups', () => {
  it.each(rows)('are what CometBFT says: $ip', ({ ip, any, strict, valid, routable }) => {
    const bytes = parseIp(ip)!
    expect(formatIp(bytes)).toBe(ip)
    expect(groupOfIp(bytes, 'any')).toBe(any)
    expect(groupOfIp(bytes, 'comet')).toBe(strict)
    expect(isRoutable(bytes, 'comet')).toBe(routable)
    const isStored = netAddresses().canonical({ id: nodeId(1), ip, port: 1 }) !== undefined
    expect(isStored).toBe(valid)
  })

  it('are the same for all of an IPv6 /32, and of an IPv4 /16', () => {
    fc.assert(
      fc.property(words, fc.array(word, { minLength: 6, maxLength: 6 }), (one, tail) => {
        const other = [...one.slice(0, 2), ...tail]
        const group = groupOfIp(parseIp(text(one))!, 'comet')
        expect(groupOfIp(parseIp(text(other))!, 'comet')).toBe(group)
        const changed = [one[0]!, one[1]! ^ 1, ...one.slice(2)]
        expect(groupOfIp(parseIp(text(changed))!, 'comet')).not.toBe(group)
      })
    )
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(255), fc.nat(255), (ip, c, d) => {
        const [a, b] = ip.split('.')
        const [one, other] = [parseIp(ip)!, parseIp(`${a}.${b}.${c}.${d}`)!]
        expect(groupOfIp(other, 'any')).toBe(groupOfIp(one, 'any'))
      })
    )
  })

  it('of 10 000 addresses of one IPv6 lease are one, in every kind of book', () => {
    const ips = Array.from({ length: 10_000 }, (_, i) => `2a01:4f8:c0c:1::${(i + 1).toString(16)}`)
    const comet = ips.map(ip => netAddresses().groupOf({ id: nodeId(1), ip, port: 1 }))
    const ours = ips.map(ip => peerAddresses().groupOf({ id: 'p', addresses: [`/ip6/${ip}/tcp/1`] }))
    expect(new Set(comet).size).toBe(1)
    expect(new Set(ours).size).toBe(1)
  })

  it('are of the IPv4 address wherever it is wrapped', () => {
    const wrapped = [
      '::ffff:12.1.2.3',
      '2002:c01:203::',
      '64:ff9b::c01:203',
      '::ffff:0:c01:203',
      '2001::f3fe:fdfc'
    ]
    for (const ip of wrapped) expect(groupOfIp(parseIp(ip)!, 'comet')).toBe('12.1.0.0')
  })
})

describe('IP addresses', () => {
  it('come back from their text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(255), fc.constant(0)), { minLength: 16, maxLength: 16 }),
        bytes => {
          fc.pre(!bytes.slice(0, 10).every(byte => byte === 0))
          expect(parseIp(formatIp(bytes))).toEqual(bytes)
        }
      )
    )
  })

  it('are left out of a public book where CometBFT overlooks what they are', () => {
    for (const ip of [
      '100.64.0.1',
      '224.0.0.1',
      '192.0.2.1',
      '198.18.0.1',
      '64:ff9b::a00:1',
      '2002:7f00:1::'
    ]) {
      expect(isRoutable(parseIp(ip)!, 'comet')).toBe(true)
      expect(isRoutable(parseIp(ip)!, 'public')).toBe(false)
    }
  })
})
