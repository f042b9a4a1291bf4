/** The doctor's judgements, each on made-up evidence. */
import { describe, expect, it } from 'vitest'
import { clockFindings } from '../src/doctor/clock.ts'
import type { Witnesses } from '../src/doctor/clock.ts'
import type { Finding } from '../src/doctor/finding.ts'
import { hostFindings } from '../src/doctor/host.ts'
import { limitFindings, nodeFindings } from '../src/doctor/machine.ts'
import { reachFindings } from '../src/doctor/reach.ts'
import { examineSettings } from '../src/doctor/settings.ts'

const stranger = '12D3KooWJD5igwys721UnTv195TScGxjF5NuiT27F2pZoWgkTCV7'

function faults(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ verdict }) => verdict !== 'well')
}

describe('the machine', () => {
  it.each([
    ['20.19.0', 'wrong'],
    ['22.11.9', 'wrong'],
    ['22.12.0', 'well'],
    ['23.4.0', 'warning'],
    ['24.0.0', 'well']
  ])('with Node.js %s is %s', (version, verdict) => {
    expect(nodeFindings(version)[0]!.verdict).toBe(verdict)
  })

  it.each([
    [{ files: 64, memory: 2 ** 30 }, ['wrong', 'well']],
    [{ files: 1_024, memory: 2 ** 26 }, ['well', 'wrong']],
    [{ files: undefined, memory: 2e8 }, ['well', 'warning']]
  ])('that grants %o is judged %j', (grants, expected) => {
    expect(limitFindings(grants).map(({ verdict }) => verdict)).toEqual(expected)
  })
})

describe('the clock', () => {
  const now = Date.UTC(2026, 5, 1)
  const calm: Witnesses = { now, jumpMs: 3, files: [], signed: [], isSynchronized: false }

  it('is well where nothing contradicts it, and what cannot be known is said', () => {
    expect(clockFindings(calm)).toMatchObject([
      { verdict: 'well', found: expect.stringMatching(/ahead, nobody/) }
    ])
    expect(clockFindings({ ...calm, isSynchronized: true })[0]!.found).toMatch(/follows a time server/)
  })

  it.each<[string, Partial<Witnesses>, 'warning' | 'wrong']>([
    ['before the first release', { now: 0 }, 'wrong'],
    ['behind most peers', { signed: [now + 120_000, now + 130_000, now - 5_000] }, 'wrong'],
    ['behind one peer of three', { signed: [now + 120_000, now - 1, now - 5_000] }, 'warning'],
    ['that jumps', { jumpMs: -5_000 }, 'warning'],
    ['before its own files', { files: [{ path: 'a', at: now + 90_000 }] }, 'wrong']
  ])('%s is told of', (_, witnesses, verdict) => {
    const [finding] = clockFindings({ ...calm, ...witnesses })
    expect(finding).toMatchObject({ verdict, mend: expect.any(String) })
  })

  it('is not judged by seqs that are no times', () => {
    expect(clockFindings({ ...calm, signed: [1, 2, 3, 1.7e18] })).toMatchObject([{ verdict: 'well' }])
  })
})

describe('the addresses', () => {
  const { settings } = examineSettings({}, {})
  const publicPeer = `/ip4/8.8.8.8/tcp/4001/p2p/${stranger}`
  const privatePeer = `/ip4/10.0.0.9/tcp/4001/p2p/${stranger}`
  const home = [
    { name: 'lo', address: '127.0.0.1' },
    { name: 'eth0', address: '10.0.0.5' }
  ]
  const everywhere = ['/ip4/0.0.0.0/tcp/4001']

  it.each<[string, Partial<typeof settings>, RegExp | undefined]>([
    ['of a lonely machine', {}, undefined],
    ['on loopback that calls the public', { bootstrap: [publicPeer] }, /loopback alone/],
    ['of a site', { listen: everywhere, bootstrap: [privatePeer] }, undefined],
    ['behind a router', { listen: everywhere, bootstrap: [publicPeer] }, /no public address/],
    [
      'behind a router that is asked',
      { listen: everywhere, bootstrap: [publicPeer], nat: 'upnp' },
      undefined
    ],
    [
      'private among the public',
      { listen: everywhere, bootstrap: [publicPeer], scope: 'private' },
      /strangers/
    ],
    [
      'public among the private',
      { listen: ['/ip4/8.8.4.4/tcp/1'], bootstrap: [privatePeer], scope: 'public' },
      /never called/
    ]
  ])('%s are judged', (_, given, expected) => {
    const findings = faults(reachFindings({ ...settings, ...given }, home))
    expect(findings.map(({ found }) => found)).toEqual(
      expected === undefined ? [] : [expect.stringMatching(expected)]
    )
  })
})

describe('a host that runs', () => {
  const health = {
    id: stranger,
    running: true,
    addrs: ['/ip4/127.0.0.1/tcp/1'],
    namespaces: ['pex'],
    uptimeMs: 7_200_000
  }
  const view = (count: number) => ({
    id: stranger,
    running: true,
    namespace: 'pex',
    peers: Array.from({ length: count }, (_, i) => ({ id: `${i}`, addrs: [], seq: '1', age: 1, hop: 1 }))
  })

  it('and knows nobody after an hour is warned of', () => {
    const found = faults(hostFindings({ health: { ...health, rejections: {} }, addrs: [], views: [view(0)] }))
    expect(found).toMatchObject([{ mend: expect.stringMatching(/--bootstrap/) }])
  })

  it('and rejects much is warned of, with the reasons', () => {
    const rejections = { 'bad-signature': 900, stale: 2 }
    const found = faults(hostFindings({ health: { ...health, rejections }, addrs: [], views: [view(3)] }))
    expect(found).toMatchObject([{ found: expect.stringMatching(/902 .*bad-signature 900/) }])
  })

  it('and is of another version is told so', () => {
    const found = faults(hostFindings({ health: undefined, addrs: [], views: [view(3)] }))
    expect(found).toMatchObject([{ found: expect.stringMatching(/another version/) }])
  })
})
