/** What `pex sim sweep`, `pex sim merge` and `pex sim export shadow` print with `--json`, as shapes. */
import * as v from 'valibot'
import type { Shape } from '../shapes.ts'
import { figures } from './merge-figures.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const text = v.pipe(v.string(), v.nonEmpty())

const spread = v.strictObject({
  count: v.pipe(count, v.minValue(1)),
  mean: v.number(),
  median: v.number(),
  min: v.number(),
  max: v.number(),
  low: v.nullable(v.number()),
  high: v.nullable(v.number())
})

const cell = v.strictObject({
  policy: text,
  nodes: count,
  view: count,
  rounds: count,
  scenario: text,
  seeds: v.array(count),
  missing: v.array(count),
  figures: v.strictObject(Object.fromEntries(figures.map(({ key }) => [key, v.nullable(spread)])))
})

export const sweepShape: Shape = v.strictObject({
  out: text,
  shard: v.strictObject({ index: count, count }),
  planned: count,
  kept: count,
  run: count,
  failed: v.array(v.strictObject({ file: text, message: text }))
})

export const mergeShape: Shape = v.strictObject({
  results: count,
  missing: count,
  cells: v.array(cell),
  problems: v.array(v.strictObject({ file: text, why: text }))
})

export const shadowShape: Shape = v.strictObject({
  out: text,
  hosts: count,
  places: count,
  bootstrap: text,
  files: v.array(text)
})
