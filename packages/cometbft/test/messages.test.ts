import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NetAddress } from '@pex/address-book'
import {
  dialects,
  formatNodeAddress,
  netAddressOf,
  parseNodeAddress,
  PEX_CHANNEL,
  resolveNodeAddress
} from '@pex/cometbft'
import type { DialectName, PexMessage } from '@pex/cometbft'
import { encodePex } from '../src/pex-messages.ts'

const { cometbft, tm035, 'sei-url': sei } = dialects
const all = Object.values(dialects)
const id = '730a5edc28c2f8daf2d9dce3a01d5f205e35e555'
const one: NetAddress = { id, ip: '93.184.216.34', port: 26656 }

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], byte => Number.parseInt(byte, 16))
}

/** Addresses of the first version: one entry, so many times. */
function listOf(count: number, entry: string): Uint8Array {
  const bytes = hex(entry.repeat(count))
  return Uint8Array.of(0x12, ...varint(bytes.length), ...bytes)
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]
}

describe('the messages of CometBFT (TestPexVectors, and vectors made with v0.38.25 and v1.0.1)', () => {
  const vectors: [string, PexMessage][] = [
    ['0a00', { kind: 'request', version: 1 }],
    [
      '12130a110a013112093132372e302e302e31188247',
      { kind: 'addresses', version: 1, addresses: [{ id: '1', ip: '127.0.0.1', port: 9090 }] }
    ],
    ['1200', { kind: 'addresses', version: 1, addresses: [] }]
  ]
  it.each(vectors)('%s is read and written', (bytes, message) => {
    expect(cometbft.decode(hex(bytes))).toEqual(message)
    expect(cometbft.encode(message)).toEqual(hex(bytes))
  })

  it('an answer of 32 addresses has the length that Go gives it', () => {
    const addresses = Array.from({ length: 32 }, (_, i) => ({ id, ip: `10.0.0.${i + 100}`, port: 26656 }))
    // 42 bytes of id, 12 of an address of ten characters, 4 of the port, and 2 around each: 60; 4 around all.
    expect(cometbft.encode({ kind: 'addresses', version: 1, addresses }).length).toBe(32 * 60 + 3)
  })

  it('has channel 0, messages of 64 000 bytes, and packets of 1 024, or 1 400 where URLs are spoken', () => {
    expect(all.map(({ channel }) => channel)).toEqual(
      all.map(() => ({ id: PEX_CHANNEL, priority: 1, sendQueueCapacity: 10, maxMessageBytes: 64_000 }))
    )
    expect(all.map(({ maxPayloadBytes }) => maxPayloadBytes)).toEqual([1_024, 1_400, 1_400])
  })
})

