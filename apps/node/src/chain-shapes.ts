/** The shapes of what `pex crawl --json` and `pex seed --json` print, as schemas, by event. */
import { visitVerdicts } from '@pex/cometbft'
import * as v from 'valibot'
import type { Shape } from './shapes.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const ms = v.pipe(v.number(), v.minValue(0))
const nodeId = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/))
const addr = v.pipe(v.string(), v.regex(/^(?:[0-9.]+|\[[0-9a-f:.]+\]):\d{1,5}$/))
const direction = v.picklist(['inbound', 'outbound'])
const counts = v.record(v.string(), count)

const verdict = v.picklist(visitVerdicts)

function event(name: string, entries: v.ObjectEntries): readonly [string, Shape] {
  return [name, v.strictObject({ at: count, event: v.literal(name), ...entries })]
}

const error = event('error', {
  code: v.pipe(v.string(), v.startsWith('PEX_')),
  message: v.string(),
  next: v.string()
})

/** The lines of `pex crawl --json`. */
export const crawlShapes: ReadonlyMap<string, Shape> = new Map([
  event('visit', {
    id: nodeId,
    addr,
    verdict,
    detail: v.nullable(v.string()),
    moniker: v.nullable(v.string()),
    version: v.nullable(v.string()),
    latencyMs: v.nullable(ms),
    named: count,
    news: count,
    visited: count,
    ok: count,
    known: count,
    queued: count,
    newPerMinute: count
  }),
  event('done', {
    reason: v.string(),
    known: count,
    visited: count,
    authenticated: count,
    links: count,
    verdicts: counts,
    versions: counts,
    netgroups: counts,
    files: v.array(v.string())
  }),
  error
])

/** The lines of `pex seed --json`. */
export const seedShapes: ReadonlyMap<string, Shape> = new Map([
  event('started', {
    id: nodeId,
    chainId: v.string(),
    addrs: v.array(addr),
    external: v.nullable(v.string()),
    scope: v.picklist(['public', 'any']),
    metrics: v.nullable(v.string())
  }),
  event('listening', { addr }),
  event('book-loaded', { size: count, banned: count, problems: count, setAside: v.nullable(v.string()) }),
  event('book-saved', { size: count }),
  event('book-failed', { message: v.string() }),
  event('peer-added', { id: nodeId, direction, addr, moniker: v.string(), version: v.string() }),
  event('peer-removed', { id: nodeId, direction, addr, reason: v.nullable(v.string()) }),
  event('refused', { direction, addr, refusal: v.string() }),
  event('asked', { id: nodeId }),
  event('answered', { id: nodeId, count, added: count }),
  event('expired', { id: nodeId }),
  event('served', { id: nodeId, count }),
  event('reached', { id: nodeId, addr }),
  event('missed', { id: nodeId, addr, refusal: v.string() }),
  event('misunderstood', { id: nodeId, fault: v.string() }),
  event('banned', { id: nodeId, reason: v.string() }),
  event('turned-away', { id: nodeId }),
  event('reinstated', { count }),
  event('no-seed', {}),
  event('let-go', { id: nodeId }),
  event('reconnecting', { id: nodeId, attempt: count, waitMs: ms }),
  event('fault', { message: v.string() }),
  event('status', {
    id: nodeId,
    chainId: v.string(),
    uptimeMs: ms,
    listening: v.array(addr),
    peers: counts,
    book: counts,
    pex: v.looseObject({ events: counts, bans: counts, addresses: counts, crawl: counts }),
    refusals: counts,
    saves: v.strictObject({ done: count, failed: count, isFailing: v.boolean(), lastAt: v.nullable(count) })
  }),
  event('stopping', { reason: v.string() }),
  event('stopped', {}),
  error
])
