/** The shapes of what `pex doctor --json` prints, by event. */
import * as v from 'valibot'
import type { Shape } from '../shapes.ts'
import { areas, verdicts } from './finding.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const text = v.pipe(v.string(), v.nonEmpty())

function event(name: string, entries: v.ObjectEntries): readonly [string, Shape] {
  return [name, v.strictObject({ at: count, event: v.literal(name), ...entries })]
}

/** The lines of `pex doctor --json`: one for each finding, then the count. */
export const doctorShapes: ReadonlyMap<string, Shape> = new Map([
  event('finding', {
    area: v.picklist(areas),
    verdict: v.picklist(verdicts),
    found: text,
    mend: v.nullable(text)
  }),
  event('done', { well: count, warning: count, wrong: count }),
  event('error', { code: v.pipe(v.string(), v.startsWith('PEX_')), message: v.string(), next: v.string() })
])