describe('what a dialect makes of what it is not meant to get', () => {
  const faults: [DialectName, string, string, string][] = [
    ['cometbft', 'nothing at all', '', 'unknown-message'],
    ['cometbft', 'a request of the second version', '1a00', 'unknown-message'],
    ['cometbft', 'URLs', '2200', 'unknown-message'],
    ['cometbft', 'an unknown field', '2a00', 'unknown-message'],
    ['cometbft', 'a number for a request', '0801', 'malformed'],
    ['cometbft', 'half a field', '0a05', 'malformed'],
    ['cometbft', 'a request with half a field in it', '0a010a', 'malformed'],
    ['cometbft', 'an address that is a number', '12020801', 'malformed'],
    ['cometbft', 'an id that is a number', '12040a020801', 'malformed'],
    ['cometbft', 'no IP address', '12020a00', 'bad-address'],
    ['cometbft', 'a name for an IP address', '12070a051203612e62', 'bad-address'],
    ['cometbft', 'a port of 65536', '12110a0f12093132372e302e302e3118808004', 'bad-address'],
    ['cometbft', 'a good entry, and a bad one', '12130a0d12093132372e302e302e3118010a021801', 'bad-address'],
    ['sei-url', 'a request of the first version', '0a00', 'unknown-message'],
    ['sei-url', 'addresses of the first version', '1200', 'unknown-message'],
    ['tm035', 'a field 5', '2a00', 'unknown-message']
  ]
  it.each(faults)('%s: %s', (name, _what, bytes, fault) => {
    expect(dialects[name].decode(hex(bytes))).toBe(fault)
  })

  it('a bad entry is left out where it does not spoil the list', () => {
    const bytes = hex('12130a0d12093132372e302e302e3118010a021801')
    expect(tm035.decode(bytes)).toEqual({
      kind: 'addresses',
      version: 1,
      addresses: [{ id: '', ip: '127.0.0.1', port: 1 }]
    })
  })

  it('only CometBFT hangs up on what it does not understand', () => {
    expect(all.map(({ name, onUnknown }) => [name, onUnknown])).toEqual([
      ['cometbft', 'disconnect'],
      ['tm035', 'drop'],
      ['sei-url', 'drop']
    ])
  })

  it('250 addresses are taken and 251 are not; of URLs 100 and 101', () => {
    const entry = '0a0d12093132372e302e302e311801'
    for (const speaks of [cometbft, tm035]) {
      expect(speaks.decode(listOf(250, entry))).toMatchObject({ addresses: { length: 250 } })
      expect(speaks.decode(listOf(251, entry))).toBe('too-many')
    }
    for (const speaks of [tm035, sei]) {
      const urls = (count: number): Uint8Array =>
        encodePex({ kind: 'addresses', version: 2, urls: Array.from({ length: count }, () => 'x') })
      expect(speaks.decode(urls(100))).toMatchObject({ urls: { length: 100 } })
      expect(speaks.decode(urls(101))).toBe('too-many')
    }
  })

  it('more than 64 000 bytes are not looked at', () => {
    expect(cometbft.decode(new Uint8Array(64_001))).toBe('oversize')
  })

  it('of several messages in one the last counts, and fields in any order', () => {
    expect(cometbft.decode(hex('0a001200'))).toEqual({ kind: 'addresses', version: 1, addresses: [] })
    expect(cometbft.decode(hex('12000a00'))).toEqual({ kind: 'request', version: 1 })
    expect(cometbft.decode(hex('12130a1118824712093132372e302e302e310a0131'))).toEqual(
      cometbft.decode(hex('12130a110a013112093132372e302e302e31188247'))
    )
  })

  it('no bytes make a dialect throw, and what is read is written and read the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...all), (bytes, speaks) => {
        const message = speaks.decode(bytes)
        if (typeof message !== 'string') expect(speaks.decode(encodePex(message))).toEqual(message)
      }),
      { numRuns: 2_000 }
    )
  })
})

describe('a dialect as its node uses it', () => {
  it('asks in its own version, and answers in that of the request', () => {
    expect(all.map(speaks => speaks.decode(speaks.request()))).toEqual([
      { kind: 'request', version: 1 },
      { kind: 'request', version: 1 },
      { kind: 'request', version: 2 }
    ])
    expect(tm035.decode(tm035.request(2))).toEqual({ kind: 'request', version: 2 })
    expect(tm035.decode(tm035.answer([one], 1))).toEqual({ kind: 'addresses', version: 1, addresses: [one] })
    expect(tm035.decode(tm035.answer([one], 2))).toEqual({
      kind: 'addresses',
      version: 2,
      urls: [`mconn://${id}@93.184.216.34:26656`]
    })
  })

  it('never writes what its nodes punish', () => {
    const many = (count: number): NetAddress[] => Array.from({ length: count }, () => one)
    expect(() => cometbft.answer(many(251), 1)).toThrow('at most 250')
    expect(() => tm035.answer(many(101), 1)).toThrow('at most 100')
    expect(() => cometbft.request(2)).toThrow('no version 2')
    expect(() => sei.request(1)).toThrow('no version 1')
  })

  it('what it names longest fits into a message', () => {
    const ip = '2001:1234:1234:1234:1234:1234:1234:1234'
    const long = Array.from({ length: 250 }, () => ({ id, ip, port: 65_535 }))
    expect(cometbft.answer(long, 1).length).toBeLessThan(cometbft.maxMessageBytes)
    expect(sei.answer(long.slice(0, 100), 2).length).toBeLessThan(sei.maxMessageBytes)
  })

  it('names what can be dialled of an answer: no false ids, no port 0, no names, no other protocols', () => {
    const addresses = [one, { ...one, id: '1' }, { ...one, port: 0 }, { ...one, id: id.toUpperCase() }]
    expect(cometbft.addresses({ kind: 'addresses', version: 1, addresses })).toEqual([one, one])
    const urls = [
      `mconn://${id}@93.184.216.34:26656`,
      `tcp://${id}@[2a00::1]:26656`,
      `${id}@seed.example:26656`,
      `memory:${id}`,
      `quic://${id}@93.184.216.34:26656`,
      'nonsense'
    ]
    expect(sei.addresses({ kind: 'addresses', version: 2, urls })).toEqual([
      one,
      { id, ip: '2a00::1', port: 26656 }
    ])
  })
})

