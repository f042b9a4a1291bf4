/** The dashboard's server: who may read what, how much of it, and that it says the same as docs/HTTP-API.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { dashboardAccess } from '../src/dashboard/access.ts'
import { DemoSubject } from '../src/dashboard/demo.ts'
import type { Recorder } from '../src/dashboard/recorder.ts'
import type { Dashboard } from '../src/dashboard/server.ts'
import { Model } from '../src/demo/model.ts'
import { ask, madeUp, peer, serve } from './dashboard-world.ts'
import { pex, temporaryDirectory, TestHost } from './processes.ts'

const TOKEN = 'correct-horse-battery'
const open: Dashboard[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.stop()))
})

async function serving(...init: Parameters<typeof serve>): Promise<string> {
  const dashboard = await serve(...init)
  open.push(dashboard)
  return dashboard.url
}

/** Every address that the API has, with what is not the API's. */
const everywhere = [
  '/',
  '/assets/style.css',
  '/healthz',
  '/readyz',
  '/metrics',
  '/session',
  '/nothing'
].concat(['', '/self', '/history', '/events', '/nothing'].map(path => `/api/v1${path}`))

describe('the door', () => {
  it('is shut for names that lead here, whatever is asked for', async () => {
    const url = await serving(madeUp({}))
    const { port } = new URL(url)
    for (const host of [
      'evil.test',
      `evil.test:${port}`,
      '127.0.0.1.nip.io',
      '',
      'localhost.evil.test',
      '127.0.0.1@evil.test'
    ])
      for (const path of everywhere) {
        const reply = await ask(url, path, { headers: { host } })
        expect([reply.status, JSON.parse(reply.text).code], `${host} ${path}`).toEqual([403, 'PEX_HOST'])
      }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, '[::1]:1', '192.0.2.7'])
      expect((await ask(url, '/api/v1/self', { headers: { host } })).status, host).toBe(200)
  })

  it('is shut for pages of other origins, be it another port of this machine', async () => {
    const url = await serving(madeUp({}))
    for (const origin of [
      'http://evil.test',
      'null',
      'http://127.0.0.1:1',
      url.replace('http', 'https'),
      `${url}.evil.test`
    ])
      expect((await ask(url, '/api/v1/self', { headers: { origin } })).status, origin).toBe(403)
    expect((await ask(url, '/api/v1/self', { headers: { origin: url } })).status).toBe(200)
    for (const site of ['cross-site', 'same-site']) {
      const fetched = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' }
      expect((await ask(url, '/api/v1/self', { headers: fetched })).status).toBe(403)
      expect((await ask(url, '/assets/style.css', { headers: fetched })).status).toBe(403)
      const visit = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
      expect((await ask(url, '/', { headers: visit })).status).toBe(200)
      expect((await ask(url, '/', { headers: { ...visit, 'sec-fetch-dest': 'iframe' } })).status).toBe(403)
    }
  })

  it('lets nothing be changed: everything is read with GET, and anything else is refused', async () => {
    const url = await serving(madeUp({}))
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      for (const path of everywhere.filter(each => each !== '/session')) {
        const reply = await ask(url, path, { method, headers: { origin: url } })
        expect([reply.status, reply.headers['allow']], `${method} ${path}`).toEqual([405, 'GET, HEAD'])
      }
    const head = await ask(url, '/api/v1/events', { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
  })

  it('sends a strict policy with every answer, also with a refusal', async () => {
    const url = await serving(madeUp({}), { token: TOKEN })
    for (const path of everywhere.filter(each => !each.endsWith('/events')))
      for (const headers of [{}, { host: 'evil.test' }]) {
        const reply = await ask(url, path, { headers: { ...headers } })
        const policy = String(reply.headers['content-security-policy'])
        expect(policy).toContain("default-src 'none'")
        expect(policy).toContain("frame-ancestors 'none'")
        expect(policy).not.toMatch(/unsafe|\*|https?:|data:/)
        expect(reply.headers['x-content-type-options']).toBe('nosniff')
        expect(reply.headers['referrer-policy']).toMatch(/^(?:no-referrer|same-origin)$/)
        expect(reply.headers['access-control-allow-origin']).toBeUndefined()
      }
  })
})

