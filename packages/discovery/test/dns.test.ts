import { discoveryBounds } from '@pex/discovery'
import { dns } from '@pex/discovery/dns'
import type { DnsInit, DnsResolver } from '@pex/discovery/dns'
import { seeded, virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { search } from './world.ts'

const A = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
const B = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'

type Zone = Record<string, readonly unknown[]>

/** A resolver of a zone whose keys are type and name; it counts what it is asked. */
function resolverOf(zone: Zone): DnsResolver & { readonly asked: string[] } {
  const asked: string[] = []
  const ask = (type: string) => async (name: string) => {
    asked.push(`${type} ${name}`)
    const records = zone[`${type} ${name}`]
    if (records !== undefined) return records as never
    throw Object.assign(new Error('no such record'), { code: 'ENOTFOUND' })
  }
  return { asked, resolve4: ask('A'), resolve6: ask('AAAA'), resolveSrv: ask('SRV'), resolveTxt: ask('TXT') }
}

async function addressesOf(zone: Zone, init: Partial<DnsInit> = {}) {
  const clock = virtualClock()
  const resolver = resolverOf(zone)
  const source = dns({ name: 'pex.example.com', resolver, clock, rng: seeded(1), ...init })
  const { found } = await search(source, 'any', clock)
  const addresses = found.map(
    ({ id, addresses }) => addresses.join(' ') + (id === undefined ? '' : ` of ${id}`)
  )
  return { addresses: addresses.sort(), resolver, source, clock }
}

describe('a name', () => {
  it('with addresses gives a peer for each, at the port that was asked for', async () => {
    const zone = {
      'A pex.example.com': [
        { address: '192.0.2.1', ttl: 60 },
        { address: '192.0.2.2', ttl: 60 }
      ],
      'AAAA pex.example.com': [{ address: '2001:db8::1', ttl: 60 }]
    }
    const { addresses } = await addressesOf(zone, { port: 4001 })
    expect(addresses).toEqual([
      '/ip4/192.0.2.1/tcp/4001',
      '/ip4/192.0.2.2/tcp/4001',
      '/ip6/2001:db8::1/tcp/4001'
    ])
    expect((await addressesOf(zone)).addresses).toEqual([])
    const toAddress = (ip: string, port: number): string => `/ip4/${ip}/udp/${port}/quic-v1`
    expect((await addressesOf(zone, { port: 9, toAddress })).addresses[0]).toBe(
      '/ip4/192.0.2.1/udp/9/quic-v1'
    )
  })

  it('of a headless service in Kubernetes gives the pods behind it, with their ports', async () => {
    const name = 'pex.default.svc.cluster.local'
    const pods = ['10-1-0-5', '10-1-0-6'].map(pod => `${pod}.${name}`)
    const { addresses } = await addressesOf(
      {
        [`SRV ${name}`]: pods.map(pod => ({ name: pod, port: 4001, priority: 0, weight: 50 })),
        [`A ${pods[0]}`]: [{ address: '10.1.0.5', ttl: 30 }],
        [`A ${pods[1]}`]: [{ address: '10.1.0.6', ttl: 30 }]
      },
      { name }
    )
    expect(addresses).toEqual(['/ip4/10.1.0.5/tcp/4001', '/ip4/10.1.0.6/tcp/4001'])
  })

  it('of a service over UDP gives addresses of UDP, the preferred hosts first', async () => {
    const name = '_pex._udp.example.com'
    const clock = virtualClock()
    const resolver = resolverOf({
      [`SRV ${name}`]: [
        { name: 'second.example.com', port: 2, priority: 20, weight: 0 },
        { name: 'first.example.com', port: 1, priority: 10, weight: 0 }
      ],
      'A first.example.com': [{ address: '192.0.2.1', ttl: 30 }],
      'A second.example.com': [{ address: '192.0.2.2', ttl: 30 }]
    })
    const { found } = await search(dns({ name, resolver, clock, rng: seeded(1) }), 'any', clock)
    expect(found.map(({ addresses }) => addresses[0])).toEqual([
      '/ip4/192.0.2.1/udp/1',
      '/ip4/192.0.2.2/udp/2'
    ])
    expect(resolver.asked).not.toContain(`TXT _dnsaddr.${name}`)
  })

  it('with dnsaddr texts gives peers with their ids, through other names', async () => {
    const { addresses } = await addressesOf({
      'TXT _dnsaddr.pex.example.com': [
        [`dnsaddr=/ip4/192.0.2.1/tcp/4001/p2p/${A}`],
        ['dnsaddr=/dnsaddr/eu.', `example.com/p2p/${B}`],
        ['v=spf1 -all'],
        ['dnsaddr=nonsense'],
        ['dnsaddr=/ip4/999.0.2.1/tcp/1']
      ],
      'TXT _dnsaddr.eu.example.com': [
        [`dnsaddr=/ip4/192.0.2.2/tcp/4001/p2p/${B}`],
        // Somebody else than was asked for.
        [`dnsaddr=/ip4/192.0.2.3/tcp/4001/p2p/${A}`]
      ]
    })
    expect(addresses).toEqual([`/ip4/192.0.2.1/tcp/4001 of ${A}`, `/ip4/192.0.2.2/tcp/4001 of ${B}`])
  })
})

describe('hostile zones', () => {
  it('dnsaddr texts that lead to themselves are followed 4 deep', async () => {
    const { addresses, resolver } = await addressesOf({
      'TXT _dnsaddr.pex.example.com': [['dnsaddr=/dnsaddr/pex.example.com']]
    })
    expect(addresses).toEqual([])
    expect(resolver.asked.filter(asked => asked.startsWith('TXT'))).toHaveLength(
      1 + discoveryBounds.maxDnsaddrDepth
    )
  })

  it('names that branch are asked for 48 times at most, and give 64 peers at most', async () => {
    const branches = Array.from({ length: 30 }, () => ['dnsaddr=/dnsaddr/pex.example.com'])
    const { resolver } = await addressesOf({ 'TXT _dnsaddr.pex.example.com': branches })
    expect(resolver.asked.length).toBeLessThanOrEqual(3 * discoveryBounds.maxNames)
    const many = Array.from({ length: 500 }, (_, i) => ({ name: `h${i}`, port: 1, priority: 0, weight: 0 }))
    const hosts = Object.fromEntries(
      many.map(({ name }, i) => [
        `A ${name}`,
        Array.from({ length: 50 }, (_, j) => ({ address: `10.0.${i % 256}.${j}`, ttl: 30 }))
      ])
    )
    const { addresses } = await addressesOf({ 'SRV pex.example.com': many, ...hosts })
    expect(addresses).toHaveLength(discoveryBounds.maxDnsFound)
  })
})

describe('an answer', () => {
  const zone = (ttl: number): Zone => ({ 'A pex.example.com': [{ address: '192.0.2.1', ttl }] })

  it.each([
    [60, 60_000],
    [0, discoveryBounds.minDnsTtlMs],
    [10_000_000, discoveryBounds.maxDnsTtlMs]
  ])('with a ttl of %i s is kept for %i ms', async (ttl, ms) => {
    const { source, resolver, clock } = await addressesOf(zone(ttl), { port: 1 })
    const asked = resolver.asked.length
    await clock.advance(ms - 1)
    expect((await search(source, 'any', clock)).found).toHaveLength(1)
    expect(resolver.asked).toHaveLength(asked)
    await clock.advance(1)
    expect((await search(source, 'any', clock)).found).toHaveLength(1)
    expect(resolver.asked).toHaveLength(2 * asked)
  })

  it('that is nobody is asked for again soon', async () => {
    const { source, resolver, clock } = await addressesOf({}, { port: 1 })
    const asked = resolver.asked.length
    await clock.advance(discoveryBounds.minDnsTtlMs)
    await search(source, 'any', clock)
    expect(resolver.asked).toHaveLength(2 * asked)
  })
})

describe('a resolver that', () => {
  const never: DnsResolver = {
    resolve4: () => new Promise(() => {}),
    resolve6: () => new Promise(() => {}),
    resolveSrv: () => new Promise(() => {}),
    resolveTxt: () => new Promise(() => {})
  }

  it('never answers is waited for 5 s', async () => {
    const clock = virtualClock()
    const source = dns({ name: 'pex.example.com', port: 1, resolver: never, clock })
    await expect(search(source, 'any', clock)).rejects.toMatchObject({ code: 'PEX_UNREACHABLE' })
    expect(clock.now()).toBe(discoveryBounds.dnsTimeoutMs)
    expect(clock.pending).toBe(0)
  })

  it('never answers is left when the caller aborts', async () => {
    const clock = virtualClock()
    const stop = new AbortController()
    clock.after(50, () => stop.abort())
    const source = dns({ name: 'pex.example.com', port: 1, resolver: never, clock })
    await expect(search(source, 'any', clock, { signal: stop.signal })).rejects.toMatchObject({
      code: 'PEX_ABORTED'
    })
    expect([clock.now(), clock.pending]).toEqual([50, 0])
  })

  it('fails in part gives what it has, and fails altogether is a failure', async () => {
    const failing = Object.assign(new Error('server failure'), { code: 'ESERVFAIL' })
    const fail = (): Promise<never> => Promise.reject(failing)
    const some = resolverOf({ 'A pex.example.com': [{ address: '192.0.2.1', ttl: 30 }] })
    const half = { ...some, resolveTxt: fail, resolveSrv: fail }
    expect((await addressesOf({}, { port: 1, resolver: half })).addresses).toEqual(['/ip4/192.0.2.1/tcp/1'])
    const none = { resolve4: fail, resolve6: fail, resolveTxt: fail, resolveSrv: fail }
    await expect(addressesOf({}, { port: 1, resolver: none })).rejects.toMatchObject({
      code: 'PEX_UNREACHABLE',
      cause: failing
    })
  })
})

it.each(['', '.', 'a..b', 'http://example.com', 'exa mple.com', 'x'.repeat(254)])('"%s" is no name', name => {
  expect(() => dns({ name })).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
})