describe('node addresses as URLs', () => {
  const upper = id.toUpperCase()
  const read: [string, object][] = [
    [`mconn://${id}@127.0.0.1:26656`, { protocol: 'mconn', host: '127.0.0.1', port: 26656, path: '' }],
    [`${id}@127.0.0.1:26656`, { protocol: 'mconn', host: '127.0.0.1', port: 26656 }],
    [`tcp://${id}@seed.example:1`, { protocol: 'tcp', host: 'seed.example', port: 1 }],
    [
      `MCONN://${upper}@HOST.Example:80/Path?A=b#C`,
      { protocol: 'mconn', host: 'host.example', path: '/Path?A=b#C' }
    ],
    [`mconn://${id}@host?query`, { host: 'host', port: 0, path: '?query' }],
    [`mconn://${id}@host:80#frag`, { port: 80, path: '#frag' }],
    [`mconn://${id}@[2001:DB8::0:1]:80`, { host: '2001:db8::1', port: 80 }],
    [`mconn://${id}@[::ffff:1.2.3.4]:80`, { host: '1.2.3.4', port: 80 }],
    [`memory:${id}`, { protocol: 'memory', host: '', port: 0 }],
    [`memory://${id}@`, { protocol: 'memory', host: '', port: 0 }],
    [`memory://${id}@/path`, { protocol: 'memory', host: '', path: '/path' }],
    [`mconn://${id}@host:`, { host: 'host', port: 0 }]
  ]
  it.each(read)('%s is read, and written so that it is read the same', (url, parts) => {
    const address = parseNodeAddress(url)
    expect(address).toMatchObject({ id, ...parts })
    expect(parseNodeAddress(formatNodeAddress(address!))).toEqual(address)
  })

  const refused = [
    '',
    'host:26656',
    id,
    `mconn://${id}`,
    `mconn://${id.slice(1)}@host:1`,
    `mconn://${id}0@host:1`,
    `mconn://${id.replace('7', 'g')}@host:1`,
    `mconn://${id}@host:65536`,
    `mconn://${id}@:80`,
    `mconn://${id}@[zz]:80`,
    `mconn://${id}@ho st:80`,
    `mconn://${id}:secret@host:80`,
    `://${id}@host:80`,
    `mconn://${id}@host:-1`,
    `mconn://${id}@host/${'x'.repeat(256)}`
  ]
  it.each(refused)('%j is refused', url => {
    expect(parseNodeAddress(url)).toBeUndefined()
  })

  it('only a literal address with a port can be dialled as it is', () => {
    expect(netAddressOf(parseNodeAddress(`${id}@93.184.216.34:26656`)!)).toEqual(one)
    for (const url of [`${id}@93.184.216.34`, `${id}@name:1`, `udp://${id}@93.184.216.34:1`, `memory:${id}`])
      expect(netAddressOf(parseNodeAddress(url)!)).toBeUndefined()
  })

  it('a name is looked up when it is dialled, and may stand for several places, tried in order', async () => {
    const { signal } = new AbortController()
    const asked: string[] = []
    const resolve = async (name: string): Promise<string[]> => {
      asked.push(name)
      return ['93.184.216.34', 'nonsense', '2a00::1']
    }
    expect(
      await resolveNodeAddress(parseNodeAddress(`${id}@seed.example:26656`)!, resolve, { signal })
    ).toEqual([one, { id, ip: '2a00::1', port: 26656 }])
    expect(
      await resolveNodeAddress(parseNodeAddress(`${id}@93.184.216.34:26656`)!, resolve, { signal })
    ).toEqual([one])
    for (const url of [`${id}@seed.example`, `memory:${id}`, `udp://${id}@seed.example:1`])
      expect(await resolveNodeAddress(parseNodeAddress(url)!, resolve, { signal })).toEqual([])
    expect(asked).toEqual(['seed.example'])
  })

  it('no text makes the reader throw', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const address = parseNodeAddress(text) ?? parseNodeAddress(`${id}@${text}`)
        if (address !== undefined) expect(parseNodeAddress(formatNodeAddress(address))).toEqual(address)
      })
    )
  })
})