describe('the token', () => {
  it('is demanded for everything that tells of the host, and for nothing else', async () => {
    const url = await serving(madeUp({ view: { namespace: 'pex', peers: [peer('secret-peer')] } }), {
      token: TOKEN
    })
    for (const path of [
      '/api/v1',
      '/api/v1/self',
      '/api/v1/view',
      '/api/v1/events',
      '/api/v1/nothing',
      '/metrics',
      '/nothing'
    ]) {
      for (const headers of [{}, { authorization: 'Bearer wrong' }, { cookie: 'pex-0=x' }] as Record<
        string,
        string
      >[]) {
        const reply = await ask(url, path, { headers })
        expect([reply.status, reply.headers['www-authenticate']], path).toEqual([401, 'Bearer'])
        expect(reply.text).not.toContain('secret-peer')
      }
    }
    for (const path of ['/healthz', '/readyz', '/assets/style.css'])
      expect((await ask(url, path)).status, path).toBe(200)
    const page = await ask(url, '/')
    expect([page.status, page.text.includes('type="password"')]).toEqual([401, true])
    const headers = { authorization: `Bearer ${TOKEN}` }
    expect((await ask(url, '/api/v1/view', { headers })).text).toContain('secret-peer')
    expect((await ask(url, '/metrics', { headers })).text).toBe('up 1\n')
  })

  const form = (url: string, token: string, more: Record<string, string> = {}) =>
    ask(url, '/session', {
      method: 'POST',
      headers: { origin: url, 'content-type': 'application/x-www-form-urlencoded', ...more },
      body: `token=${encodeURIComponent(token)}`
    })

  it('is handed in on the page itself, for a cookie that scripts and other pages never see', async () => {
    const url = await serving(madeUp({}), { token: TOKEN })
    const reply = await form(url, TOKEN)
    expect([reply.status, reply.headers['location']]).toEqual([303, '/'])
    const cookie = String(reply.headers['set-cookie'])
    expect(cookie).toMatch(/^pex-\d+=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/)
    expect(cookie).not.toContain(TOKEN)
    const headers = { cookie: `other=1; ${cookie.split(';')[0]!}` }
    expect((await ask(url, '/api/v1/self', { headers })).status).toBe(200)
    const another = await serving(madeUp({}), { token: TOKEN })
    expect((await ask(another, '/api/v1/self', { headers })).status).toBe(401)
    expect((await form(url, 'wrong')).status).toBe(401)
    expect((await form(url, TOKEN, { origin: 'http://evil.test' })).status).toBe(403)
    expect((await ask(url, '/session', { method: 'POST', body: `token=${TOKEN}` })).status).toBe(403)
    expect((await form(url, 'x'.repeat(5_000))).status).toBe(413)
  })

  it('cannot be guessed at leisure: after thirty wrong ones in a minute none is looked at', async () => {
    const url = await serving(madeUp({}), { token: TOKEN })
    for (let i = 0; i < 30; i++) expect((await form(url, `wrong-${i}`)).status).toBe(401)
    expect((await form(url, TOKEN)).status).toBe(429)
  })

  it('is needed for every address that is not of this machine alone', async () => {
    const directory = temporaryDirectory()
    const file = (name: string, content: string, mode: number): string => {
      writeFileSync(join(directory, name), content, { mode })
      return join(directory, name)
    }
    const good = file('good', `${TOKEN}\n`, 0o600)
    const at = (host: string, dashboardToken?: string) =>
      dashboardAccess({ dashboard: { host, port: 0 }, dashboardToken })
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '192.0.2.1']) {
      expect(() => at(host), host).toThrow(
        expect.objectContaining({ code: 'PEX_USAGE', next: expect.stringContaining('--dashboard-token') })
      )
      expect(at(host, good)?.token).toBe(TOKEN)
    }
    expect(at('127.0.0.1')).toMatchObject({ token: undefined })
    expect(at('::1', good)?.token).toBe(TOKEN)
    expect(dashboardAccess({ dashboard: undefined, dashboardToken: good })).toBeUndefined()
    for (const bad of [
      file('short', 'x'.repeat(15), 0o600),
      file('blank', `${TOKEN} x`, 0o600),
      file('long', 'x'.repeat(300), 0o600),
      join(directory, 'none')
    ])
      expect(() => at('127.0.0.1', bad), bad).toThrow(expect.objectContaining({ code: 'PEX_KEY' }))
    if (process.platform !== 'win32')
      expect(() => at('127.0.0.1', file('open', TOKEN, 0o644))).toThrow(/everybody on this machine/)
  })
})

