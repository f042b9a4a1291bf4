import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAtLeast, parseAgent, readAgent } from '../src/agent.ts'
import {
  decodeGreeting,
  decodeReception,
  encodeGreeting,
  encodeReception,
  farewell,
  isFarewell
} from '../src/greeting.ts'
import { formatNodeUrl, parseNodeUrl } from '../src/node-url.ts'
import { ClockCheck } from '../src/skew.ts'

const ID = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'

describe('agents', () => {
  it('reads a name with a version, or a version alone', () => {
    expect(readAgent('my-app/1.2.3')).toEqual({ name: 'my-app', version: [1, 2, 3] })
    expect(readAgent('10.20.300')).toEqual({ name: '', version: [10, 20, 300] })
    expect(readAgent('js/2.0.0-rc.1+5')).toEqual({ name: 'js', version: [2, 0, 0] })
  })

  it.each(['', 'a/b/1.2.3', '1.2', '1.2.3.4', 'a/1.2.x', 'a b/1.2.3', '1.-2.3', `${'a'.repeat(70)}/1.2.3`])(
    'reads nothing in %j',
    text => {
      expect(readAgent(text)).toBeUndefined()
      expect(() => parseAgent(text)).toThrow('my-app/1.2.3')
    }
  )

  // libonomy compares major and minor alone, so that 1.2.4 is refused where 1.2.3 is asked (D24).
  it.each([
    ['1.2.3', '1.2.3', true],
    ['1.2.4', '1.2.3', true],
    ['1.2.2', '1.2.3', false],
    ['1.3.0', '1.2.3', true],
    ['2.0.0', '1.9.9', true],
    ['1.9.9', '2.0.0', false],
    ['1.200.0', '1.199.300', true]
  ])('%s where %s is asked: %s', (version, least, isNew) => {
    expect(isAtLeast(parseAgent(version), parseAgent(least))).toBe(isNew)
  })
})

describe('greetings', () => {
  const greeting = {
    network: 'main',
    agent: 'a/1.0.0',
    time: 1_700_000_000_123,
    envelope: Uint8Array.of(1, 2, 3)
  }

  it('come back as they were', () => {
    expect(decodeGreeting(encodeGreeting(greeting))).toEqual(greeting)
    const reception = { status: 'too-old', time: 5, agent: 'b/2.0.0' } as const
    expect(decodeReception(encodeReception(reception))).toEqual(reception)
    expect(isFarewell(farewell)).toBe(true)
  })

  it('are never more than they say, whatever is cut off or changed', () => {
    const bytes = encodeGreeting(greeting)
    for (let end = 0; end < bytes.length - 3; end++)
      expect(decodeGreeting(bytes.subarray(0, end))).toBeUndefined()
    const answer = encodeReception({ status: 'welcome', time: 5, agent: 'b/2.0.0' })
    for (let end = 0; end < answer.length; end++)
      expect(decodeReception(answer.subarray(0, end))).toBeUndefined()
    expect(decodeReception(Uint8Array.of(...answer, 0))).toBeUndefined()
    expect(decodeReception(Uint8Array.of(99, ...answer.subarray(1)))).toBeUndefined()
  })

  it('hold nothing that could play tricks with a terminal, no absurd time, no huge record', () => {
    expect(decodeGreeting(encodeGreeting({ ...greeting, agent: 'a\u001b[2J/1.0.0' }))).toBeUndefined()
    expect(decodeGreeting(encodeGreeting({ ...greeting, network: 'näme' }))).toBeUndefined()
    expect(decodeGreeting(encodeGreeting({ ...greeting, time: 9e15 }))).toBeUndefined()
    expect(decodeGreeting(encodeGreeting({ ...greeting, envelope: new Uint8Array(70_000) }))).toBeUndefined()
  })

  it('are decoded or refused for any bytes, never thrown over', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        decodeGreeting(bytes)
        decodeReception(bytes)
      })
    )
  })
})

describe('node URLs', () => {
  it.each([
    [`pex://${ID}@192.0.2.1:4001`, ['/ip4/192.0.2.1/tcp/4001']],
    [`pex://${ID}@192.0.2.1:4001?udp=4002`, ['/ip4/192.0.2.1/tcp/4001', '/ip4/192.0.2.1/udp/4002/noise']],
    [`pex://${ID}@192.0.2.1?udp=4002`, ['/ip4/192.0.2.1/udp/4002/noise']],
    [`pex://${ID}@[2001:db8::1]:4001`, ['/ip6/2001:db8::1/tcp/4001']],
    [`pex://${ID}@pex.example.com:4001`, ['/dns/pex.example.com/tcp/4001']]
  ])('%s is read, and written again', (url, addresses) => {
    expect(parseNodeUrl(url)).toEqual({ id: ID, addresses })
    expect(formatNodeUrl(parseNodeUrl(url))).toBe(url)
  })

  it.each([
    '',
    `http://${ID}@192.0.2.1:4001`,
    `pex://${ID}@192.0.2.1`,
    `pex://${ID}@192.0.2.1:0`,
    `pex://${ID}@192.0.2.1:70000`,
    `pex://${ID}@192.0.2.1:4001?udp=0`,
    `pex://${ID}@300.0.2.1:4001`,
    `pex://nobody@192.0.2.1:4001`,
    `pex://${ID}@192.0.2.1:4001/path`
  ])('%j is none, and the error says how to write one', url => {
    expect(() => parseNodeUrl(url)).toThrow('pex://12D3KooW…@192.0.2.1:4001')
  })

  it('is nothing for who has no id, or is only reached in other ways', () => {
    expect(formatNodeUrl({ addresses: ['/ip4/192.0.2.1/tcp/1'] })).toBeUndefined()
    expect(
      formatNodeUrl({ id: ID, addresses: ['/ip4/192.0.2.1/tcp/443/tls/ws', '/memory/1'] })
    ).toBeUndefined()
  })
})

describe('a clock check', () => {
  const check = new ClockCheck()

  it('takes no host whose clock is more than ten minutes off, either way', () => {
    expect([-600_001, -600_000, 0, 600_000, 600_001].map(skew => check.isAcceptable(skew))).toEqual([
      false,
      true,
      true,
      true,
      false
    ])
  })

  it('says that our own clock is wrong when most neighbours say so, not when some do', () => {
    expect(check.judge([60_000, 60_000])).toBeUndefined()
    expect(check.judge([60_000, 60_100, 0])).toEqual({ skewMs: 60_000, count: 3, isWrong: true })
    expect(check.judge([600_000, 0, 10, -5, 600_000])).toEqual({ skewMs: 10, count: 5, isWrong: false })
    expect(check.judge([60_000, 60_000, 0, 0])).toEqual({ skewMs: 0, count: 4, isWrong: false })
    expect(check.judge([-90_000, -80_000, -70_000])?.skewMs).toBe(-80_000)
  })
})
