/** The HTTP API: whatever is asked for, in paths, queries and forms, is answered, and never by a fault of ours. */
import { createApp } from '../../../apps/node/src/dashboard/app.ts'
import type { AppInit } from '../../../apps/node/src/dashboard/app.ts'
import { must, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const asked: unknown[] = []

/** A host of which everything can be read; the token is `word`. */
const init = {
  subject: {
    kind: 'host',
    namespaces: () => ['pex', 'a b'],
    ready: () => ({ ready: true, problems: [] }),
    resources: new Map([['view', (ask: unknown) => (asked.splice(0, asked.length, ask), { ask })]]),
    metrics: async () => ({ text: '', type: 'text/plain' })
  },
  guard: {
    admits: () => true,
    open: (word: string) => (word === 'word' ? 'cookie=1' : { status: 403, message: 'no' })
  },
  streams: { isFull: true, open: () => {} }
} as unknown as AppInit

const lines = [
  'GET /api/v1/view?namespace=pex&count=8&every=60',
  'GET /api/v1',
  'GET /api/v1/events?after=3',
  'GET /assets/board.js',
  'GET /healthz',
  'POST /session token=word',
  'GET /metrics'
]
const statuses = new Set([200, 303, 304, 400, 401, 403, 404, 405, 413, 503])

export const target: Target = () => {
  const app = createApp(init)
  return {
    seeds: lines.map(line => utf8.encode(line)),
    words: [
      '%',
      '%00',
      '%ff',
      '%2e%2e/',
      '..',
      '//',
      '?',
      '&',
      '=',
      'count=64',
      'count=65',
      'count=-1',
      'count[]=1',
      'namespace=a%20b',
      'every=1',
      '__proto__',
      '\u202e',
      '#',
      '\\'
    ],
    maxBytes: 600,
    async check(input) {
      const [, method = 'GET', path = '', body] =
        /^(GET|POST|HEAD|PUT)? ?([^ ]*) ?(.*)$/s.exec(textOf(input)) ?? []
      let request: Request
      try {
        const form = {
          method,
          body: body ?? '',
          headers: { 'content-type': 'application/x-www-form-urlencoded' }
        }
        request = new Request(
          new URL(path, 'http://127.0.0.1'),
          method === 'POST' || method === 'PUT' ? form : { method }
        )
      } catch {
        return 'no request'
      }
      if (new URL(request.url).host !== '127.0.0.1') return 'another host'
      asked.length = 0
      const { status } = await app.fetch(request, { incoming: { socket: { localPort: 1 } }, outgoing: {} })
      must(statuses.has(status), `it is answered with ${status}`)
      for (const ask of asked as { namespace: string; count: number; every: number }[])
        must(
          ['pex', 'a b'].includes(ask.namespace) &&
            ask.count >= 1 &&
            ask.count <= 64 &&
            [1, 60].includes(ask.every),
          'a wrong question'
        )
      return `${status}`
    }
  }
}