describe('the API', () => {
  it('says what there is, and what is wrong with a question', async () => {
    const url = await serving(madeUp({ view: { namespace: 'a', peers: [] } }, ['a', 'b']))
    const get = async (path: string) => {
      const { status, text } = await ask(url, `/api/v1${path}`)
      return [status, JSON.parse(text)]
    }
    expect(await get('')).toEqual([200, { kind: 'host', resources: ['self', 'history', 'view'] }])
    expect(await get('/view?namespace=b')).toEqual([200, { namespace: 'a', peers: [] }])
    expect(await get('/view?namespace=c')).toMatchObject([400, { code: 'PEX_USAGE' }])
    for (const count of ['0', '65', '-1', 'x', '1e1', ''])
      expect(await get(`/view?count=${count}`), count).toMatchObject([400, {}])
    expect(await get('/history?every=2')).toMatchObject([400, {}])
    for (const path of ['/none', '/__proto__', '/constructor', '/view/x', '/..%2fview'])
      expect((await get(path))[0], path).toBe(404)
    expect((await ask(url, '/assets/..%2fstyle.ts')).status).toBe(404)
    expect((await ask(url, '/assets/main.ts')).text).not.toMatch(/^import type|: readonly /m)
  })

  it('is ready when the host is, and says why it is not', async () => {
    const model = new Model(2)
    const subject = new DemoSubject({ model, tick: '1s' })
    const url = await serving({ subject, recorder: subject.recorder })
    expect((await ask(url, '/readyz')).text).toBe('{"ready":false,"problems":["not up: n1, n2"]}')
    expect((await ask(url, '/readyz')).status).toBe(503)
    for (const name of ['n1', 'n2']) {
      model.spawned(name, 1)
      model.heard(name, { event: 'listening', id: `id-${name}`, addrs: [], namespaces: ['pex'] })
    }
    expect((await ask(url, '/readyz')).status).toBe(200)
    expect((await ask(url, '/metrics')).status).toBe(404)
    model.heard('n1', { event: 'view', namespace: 'pex', size: 1, added: ['id-n2'], removed: [] })
    expect(JSON.parse((await ask(url, '/api/v1/degrees')).text).buckets).toEqual([
      { value: 0, count: 1 },
      { value: 1, count: 1 }
    ])
    expect(JSON.parse((await ask(url, '/api/v1/hosts')).text).hosts[1]).toMatchObject({
      name: 'n2',
      inDegree: 1,
      knows: 0
    })
  })
})

/** Reads the stream until what has come holds for the condition; gives it up then. */
function stream(
  url: string,
  headers: Record<string, string>,
  until: (text: string) => boolean
): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/api/v1/events`, { headers }, (response: IncomingMessage) => {
      let text = ''
      response.on('data', (part: Buffer) => {
        text += part.toString()
        if (!until(text)) return
        asked.destroy()
        resolve(text)
      })
      response.on('end', () => reject(new Error(`the stream ended: ${response.statusCode} ${text}`)))
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('the event stream', () => {
  const news = (recorder: Recorder, round: number): void =>
    recorder.heard({ event: 'round', namespace: 'pex', round, reached: null })

  it('goes on where a reader was, and says so where that is not known any more', async () => {
    const world = madeUp({})
    const url = await serving(world)
    for (let i = 1; i <= 3; i++) news(world.recorder, i)
    const rest = await stream(url, { 'last-event-id': 'run-1' }, text => text.includes('id: run-3'))
    expect(rest).not.toContain('id: run-1\n')
    expect(rest.match(/^data: .*$/gm)!.map(line => JSON.parse(line.slice(6)).round)).toEqual([2, 3])
    for (const id of ['other-1', 'run-9', 'run-x', '<x>', 'run-99999999999999999999']) {
      const text = await stream(url, { 'last-event-id': id }, all => all.includes('event: gap'))
      expect(text, id).not.toContain('id: run')
    }
    const none = await stream(url, {}, all => all.includes('event: tick'))
    expect(none).not.toContain('id: run')
  })

  it('has so many readers and no more', async () => {
    const url = await serving(madeUp({}), { maxReaders: 2 })
    const readers = [1, 2].map(() => stream(url, {}, text => text.split('event: tick').length > 2))
    await Promise.all([1, 2].map(() => stream(url, {}, () => true)).map(each => each.catch(() => {})))
    const busy = await ask(url, '/api/v1/events')
    expect([busy.status, busy.headers['retry-after']]).toEqual([503, '10'])
    await Promise.all(readers)
    await expect.poll(() => stream(url, {}, () => true)).toContain('retry:')
  })

  it('sends a reader away that does not keep up, and counts it; the others hear everything', async () => {
    const world = madeUp({})
    const url = await serving(world, { maxWaitingBytes: 300_000 })
    const { port, hostname } = new URL(url)
    const slow = connect(Number(port), hostname)
    const gone = new Promise<void>(resolve => void slow.on('close', () => resolve()))
    slow.on('error', () => {})
    slow.write(`GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    await new Promise(resolve => slow.once('data', resolve))
    slow.pause()
    const flood = setInterval(() => {
      for (let i = 0; i < 20; i++) world.recorder.tell(`kind-${i}`, { text: 'x'.repeat(10_000) })
    }, 20)
    try {
      const text = await stream(url, {}, all => /"dropped":1/.test(all.slice(-400)))
      expect(text).toContain('event: kind-19')
    } finally {
      clearInterval(flood)
    }
    slow.resume()
    await gone
  })
})

