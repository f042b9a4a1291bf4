/**
 * The shapes of everything that `pex --json` prints, as schemas: the machine-readable half of README.md, for programs that
 * read the lines and for the tests that hold the command to them.
 */
import * as v from 'valibot'

/** A shape: an object with exactly these fields. */
export type Shape = v.StrictObjectSchema<v.ObjectEntries, undefined>

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const id = v.pipe(v.string(), v.regex(/^(12D3Koo|Qm|16Uiu2)[1-9A-HJ-NP-Za-km-z]+$/))
const address = v.pipe(v.string(), v.startsWith('/'))
const addrs = v.array(address)
const seq = v.pipe(v.string(), v.regex(/^\d{1,20}$/))
const namespace = v.pipe(v.string(), v.nonEmpty())
const host = v.pipe(v.string(), v.regex(/^n\d+$/))

function event(name: string, entries: v.ObjectEntries): readonly [string, Shape] {
  return [name, v.strictObject({ at: count, event: v.literal(name), ...entries })]
}

/** The lines of `pex start --json`, by event. */
export const hostShapes: ReadonlyMap<string, Shape> = new Map([
  event('listening', {
    id,
    addrs,
    namespaces: v.array(namespace),
    metrics: v.exactOptional(v.pipe(v.string(), v.url())),
    dashboard: v.exactOptional(v.pipe(v.string(), v.url()))
  }),
  event('round', { namespace, round: count, reached: v.nullable(id) }),
  event('exchange', { namespace, peer: id, role: v.picklist(['initiator', 'responder']), received: count }),
  event('view', { namespace, size: count, added: v.array(id), removed: v.array(id) }),
  event('rejected', { namespace, peer: id, reason: v.string(), omitted: v.exactOptional(count) }),
  event('failed', { namespace, peer: v.nullable(id), addrs, code: v.pipe(v.string(), v.startsWith('PEX_')) }),
  event('size', { namespace, size: v.number(), low: v.number(), high: v.number(), alarm: v.boolean() }),
  event('alarm', { namespace, size: v.number(), low: v.number(), high: v.number(), alarm: v.boolean() }),
  event('record', { seq, addrs }),
  event('port', {
    outcome: v.picklist(['mapped', 'double-nat', 'refused', 'no-gateway', 'given-up', 'not-released']),
    inside: v.nullable(address),
    outside: v.nullable(address)
  }),
  event('store', {
    problem: v.picklist(['damaged', 'failed', 'repaired', 'set-aside']),
    namespace: v.nullable(namespace),
    dropped: count,
    kept: count,
    message: v.string()
  }),
  event('stopping', { reason: v.string() }),
  event('stopped', {}),
  event('error', { code: v.pipe(v.string(), v.startsWith('PEX_')), message: v.string(), next: v.string() })
])

/** The lines that `pex demo --json` adds; those of its hosts are those of `hostShapes` with the `host`'s name. */
export const demoShapes: ReadonlyMap<string, Shape> = new Map([
  event('started', { host, pid: count, data: v.string() }),
  event('exited', { host, pid: count, code: v.nullable(count), signal: v.nullable(v.string()) }),
  event('dashboard', { url: v.pipe(v.string(), v.url()) }),
  event('converged', { nodes: count, ms: count, rounds: count, exchanges: count })
])

const answer = { id, running: v.boolean() }
const peer = { id, addrs, seq }

/** The answers of `pex id`, `pex view` and `pex sample` with `--json`, by command. */
export const answerShapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['id', v.strictObject({ ...answer, addrs, namespaces: v.array(namespace) })],
  [
    'view',
    v.strictObject({
      ...answer,
      namespace,
      peers: v.array(v.strictObject({ ...peer, age: count, hop: count }))
    })
  ],
  ['sample', v.strictObject({ ...answer, namespace, peers: v.array(v.strictObject(peer)) })]
])

/**
 * Checks one line of `pex start --json` or `pex demo --json` and returns it parsed. Throws valibot's `ValiError` for a
 * line that is not of its event's shape, `TypeError` for an event that there is none of, `SyntaxError` for no JSON.
 */
export function parseLine(line: string): { readonly [field: string]: unknown } {
  const fields = v.parse(v.looseObject({ event: v.string() }), JSON.parse(line))
  const ofDemo = demoShapes.get(fields.event)
  if (ofDemo !== undefined) return v.parse(ofDemo, fields)
  const ofHost = hostShapes.get(fields.event)
  if (ofHost === undefined) throw new TypeError(`pex prints no event "${fields.event}"`)
  const { host: name, ...rest } = fields
  const checked = v.parse(ofHost, rest)
  return name === undefined ? checked : { ...checked, host: v.parse(host, name) }
}
