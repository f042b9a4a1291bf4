/** `pex start --metrics`: a page that every scraper reads, and nobody else; and what docs/METRICS.md says of it. */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Metrics } from '@pex/core'
import { adaptivePexReactor, Crawl, PeerManager, SeedNode } from '@pex/cometbft'
import { fixedPeers, measured } from '@pex/discovery'
import { hostOver, peerBook } from '@pex/host'
import { memoryStore } from '@pex/store-memory'
import { nodeKey } from '@pex/mconnection'
import { recordingMetrics, seeded, streamNetwork, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { openCarriers } from '../src/carriers.ts'
import { resolveSettings } from '../src/config.ts'
import { hostMetrics, isOpen } from '../src/metrics.ts'
import { parseExposition } from './exposition.ts'
import { pex, temporaryDirectory, TestHost } from './processes.ts'

const free = ['--metrics', '127.0.0.1:0']

interface Reply {
  readonly status: number
  readonly type: string
  readonly text: string
}

function get(url: string, { method = 'GET', headers = {}, path = '' } = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(path === '' ? url : new URL(path, url), { method, headers }, response => {
      let text = ''
      response.on('data', (part: Buffer) => (text += part.toString()))
      response.on('end', () =>
        resolve({ status: response.statusCode!, type: response.headers['content-type']!, text })
      )
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('pex start --metrics', () => {
  const udp = ['--listen', '/ip4/127.0.0.1/udp/0/noise']
  const tcp = ['--listen', '/ip4/127.0.0.1/tcp/0']

  it.each([
    ['libp2p', tcp, ['pex_swarm_connections', 'pex_libp2p_requests_total', 'libp2p_dial_queue']],
    ['UDP alone', udp, ['pex_udp_sessions', 'pex_udp_datagrams_total']]
  ])('serves a page that a strict parser reads, over %s', async (_what, listen, names) => {
    const first = new TestHost(temporaryDirectory(), listen)
    const { addrs, id, metrics: none } = await first.event('listening')
    expect(none).toBeUndefined()
    const host = new TestHost(temporaryDirectory(), [
      ...listen,
      ...free,
      '--bootstrap',
      ...(addrs as string[])
    ])
    const up = await host.event('listening')
    await host.knows([String(id)])
    await host.until(({ event, role }) => event === 'exchange' && role === 'initiator')
    const page = String(up['metrics'])
    expect(page).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/)
    const { status, type, text } = await get(page)
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    const families = parseExposition(text)
    const value = (key: string): number | undefined => families.get(key.replace(/\{.*/, ''))?.samples.get(key)
    expect(value('pex_view_size{namespace="pex"}')).toBe(1)
    expect(value('pex_exchanges_total{result="ok"}')).toBeGreaterThan(0)
    expect(value('pex_store_failing')).toBe(0)
    expect(value('pex_network_size_alarm{namespace="pex"}')).toBe(0)
    for (const name of [
      ...names,
      'pex_address_book_peers',
      'pex_host_mapped_ports',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_seconds',
      'nodejs_fs_usage_bytes'
    ])
      expect([...families.keys()]).toContain(name)
    // Whoever this host knows stays between them.
    for (const told of [String(id), String(up['id']), ...(addrs as string[])])
      expect(text).not.toContain(told)
    expect(text).not.toContain('12D3Koo')
    host.kill('SIGTERM')
    expect(await host.ended).toEqual({ code: 0, signal: null })
    expect(host.stderr).toBe('')
    await expect(get(page)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('says before anything else that a port is taken or an address wrong, and warns of an open one', async () => {
    const other = hostMetrics('.')
    const port = new URL(await other.serve({ host: '127.0.0.1', port: 0 })).port
    const taken = await pex(['start', '--data', temporaryDirectory(), '--metrics', `127.0.0.1:${port}`])
    await other.stop()
    expect(taken).toMatchObject({ code: 1 })
    expect(taken.stderr).toMatch(/^pex: metrics cannot be served on 127\.0\.0\.1:\d+ \(EADDRINUSE\); try /)
    const wrong = await pex(['start', '--data', temporaryDirectory(), '--metrics', 'example.org:9464'])
    expect(wrong).toMatchObject({ code: 2 })
    expect(wrong.stderr).toContain('127.0.0.1:9464')
    const open = new TestHost(temporaryDirectory(), ['--metrics', '0.0.0.0:0'])
    await open.event('listening')
    expect(open.stderr).toContain('warning: everybody who reaches 0.0.0.0:0 can read the metrics')
  })
})

describe('the address of the page', () => {
  const settingOf = (metrics: string) => resolveSettings({ metrics }, {}).settings.metrics

  it('is an IP address and a port', () => {
    expect(settingOf('127.0.0.1:9464')).toEqual({ host: '127.0.0.1', port: 9464 })
    expect(settingOf('[::1]:0')).toEqual({ host: '::1', port: 0 })
    expect(settingOf('localhost:1')).toEqual({ host: '127.0.0.1', port: 1 })
    expect(resolveSettings({}, { PEX_METRICS: '[::]:9464' }).settings.metrics).toEqual({
      host: '::',
      port: 9464
    })
    for (const text of [
      '9464',
      ':9464',
      '127.0.0.1',
      '127.0.0.1:65536',
      '::1:9464',
      '1.2.3:4',
      '[127.0.0.1]:1',
      'x:1'
    ])
      expect(() => settingOf(text), text).toThrow(/no address to serve on/)
  })

  it('is open unless it is loopback', () => {
    const hosts = ['127.0.0.1', '127.9.9.9', '::1', '0.0.0.0', '::', '10.0.0.1', '::ffff:127.0.0.1']
    expect(hosts.filter(host => isOpen({ host, port: 0 }))).toEqual(hosts.slice(3))
  })
})

describe('the page', () => {
  it('is for requests by address, not for names or web pages; and only to be read', async () => {
    const metrics = hostMetrics('.')
    const url = await metrics.serve({ host: '127.0.0.1', port: 0 })
    const { port } = new URL(url)
    try {
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, '[::1]', '192.0.2.7:9464'])
        expect((await get(url, { headers: { host } })).status, host).toBe(200)
      for (const host of [
        'evil.test',
        `evil.test:${port}`,
        '127.0.0.1.nip.io',
        '127.0.0.1@evil.test',
        '[evil.test]',
        'localhost.evil.test',
        ' '
      ])
        expect((await get(url, { headers: { host } })).status, host).toBe(403)
      expect((await get(url, { headers: { origin: 'http://127.0.0.1:3000' } })).status).toBe(403)
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
        expect((await get(url, { method })).status, method).toBe(405)
      const head = await get(url, { method: 'HEAD' })
      expect([head.status, head.text]).toEqual([200, ''])
      for (const path of ['/', '/metrics/x', '/../metrics2'])
        expect((await get(url, { path })).status, path).toBe(404)
    } finally {
      await metrics.stop()
    }
  })

  it('answers many at once, and counts nothing twice for that', async () => {
    const metrics = hostMetrics('.')
    let total = 0
    let told = 0
    metrics.metrics.registerCounter('pex_test_total', {
      calculate: () => {
        const grown = total - told
        told = total
        return grown
      }
    })
    metrics.metrics.registerMetricGroup('pex_test_size', {
      label: 'namespace',
      calculate: () => ({ 'a"b\\c\nd': NaN })
    })
    const url = await metrics.serve({ host: '127.0.0.1', port: 0 })
    try {
      total = 7
      const pages = await Promise.all(Array.from({ length: 20 }, () => get(url)))
      for (const { text } of pages)
        expect(parseExposition(text).get('pex_test_total')!.samples.get('pex_test_total')).toBe(7)
      const [[name, value]] = [...parseExposition(pages[0]!.text).get('pex_test_size')!.samples] as [
        [string, number]
      ]
      expect([name, value]).toEqual(['pex_test_size{namespace="a\\"b\\\\c\\nd"}', NaN])
    } finally {
      await metrics.stop()
    }
  })
})

describe('docs/METRICS.md', () => {
  const text = readFileSync(new URL('../../../docs/METRICS.md', import.meta.url), 'utf8')

  it('lists every metric that there is, its kind and its label, and no other', async () => {
    const metrics = recordingMetrics()
    const tracking = {
      trackMultiaddrConnection() {},
      trackProtocolStream() {},
      traceFunction: (_: string, traced: unknown) => traced
    }
    const privateKey = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32))
    const listen = ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/udp/0/noise']
    const carried = await openCarriers(resolveSettings({ listen }, {}).settings, {
      identity: { id: 'x', privateKey },
      secret: undefined,
      store: memoryStore(),
      init: {},
      metrics: { ...metrics, ...tracking } as never
    })
    await carried.start()
    await carried.stop()
    measured({ ...fixedPeers([]), advertise: async () => 1 }, 'static', metrics)
    const [clock, rng] = [virtualClock(), seeded(1)]
    const book = peerBook({ store: memoryStore(), network: 'x', self: 'x', clock, rng, log() {} })
    hostOver({ pex: carried.pex, clock, rng, book, metrics }, { network: 'x' })
    await registerTools(metrics, clock)
    const ours = metrics.registered.filter(({ name }) => name.startsWith('pex_'))
    const listed = [...text.matchAll(/^\| `(pex_\w+)` \| (\w+) \| (?:`(\w+)` )?\| .+ \|$/gm)]
    expect(listed.map(([, name, kind, label]) => `${name} ${kind} ${label}`).toSorted()).toEqual(
      ours.map(({ name, kind, label }) => `${name} ${kind} ${label}`).toSorted()
    )
    for (const [, name] of text.matchAll(/\b(pex_[a-z_]+)(?=[{[ ])/g))
      expect(ours.map(metric => metric.name)).toContain(name)
    for (const { name, kind, help } of ours) {
      expect(name).toMatch(kind === 'counter' ? /_total$/ : /^(?!.*_total$)/)
      expect(help).toMatch(/^[A-Z0-9]/)
    }
  })
})

/** A seed, which is a switch with a reactor; the other reactor; and a crawl. */
async function registerTools(metrics: Metrics, clock: VirtualClock): Promise<void> {
  const [key, rng] = [nodeKey(), seeded(2)]
  const carrier = streamNetwork({ clock, rng }).carrier('10.0.0.1')
  const file = { load: async () => ({}), save: async () => {} }
  const seed = new SeedNode({ key, carrier, clock, rng, file, metrics }, { chainId: 'x', listen: [] })
  await seed.start()
  const stopped = seed.stop()
  await clock.advance(1_000)
  await stopped
  adaptivePexReactor({ manager: new PeerManager({ id: 'a'.repeat(40), rng }), metrics })
  const visit = async () => expect.unreachable()
  const crawl = new Crawl({ chainId: 'x', seeds: [], visit, clock, rng, metrics })
  expect(crawl.map().nodes).toEqual([])
}