describe('pex start --dashboard', () => {
  it('refuses to serve everybody without a token, before anything else, and says what to do', async () => {
    const refused = await pex(['start', '--data', temporaryDirectory(), '--dashboard', '0.0.0.0:0'])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(
      /^pex: everybody who reaches 0\.0\.0\.0 could read the dashboard there; try --dashboard-token /
    )
    expect(refused.stdout).toBe('')
  })

  it('tells of the host what the host is', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'token'), TOKEN, { mode: 0o600 })
    const first = new TestHost(temporaryDirectory())
    const { address, id } = await first.listening()
    const host = new TestHost(temporaryDirectory(), [
      '--bootstrap',
      address,
      '--dashboard',
      '127.0.0.1:0',
      '--dashboard-token',
      join(directory, 'token')
    ])
    const up = await host.event('listening')
    const url = String(up['dashboard'])
    await host.knows([id])
    await host.until(line => line['event'] === 'exchange')
    const headers = { authorization: `Bearer ${TOKEN}` }
    const get = async (name: string) => JSON.parse((await ask(url, `/api/v1${name}`, { headers })).text)
    expect((await ask(url, '/api/v1/self')).status).toBe(401)
    expect(await get('/self')).toMatchObject({
      kind: 'host',
      id: up['id'],
      addresses: up['addrs'],
      namespaces: ['pex'],
      tickMs: 200
    })
    expect((await get('/view')).peers).toMatchObject([
      { id, addresses: [address.replace(/\/p2p\/.*/, '')], netgroup: null, heldSince: expect.any(Number) }
    ])
    expect((await get('/sample?count=3')).peers).toMatchObject([{ id }])
    expect(await get('/overlay')).toMatchObject({ nodes: [{ id: up['id'], kind: 'self' }, { id }] })
    expect((await get('/traffic')).sent.bytes).toBeGreaterThan(0)
    expect(await get('/store')).toMatchObject({ kind: 'level', failing: false, saveFailed: 0 })
    expect(await get('/book')).toMatchObject({ banned: 0 })
    for (const name of ['/recovery', '/estimate', '/failures', '/rejections', '/degrees', '/history'])
      expect(await get(name), name).toBeTypeOf('object')
    expect((await ask(url, '/readyz')).status).toBe(200)
    expect((await ask(url, '/metrics', { headers })).text).toContain('pex_view_size{namespace="pex"} 1')
    // Every resource that there is stands in the documentation, and no other.
    const { resources } = await get('')
    const text = readFileSync(new URL('../../../docs/HTTP-API.md', import.meta.url), 'utf8')
    const documented = [...text.matchAll(/^### `GET \/api\/v1\/(\w+)/gm)].map(match => match[1])
    expect(documented.toSorted()).toEqual([...resources, 'hosts', 'events'].toSorted())
    host.kill('SIGTERM')
    expect(await host.ended).toEqual({ code: 0, signal: null })
    expect(host.stderr).toBe('')
    await expect(ask(url, '/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
