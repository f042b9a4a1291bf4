/** The small parts: the set of peers, counted ranges, key files, filters' questions. */
import { seeded } from '@pex/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatNodeKey, IpRanges, parseNodeKey, seededKey } from '../src/index.ts'
import type { Peer } from '../src/index.ts'
import { PeerSet } from '../src/peer-set.ts'
import { canonical, checkedAddress, multiaddrOf, placeIn } from '../src/place.ts'
import { idOf } from './scene.ts'

const peerOf = (n: number, ip: string = `10.0.0.${n}`, change: Partial<Peer> = {}): Peer =>
  ({ id: idOf(n), socket: { ip, port: n }, direction: 'inbound', isUnconditional: false, ...change }) as Peer

describe('a set of peers', () => {
  it('finds who was added, and no longer who was removed, in any order', () => {
    const set = new PeerSet()
    const peers = Array.from({ length: 100 }, (_, n) => peerOf(n, `10.0.0.${n % 7}`))
    for (const peer of peers) set.add(peer)
    expect(set.size).toBe(100)
    const rng = seeded(1)
    const rest = [...peers].sort(() => rng() - 2 ** 31)
    for (let left = rest.pop(); left !== undefined; left = rest.pop()) {
      expect(set.get(left.id)).toBe(left)
      expect(set.remove(left)).toBe(true)
      expect(set.has(left.id)).toBe(false)
      expect(set.remove(left)).toBe(false)
      expect(set.size).toBe(rest.length)
      expect(set.hasIp(left.socket.ip)).toBe(rest.some(({ socket }) => socket.ip === left.socket.ip))
    }
  })

  it('holds a peer once: a second one with its id is an error of ours', () => {
    const set = new PeerSet()
    set.add(peerOf(1))
    expect(() => set.add(peerOf(1))).toThrow('once')
    expect(set.remove(peerOf(1))).toBe(false)
    expect(set.size).toBe(1)
  })

  it('can be gone through while it changes', () => {
    const set = new PeerSet()
    for (let n = 0; n < 10; n++) set.add(peerOf(n))
    const seen: string[] = []
    for (const peer of set) {
      seen.push(peer.id)
      for (const other of set.list()) set.remove(other)
      set.add(peerOf(50 + seen.length))
    }
    expect(seen).toHaveLength(10)
  })

  it('counts a direction without those whom no cap counts', () => {
    const set = new PeerSet()
    set.add(peerOf(1))
    set.add(peerOf(2, undefined, { direction: 'outbound' }))
    set.add(peerOf(3, undefined, { isUnconditional: true }))
    expect([set.counted('inbound'), set.counted('outbound')]).toEqual([1, 1])
  })
})

describe('counted ranges', () => {
  it('cap each prefix of IPv4 and of IPv6 on its own', () => {
    const ranges = new IpRanges({ ip4: { 24: 2, 16: 3 }, ip6: { 64: 1 } })
    ranges.take('1.2.3.4')
    ranges.take('1.2.3.5')
    expect(ranges.hasRoom('1.2.3.6')).toBe(false)
    expect(ranges.hasRoom('1.2.4.6')).toBe(true)
    ranges.take('1.2.4.6')
    expect(ranges.hasRoom('1.2.5.1')).toBe(false)
    expect(ranges.hasRoom('1.3.5.1')).toBe(true)
    ranges.take('2a00::1')
    expect(ranges.hasRoom('2a00::ffff:1')).toBe(false)
    expect(ranges.hasRoom('2a00:0:0:1::1')).toBe(true)
    expect(ranges.hasRoom('::ffff:1.2.3.9')).toBe(false)
  })

  it('have room again for each that is given back, once', () => {
    const ranges = new IpRanges({ ip4: { 8: 1 } })
    const leave = ranges.take('9.1.1.1')
    const other = ranges.take('9.2.2.2')
    leave()
    leave()
    expect(ranges.hasRoom('9.3.3.3')).toBe(false)
    other()
    expect(ranges.hasRoom('9.3.3.3')).toBe(true)
    expect(ranges.size).toBe(0)
  })

  it('never count wrong, whatever comes and goes', () => {
    const ip = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(9)).map(parts => parts.join('.'))
    fc.assert(
      fc.property(fc.array(fc.tuple(ip, fc.boolean()), { maxLength: 60 }), steps => {
        const ranges = new IpRanges({ ip4: { 8: 4, 24: 2 } })
        const held: { ip: string; leave: () => void }[] = []
        const inRange = (of: string, bytes: number): number =>
          held.filter(
            ({ ip: one }) => one.split('.').slice(0, bytes).join() === of.split('.').slice(0, bytes).join()
          ).length
        for (const [one, isLeaving] of steps) {
          expect(ranges.hasRoom(one)).toBe(inRange(one, 1) < 4 && inRange(one, 3) < 2)
          if (isLeaving) held.shift()?.leave()
          else if (ranges.hasRoom(one)) held.push({ ip: one, leave: ranges.take(one) })
        }
        for (const { leave } of held) leave()
        expect(ranges.size).toBe(0)
      })
    )
  })

  it('refuse a cap that is no number', () => {
    expect(() => new IpRanges({ ip4: { 8: -1 } })).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
    expect(() => new IpRanges({ ip6: { 48: 1.5 } })).toThrow('whole number')
  })
})

