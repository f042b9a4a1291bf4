/**
 * The `pex` command's output for programs: schemas of every line that `--json` prints.
 *
 * @packageDocumentation
 */
export { crawlShapes, seedShapes } from './chain-shapes.ts'
export { doctorShapes } from './doctor/shapes.ts'
export type {
  DemoEvent,
  ErrorEvent,
  HostEvent,
  IdAnswer,
  PeerShape,
  SampleAnswer,
  ViewAnswer
} from './events.ts'
export { answerShapes, demoShapes, hostShapes, parseLine } from './shapes.ts'
export type { Shape } from './shapes.ts'
export { toolShapes } from './tool-shapes.ts'
