import { parseDiscovery } from '@pex/discovery'
import { discoveryFrom } from '@pex/discovery/from'
import { describe, expect, it } from 'vitest'
import { keyOf } from './world.ts'

describe('a text that names a source', () => {
  it.each([
    ['lan', { type: 'survey', gradual: false, group: undefined }],
    ['gradual', { type: 'survey', gradual: true, group: undefined }],
    ['lan:239.1.2.3:9000', { type: 'survey', gradual: false, group: { address: '239.1.2.3', port: 9000 } }],
    ['lan:[ff02::1:2]:9000', { type: 'survey', gradual: false, group: { address: 'ff02::1:2', port: 9000 } }],
    ['dns:pex.example.com', { type: 'dns', name: 'pex.example.com', port: undefined }],
    ['dns:pex.example.com:4001', { type: 'dns', name: 'pex.example.com', port: 4001 }],
    [
      'crawl:10.0.0.0/24:8822',
      { type: 'crawl', range: { address: '10.0.0.0', bits: 24, ports: [8822, 8822] } }
    ],
    [
      'crawl:127.0.0.1:8000-8099',
      { type: 'crawl', range: { address: '127.0.0.1', bits: 32, ports: [8000, 8099] } }
    ],
    [
      'crawl:[fd00::]/120:8822',
      { type: 'crawl', range: { address: 'fd00::', bits: 120, ports: [8822, 8822] } }
    ],
    ['crawl:[::1]:1', { type: 'crawl', range: { address: '::1', bits: 128, ports: [1, 1] } }],
    [
      '/ip4/10.0.0.0/udp/8822/cidr/24',
      { type: 'crawl', range: { address: '10.0.0.0', bits: 24, ports: [8822, 8822] } }
    ],
    ['/ip4/192.0.2.1/tcp/4001', { type: 'peer', address: '/ip4/192.0.2.1/tcp/4001' }]
  ])('%s is read', (text, expected) => {
    expect(parseDiscovery(text)).toEqual(expected)
  })

  it.each([
    '',
    'mdns',
    'LAN',
    'lan:10.0.0.1:8822',
    'lan:228.8.8.8',
    'lan:228.8.8.8:0',
    'dns:',
    'dns:pex.example.com:',
    'dns:pex.example.com:x',
    'dns:pex.example.com:4001:1',
    'crawl:',
    'crawl:10.0.0.0/24',
    'crawl:10.0.0.0/24/8:1',
    'crawl:10.0.0.0/x:1',
    'crawl:127.0.0.1:1-2-3',
    'crawl:127.0.0.1:70000'
  ])('%s is refused, with how to write it', text => {
    expect(() => parseDiscovery(text)).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
    expect(() => parseDiscovery(text)).toThrow(/write (it|the group)/)
  })
})

describe('a source from a text', () => {
  it('opens nothing before it is used, and can be stopped', async () => {
    const parts = { privateKey: await keyOf(1), addresses: () => [] }
    for (const text of ['lan', 'gradual', 'dns:localhost:1', 'crawl:127.0.0.1:8000', '/ip4/127.0.0.1/tcp/1'])
      await discoveryFrom(text, parts).stop()
    for (const text of ['crawl:8.8.8.0/24:8822', 'dns:a b', '/ip4/nonsense'])
      expect(() => discoveryFrom(text, parts)).toThrow(
        expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
      )
  })

  it('that is a peer gives that peer', async () => {
    const source = discoveryFrom('/ip4/127.0.0.1/tcp/1', { privateKey: await keyOf(1), addresses: () => [] })
    const found: unknown[] = []
    for await (const peer of source.findPeers('pex', { signal: AbortSignal.timeout(1000) })) found.push(peer)
    expect(found).toEqual([{ id: undefined, addresses: ['/ip4/127.0.0.1/tcp/1'] }])
  })
})