describe('a node_key.json', () => {
  const seed = new Uint8Array(32).fill(0xa1)
  const value = Buffer.concat([
    seed,
    Buffer.from('bc7cbcb5636375fa1d82434d466724d92377f53b980695dd49d26d0ce12205a5', 'hex')
  ]).toString('base64')
  const text = `{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"${value}"}}`

  it('is read, and written as CometBFT writes it', async () => {
    const key = parseNodeKey(text)
    expect(key.id).toBe('730a5edc28c2f8daf2d9dce3a01d5f205e35e555')
    expect(key.seed).toEqual(seed)
    expect(await key.sign(new Uint8Array(32))).toEqual(await seededKey(seed).sign(new Uint8Array(32)))
    expect(formatNodeKey(key)).toBe(text)
  })

  it.each([
    ['no JSON', text.slice(1), 'no JSON'],
    ['another kind of key', text.replace('Ed25519', 'Secp256k1'), 'no key of type'],
    ['nothing', '{}', 'no key of type'],
    ['null', 'null', 'no key of type'],
    ['no value', '{"priv_key":{"type":"tendermint/PrivKeyEd25519"}}', 'no value'],
    ['too short a value', text.replace(value, btoa('short')), '64 bytes'],
    ['no base64', text.replace(value, '%%%'), '64 bytes'],
    ['a public key of another seed', text.replace(value, btoa('x'.repeat(64))), 'public key is another']
  ])('is refused where it is %s, and the message tells nothing of it', (_, wrong, why) => {
    let error: unknown
    try {
      parseNodeKey(wrong)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({
      code: 'PEX_INVALID_PARAMETER',
      message: expect.stringContaining(why) as string
    })
    expect((error as Error).message).not.toContain(value.slice(0, 8))
  })
})

describe('a place', () => {
  it('has one form, and its multiaddr leads back to it', () => {
    for (const [given, multiaddr] of [
      [{ ip: '1.2.3.4', port: 5 }, '/ip4/1.2.3.4/tcp/5'],
      [{ ip: '::ffff:1.2.3.4', port: 5 }, '/ip4/1.2.3.4/tcp/5'],
      [{ ip: '2A00:0::1', port: 0 }, '/ip6/2a00::1/tcp/0']
    ] as const) {
      const place = canonical(given)
      expect(multiaddrOf(place)).toBe(multiaddr)
      expect(placeIn(multiaddr)).toEqual(place)
    }
  })

  it.each([
    '/ip4/1.2.3.4/udp/5',
    '/ip4/::1/tcp/5',
    '/ip4/1.2.3.4/tcp/65536',
    '/dns4/a.b/tcp/5',
    '/ip6/1.2.3.4/tcp/5'
  ])('is not in %s', multiaddr => {
    expect(placeIn(multiaddr)).toBeUndefined()
  })

  it('is refused where it is none', () => {
    expect(() => canonical({ ip: 'localhost', port: 1 })).toThrow('no IP address')
    expect(() => canonical({ ip: '1.2.3.4', port: 1.5 })).toThrow('no port')
    expect(() => checkedAddress({ id: 'ab', ip: '1.2.3.4', port: 1 })).toThrow('40 hexadecimal digits')
  })
})
