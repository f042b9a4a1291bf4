/**
 * What a host counts, for Prometheus: a registry of its own, and a page over HTTP that any scraper reads. It shows and changes
 * nothing else, so all that it has to be careful about is who may read it: by default this machine alone, and never a web page
 * of somebody's browser (threat T21: a name that is made to lead to this address is no address).
 */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { defaultLogger } from '@libp2p/logger'
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { Registry } from 'prom-client'
import { bound, close, listen, namesAddress, serverOptions } from './listener.ts'
import type { ListenAddress } from './listener.ts'

export { isOpen } from './listener.ts'
/** Where metrics are served. */
export type MetricsAddress = ListenAddress

/** libp2p's metrics interface; hosts without libp2p report to it as well. */
export type NodeMetrics = ReturnType<ReturnType<typeof prometheusMetrics>>

/** The text of the page, and its media type. */
export interface MetricsPage {
  readonly text: string
  readonly type: string
}

export interface HostMetrics {
  readonly metrics: NodeMetrics
  /** All values as they are now. */
  page(): Promise<MetricsPage>
  /** The values of one metric by its label; nothing before somebody has registered it. */
  read(name: string): Promise<ReadonlyMap<string, number>>
  /** Serves them, as complete as they are by then; resolves to the page's URL. Fails with `PEX_LISTEN`. */
  serve(address: MetricsAddress): Promise<string>
  stop(): Promise<void>
}

const PAGE = '/metrics'

/** Metrics of one host, and of its process: CPU, memory, event loop, and room on the disk that `directory` is on. */
export function hostMetrics(directory: string): HostMetrics {
  const registry = new Registry()
  const metrics = prometheusMetrics({ registry, statfsLocation: directory })({ logger: defaultLogger() })
  const server = createServer(serverOptions, (request, response) => {
    void answer(registry, request, response)
  })
  bound(server)
  return {
    metrics,
    page: () => textOf(registry),
    read: name => valuesOf(registry, name),
    serve: async address => (await listen(server, address, 'metrics')) + PAGE,
    stop: () => close(server)
  }
}

async function textOf(registry: Registry): Promise<MetricsPage> {
  // prom-client writes NaN in a way that not every scraper reads.
  return { text: (await registry.metrics()).replaceAll(/ Nan$/gm, ' NaN'), type: registry.contentType }
}

async function valuesOf(registry: Registry, name: string): Promise<ReadonlyMap<string, number>> {
  const metric = await registry.getSingleMetric(name)?.get()
  return new Map(
    (metric?.values ?? []).map(({ labels, value }) => [String(Object.values(labels)[0] ?? ''), value])
  )
}

async function answer(registry: Registry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [status, text, type = 'text/plain; charset=utf-8'] = await page(registry, request)
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {})
  })
  response.end(request.method === 'HEAD' ? undefined : text)
}

async function page(
  registry: Registry,
  { method, url, headers }: IncomingMessage
): Promise<readonly [status: number, text: string, type?: string]> {
  if (!namesAddress(headers.host)) return [403, 'ask for this host by its IP address, or as localhost\n']
  if (headers.origin !== undefined) return [403, 'this page is not for web pages\n']
  if (method !== 'GET' && method !== 'HEAD') return [405, 'GET it\n']
  if (url?.split('?')[0] !== PAGE) return [404, `metrics are at ${PAGE}\n`]
  try {
    const { text, type } = await textOf(registry)
    return [200, text, type]
  } catch {
    return [500, 'the metrics could not be read\n']
  }
}
