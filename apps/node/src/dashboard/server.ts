/**
 * The dashboard of a subject, over HTTP: what every answer carries, who is let in, and the second hand that drives it.
 */
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { bound, close, listen, serverOptions } from '../listener.ts'
import type { Access } from './access.ts'
import { createApp } from './app.ts'
import { Guard, refuse } from './guard.ts'
import type { Refusal } from './guard.ts'
import type { ProblemShape } from './shapes.ts'
import { Streams } from './streams.ts'
import type { StreamsInit } from './streams.ts'
import type { Subject } from './subject.ts'

export interface Dashboard {
  /** Where it is, without a slash at its end. */
  readonly url: string
  stop(): Promise<void>
}

export type DashboardOptions = Omit<StreamsInit, 'recorder'>

const STEP_MS = 1_000

/**
 * Scripts and styles are files of the page's own; whatever text gets into the document stays text, or the browser refuses it
 * (trusted types: the one policy is for the worker's address).
 */
const headers: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types pex'
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store'
}

/** Serves a dashboard. Fails with `PEX_LISTEN`. */
export async function serveDashboard(
  subject: Subject,
  { address, token }: Access,
  options: DashboardOptions = {}
): Promise<Dashboard> {
  const streams = new Streams({ ...options, recorder: subject.recorder })
  const { fetch } = createApp({ subject, guard: new Guard(token), streams })
  const handle = getRequestListener(fetch, {
    overrideGlobalObjects: false
  })
  const server = createServer(serverOptions, (request, response) => {
    for (const name of Object.keys(headers)) response.setHeader(name, headers[name]!)
    const refusal = refuse(request)
    if (refusal === undefined) void handle(request, response)
    else say(response, refusal)
  })
  bound(server)
  const url = await listen(server, address, 'dashboard').catch((error: unknown) => {
    streams.close()
    throw error
  })
  const timer = setInterval(() => void step(), STEP_MS)
  timer.unref()
  return {
    url,
    stop: () => {
      clearInterval(timer)
      streams.close()
      return close(server)
    }
  }

  async function step(): Promise<void> {
    await subject.beforeStep?.()
    streams.step()
  }
}

function say(response: ServerResponse, { status, code, message }: Refusal): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
    // What the request may still bring is not waited for.
    connection: 'close'
  })
  response.end(JSON.stringify({ code, message } satisfies ProblemShape))
}
