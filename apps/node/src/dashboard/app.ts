/**
 * The routes: the page, its files, the API, and what a supervisor asks. All of it is read; the one thing handed in is the token.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { etag } from 'hono/etag'
import { loadAssets, pages } from './assets.ts'
import { SESSION } from './guard.ts'
import type { Guard } from './guard.ts'
import type { IndexShape, ProblemShape } from './shapes.ts'
import type { Streams } from './streams.ts'
import type { Ask, Subject } from './subject.ts'

type Env = { Bindings: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse } }
type Page = Context<Env>

export interface AppInit {
  readonly subject: Subject
  readonly guard: Guard
  readonly streams: Streams
}

const API = '/api/v1'
const MAX_TOKEN_BYTES = 1_024
const MAX_COUNT = 64
const DEFAULT_COUNT = 8

export function createApp(init: AppInit): Hono<Env> {
  const { subject, guard } = init
  const app = new Hono<Env>()
  app.use('/assets/*', etag())
  app.get('/assets/:name', async c => {
    const asset = (await loadAssets()).get(c.req.param('name'))
    return asset === undefined
      ? problem(c, 404, 'PEX_NOT_FOUND', 'there is no such file')
      : c.body(asset.text, 200, {
          'content-type': `${asset.type}; charset=utf-8`,
          'cache-control': 'no-cache'
        })
  })
  app.get('/', c => (guard.admits(c.env.incoming) ? c.html(pages.board) : login(c, 401)))
  app.post(SESSION, bodyLimit({ maxSize: MAX_TOKEN_BYTES, onError: c => c.text('too long\n', 413) }), c =>
    session(c, guard)
  )
  app.get('/healthz', c => c.json({ alive: true }))
  app.get('/readyz', c => {
    const { ready, problems } = subject.ready()
    return c.json(guard.admits(c.env.incoming) ? { ready, problems } : { ready }, ready ? 200 : 503)
  })
  app.use('*', async (c, next) => {
    if (guard.admits(c.env.incoming)) return next()
    c.header('www-authenticate', 'Bearer')
    return problem(
      c,
      401,
      'PEX_TOKEN',
      'this takes the token of the host, as "Authorization: Bearer <token>"'
    )
  })
  app.get('/metrics', async c => {
    if (subject.metrics === undefined)
      return problem(c, 404, 'PEX_NOT_FOUND', 'each host of a demo has metrics of its own')
    const { text, type } = await subject.metrics()
    return c.body(text, 200, { 'content-type': type })
  })
  addApi(app, init)
  app.notFound(c => problem(c, 404, 'PEX_NOT_FOUND', 'there is nothing here'))
  app.onError((_, c) => problem(c, 500, 'PEX_INTERNAL', 'that could not be read'))
  return app
}

function addApi(app: Hono<Env>, { subject, streams }: AppInit): void {
  app.get(API, c =>
    c.json({ kind: subject.kind, resources: [...subject.resources.keys()] } satisfies IndexShape)
  )
  app.get(`${API}/events`, c => {
    if (streams.isFull) {
      c.header('retry-after', '10')
      return problem(c, 503, 'PEX_BUSY', 'as many read the event stream as may')
    }
    if (c.req.method === 'HEAD') return c.body(null)
    streams.open(c.env.outgoing, c.req.header('last-event-id') ?? c.req.query('after'))
    return RESPONSE_ALREADY_SENT
  })
  app.get(`${API}/:resource`, async c => {
    const read = subject.resources.get(c.req.param('resource'))
    if (read === undefined) return problem(c, 404, 'PEX_NOT_FOUND', `see ${API} for what there is`)
    const ask = askOf(c, subject)
    return typeof ask === 'string' ? problem(c, 400, 'PEX_USAGE', ask) : c.json(await read(ask))
  })
}

/** What a reader asks for, or what is wrong with it. */
function askOf(c: Page, subject: Subject): Ask | string {
  const { namespace, count = String(DEFAULT_COUNT), every = '1' } = c.req.query()
  const names = subject.namespaces()
  const name = namespace ?? names[0] ?? ''
  if (namespace !== undefined && !names.includes(namespace)) return 'the host has not joined that namespace'
  if (!/^\d{1,2}$/.test(count) || Number(count) < 1 || Number(count) > MAX_COUNT)
    return `count is a number from 1 to ${MAX_COUNT}`
  if (every !== '1' && every !== '60') return 'every is 1 or 60, in seconds'
  return { namespace: name, count: Number(count), every: every === '1' ? 1 : 60 }
}

async function session(c: Page, guard: Guard): Promise<Response> {
  const { token } = await c.req.parseBody()
  const cookie = guard.open(typeof token === 'string' ? token.trim() : '', c.env.incoming.socket.localPort)
  if (typeof cookie !== 'string') return login(c, cookie.status, cookie.message)
  c.header('set-cookie', cookie)
  return c.redirect('/', 303)
}

function login(c: Page, status: Parameters<Page['html']>[1] & number, message?: string): Response {
  // With no referrer at all a browser would hide the origin of the form as well.
  c.header('referrer-policy', 'same-origin')
  return c.html(pages.login(message), status as 401)
}

function problem(c: Page, status: 400 | 401 | 404 | 500 | 503, code: string, message: string): Response {
  return c.json({ code, message } satisfies ProblemShape, status)
}
