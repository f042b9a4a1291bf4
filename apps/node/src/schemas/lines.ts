/**
 * What each command prints with `--json`, as shapes: from these the JSON Schemas are made that are published. A command whose
 * lines are of several kinds has a shape for each.
 */
import * as v from 'valibot'
import { crawlShapes, seedShapes } from '../chain-shapes.ts'
import { doctorShapes } from '../doctor/shapes.ts'
import { answerShapes, demoShapes, hostShapes } from '../shapes.ts'
import type { Shape } from '../shapes.ts'
import { resultShape } from '../sim/shape.ts'
import { mergeShape, shadowShape, sweepShape } from '../sim/sweep-shape.ts'
import { toolShapes } from '../tool-shapes.ts'

/** What one command prints. */
export interface Printed {
  /** As `pex schema` lists it. */
  readonly name: string
  /** As it is typed. */
  readonly command: string
  readonly shapes: readonly v.GenericSchema[]
}

const error = hostShapes.get('error')!
const host = v.pipe(v.string(), v.regex(/^n\d+$/))

/** A line of a host in a demo: with the host's name, but for the failure of the demo itself. */
function named({ entries }: Shape): Shape {
  return v.strictObject({ ...entries, host })
}

function answer(name: string, command: string, shape: v.GenericSchema): Printed {
  return { name, command, shapes: [shape, error] }
}

const books = ['show', 'check', 'repair', 'merge', 'convert'].map(name =>
  answer(`book-${name}`, `pex book ${name}`, toolShapes.get(name)!)
)

export const printed: readonly Printed[] = [
  { name: 'start', command: 'pex start', shapes: [...hostShapes.values()] },
  {
    name: 'demo',
    command: 'pex demo',
    shapes: [...[...hostShapes.values()].map(named), ...demoShapes.values(), error]
  },
  ...[...answerShapes].map(([name, shape]) => answer(name, `pex ${name}`, shape)),
  { name: 'doctor', command: 'pex doctor', shapes: [...doctorShapes.values()] },
  answer('sim', 'pex sim', resultShape),
  answer('sim-compare', 'pex sim compare', v.object({ a: resultShape, b: resultShape })),
  answer(
    'sim-scenarios',
    'pex sim scenarios',
    v.object({ scenarios: v.array(v.object({ usage: v.string(), about: v.string() })) })
  ),
  answer('sim-sweep', 'pex sim sweep', sweepShape),
  answer('sim-merge', 'pex sim merge', mergeShape),
  answer('sim-export-shadow', 'pex sim export shadow', shadowShape),
  answer('probe', 'pex probe', toolShapes.get('probe')!),
  ...books,
  { name: 'crawl', command: 'pex crawl', shapes: [...crawlShapes.values()] },
  { name: 'seed', command: 'pex seed', shapes: [...seedShapes.values()] }
]
