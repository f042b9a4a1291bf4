/** What names in addresses stand for, on a resolver that is a table. */
import { RecordType } from '@multiformats/dns'
import type { DNS } from '@multiformats/dns'
import { describe, expect, it } from 'vitest'
import { Names } from '../src/names.ts'

const signal = new AbortController().signal

function names(
  table: Record<string, readonly string[]>,
  isBrowser = false
): { names: Names; asked: string[] } {
  const asked: string[] = []
  const resolver = {
    query: async (name: string, { types }: { types: RecordType[] }) => {
      asked.push(`${RecordType[types[0]!]} ${name}`)
      const data = table[`${RecordType[types[0]!]} ${name}`]
      if (data === undefined) throw new Error('no such name')
      return { Answer: data.map(each => ({ name, type: types[0]!, data: each })) }
    }
  } as unknown as Pick<DNS, 'query'>
  return { names: new Names(isBrowser, resolver), asked }
}

const dials = (found: readonly { dial: string }[]): string[] => found.map(({ dial }) => dial)

describe('a name', () => {
  it('of a host is dialled where it leads, by both families', async () => {
    const table = { 'A n.example.com': ['9.9.9.9', '8.8.8.8'], 'AAAA n.example.com': ['2a00::1'] }
    const { names: some } = names(table)
    expect(dials(await some.resolve('/dns/n.example.com/tcp/1', { signal }))).toEqual([
      '/ip4/9.9.9.9/tcp/1',
      '/ip4/8.8.8.8/tcp/1',
      '/ip6/2a00::1/tcp/1'
    ])
    expect(dials(await some.resolve('/dns6/n.example.com/tcp/1', { signal }))).toEqual(['/ip6/2a00::1/tcp/1'])
  })

  it('that the handshake needs is dialled as it is, and judged by where it leads', async () => {
    const { names: some } = names({ 'A n.example.com': ['10.0.0.1', '9.9.9.9'] })
    expect(await some.resolve('/dns4/n.example.com/tcp/443/wss', { signal })).toEqual([
      { dial: '/dns4/n.example.com/tcp/443/wss', at: '/ip4/10.0.0.1/tcp/443/wss' },
      { dial: '/dns4/n.example.com/tcp/443/wss', at: '/ip4/9.9.9.9/tcp/443/wss' }
    ])
  })

  it('that nobody knows is a failure', async () => {
    await expect(names({}).names.resolve('/dns/n.example.com/tcp/1', { signal })).rejects.toThrow(
      'no such name'
    )
  })

  it.each(['/dns4/localhost/tcp/1', '/dns/printer.local/tcp/1', '/dns4/seed/tcp/1', '/ip4/9.9.9.9/tcp/1'])(
    'such as %s is left to the system',
    async address => {
      const { names: some, asked } = names({})
      expect(dials(await some.resolve(address, { signal }))).toEqual([address])
      expect(asked).toEqual([])
    }
  )

  it('is left alone in a browser, which opens only what certificates cover', async () => {
    const { names: some, asked } = names({}, true)
    expect(dials(await some.resolve('/dns4/n.example.com/tcp/443/wss', { signal }))).toEqual([
      '/dns4/n.example.com/tcp/443/wss'
    ])
    expect(asked).toEqual([])
  })

  it('with dnsaddr records gives the addresses of whom it was asked for, names behind it looked up too', async () => {
    const { names: some } = names({
      'TXT _dnsaddr.boot.example.com': [
        '"dnsaddr=/ip4/9.9.9.9/tcp/1/p2p/A"',
        'dnsaddr=/dns4/n.example.com/tcp/2/p2p/A',
        'dnsaddr=/ip4/8.8.8.8/tcp/1/p2p/B',
        'v=spf1'
      ],
      'A n.example.com': ['1.1.1.1']
    })
    expect(dials(await some.resolve('/dnsaddr/boot.example.com/p2p/A', { signal }))).toEqual([
      '/ip4/9.9.9.9/tcp/1/p2p/A',
      '/ip4/1.1.1.1/tcp/2/p2p/A'
    ])
  })

  it('that leads to itself for ever leads nowhere', async () => {
    const { names: some, asked } = names({
      'TXT _dnsaddr.loop.example.com': ['dnsaddr=/dnsaddr/loop.example.com']
    })
    expect(await some.resolve('/dnsaddr/loop.example.com', { signal })).toEqual([])
    expect(asked.length).toBeLessThanOrEqual(16)
  })

  it('that leads to many that lead to many costs a few queries', async () => {
    const table: Record<string, string[]> = {}
    for (let i = 0; i < 40; i++)
      table[`TXT _dnsaddr.n${i}.example.com`] = Array.from(
        { length: 40 },
        (_, j) => `dnsaddr=/dnsaddr/n${j}.example.com`
      )
    const { names: some, asked } = names(table)
    await some.resolve('/dnsaddr/n0.example.com', { signal })
    expect(asked.length).toBeLessThanOrEqual(16)
  })

  it('with a thousand records costs no more than a few dozen dials', async () => {
    const many = Array.from({ length: 1_000 }, (_, i) => `dnsaddr=/ip4/9.9.9.9/tcp/${i}`)
    const { names: some } = names({ 'TXT _dnsaddr.many.example.com': many })
    expect((await some.resolve('/dnsaddr/many.example.com', { signal })).length).toBe(32)
  })
})
