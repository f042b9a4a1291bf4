/** Dashboards of made-up hosts, and requests to them as anybody could send them. */
import { request } from 'node:http'
import { Recorder } from '../src/dashboard/recorder.ts'
import { serveDashboard } from '../src/dashboard/server.ts'
import type { Dashboard, DashboardOptions } from '../src/dashboard/server.ts'
import type { HeldPeerShape, OverlayShape } from '../src/dashboard/shapes.ts'
import type { Subject } from '../src/dashboard/subject.ts'

export interface MadeUp {
  readonly subject: Subject
  readonly recorder: Recorder
}

export const self = {
  kind: 'host',
  id: '12D3KooWMadeUp',
  addresses: ['/ip4/192.0.2.1/tcp/4001'],
  version: '0.0.0',
  node: '24.0.0',
  pid: 1,
  startedAt: Date.now(),
  now: Date.now(),
  namespaces: ['pex'],
  policy: 'balanced',
  tickMs: 1_000,
  wire: 'native',
  scope: 'auto'
} as const

export function peer(id: string, more: Partial<HeldPeerShape> = {}): HeldPeerShape {
  return {
    id,
    addresses: ['/ip4/198.51.100.7/tcp/4001'],
    seq: '1',
    netgroup: 'ip4/198.51',
    age: 3,
    hop: 2,
    heldSince: Date.now(),
    ...more
  }
}

/** A host with these resources, beside `self` and a history. */
export function madeUp(
  resources: Readonly<Record<string, object>>,
  namespaces: readonly string[] = ['pex']
): MadeUp {
  const recorder = new Recorder('run')
  const table = new Map<string, (ask: { readonly every: 1 | 60 }) => object>([
    ['self', () => ({ ...self, namespaces })],
    ['history', ({ every }) => recorder.history.read(every)],
    ...Object.keys(resources).map(name => [name, () => resources[name]!] as const)
  ])
  const subject: Subject = {
    kind: 'host',
    recorder,
    namespaces: () => namespaces,
    resources: table,
    ready: () => ({ ready: true, problems: [] }),
    metrics: async () => ({ text: 'up 1\n', type: 'text/plain; version=0.0.4; charset=utf-8' }),
    beforeStep: undefined
  }
  return { subject, recorder }
}

export function serve(
  { subject }: MadeUp,
  { token, ...options }: DashboardOptions & { token?: string } = {}
): Promise<Dashboard> {
  return serveDashboard(subject, { address: { host: '127.0.0.1', port: 0 }, token }, options)
}

/** A network in which everybody holds `degree` others. */
export function randomOverlay(count: number, degree: number): OverlayShape {
  const kinds = ['view', 'caller', 'both'] as const
  const nodes = Array.from({ length: count }, (_, i) => ({
    id: `12D3KooW${i}`,
    name: `h${i}`,
    kind: i === 0 ? ('self' as const) : kinds[i % 3]!
  }))
  const edges = nodes.flatMap((_, from) =>
    Array.from({ length: degree }, (__, j) => [from, (from * 7 + (j + 1) * 61 * (j + 3)) % count] as const)
  )
  return { namespace: 'pex', nodes, edges }
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Any request at all, to its end. */
export function ask(
  url: string,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = ''
  }: { method?: string; headers?: Record<string, string>; body?: string } = {}
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const asked = request(
      { host: hostname, port, path, method, headers, setHost: headers['host'] === undefined },
      response => {
        let text = ''
        response.on('data', (part: Buffer) => (text += part.toString()))
        response.on('error', reject)
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
      }
    )
    asked.on('error', reject)
    asked.end(body)
  })
}
