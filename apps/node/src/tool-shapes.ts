/** The shapes of what `pex probe --json` and `pex book … --json` print, as schemas, one line for each node or file. */
import { verdicts } from '@pex/cometbft'
import * as v from 'valibot'
import { errors, warnings } from './book/finding.ts'
import type { Shape } from './shapes.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const text = v.pipe(v.string(), v.nonEmpty())
const port = v.pipe(count, v.maxValue(65_535))
const ms = v.nullable(v.pipe(v.number(), v.minValue(0)))
const moment = v.nullable(count)
const nodeId = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/))
const format = v.picklist(['addrbook.json', 'peers.json'])

const verdict = v.picklist(verdicts)

const node = v.strictObject({
  id: v.string(),
  moniker: v.string(),
  version: v.string(),
  network: v.string(),
  listenAddress: v.string(),
  rpcAddress: v.string(),
  protocol: v.strictObject({ p2p: count, block: count, app: count }),
  channels: v.array(v.pipe(count, v.maxValue(255)))
})

const probe = v.strictObject({
  target: v.string(),
  verdict,
  text,
  place: v.nullable(v.strictObject({ ip: text, port })),
  stage: v.nullable(v.picklist(['dns', 'connect', 'handshake', 'node-info', 'answer'])),
  certainty: v.nullable(v.picklist(['likely', 'possible'])),
  actual: v.nullable(nodeId),
  why: v.nullable(text),
  node: v.nullable(node),
  addresses: v.nullable(v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}@/)))),
  latency: v.strictObject({ connectMs: ms, handshakeMs: ms, nodeInfoMs: ms, answerMs: ms }),
  elsewhere: v.array(v.strictObject({ ip: text, port, verdict }))
})

const entry = v.strictObject({
  id: text,
  address: text,
  tried: v.boolean(),
  group: text,
  attempts: count,
  lastSeen: moment,
  lastAttempt: moment,
  lastSuccess: moment,
  source: text,
  buckets: v.array(count),
  line: count
})

const finding = v.strictObject({
  line: count,
  where: v.string(),
  problem: v.picklist([...errors, ...warnings]),
  severity: v.picklist(['error', 'warning']),
  message: text
})

const written = {
  files: v.array(text),
  format: v.picklist(['addrbook.json', 'peers.json', 'list']),
  out: v.nullable(text),
  backup: v.nullable(text),
  read: count,
  kept: count,
  moved: count,
  left: v.array(v.strictObject({ file: text, line: count, where: text, why: text }))
}

/** The lines of `pex probe --json` and `pex book <command> --json`, by command. */
export const toolShapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['probe', probe],
  [
    'show',
    v.strictObject({
      file: text,
      format,
      tried: count,
      fresh: count,
      banned: count,
      groups: count,
      entries: v.array(entry)
    })
  ],
  [
    'check',
    v.strictObject({
      file: text,
      format,
      entries: count,
      errors: count,
      warnings: count,
      findings: v.array(finding)
    })
  ],
  ['repair', v.strictObject(written)],
  ['merge', v.strictObject(written)],
  ['convert', v.strictObject({ ...written, addresses: v.nullable(v.array(text)) })]
])
