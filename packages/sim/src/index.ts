/**
 * The shipped core of peer exchange in virtual time: networks of up to a million nodes, faults and adversaries.
 *
 * @packageDocumentation
 */
export type { Attack, Field } from './engine/attacks/attack.ts'
export { runDissemination } from './dissemination/dissemination.ts'
export type { Dissemination, DisseminationOptions } from './dissemination/dissemination.ts'
export type { Spread } from './dissemination/tally.ts'
export { Overlay } from './engine/overlay.ts'
export type { OverlayInit } from './engine/overlay.ts'
export { seededRng } from './engine/rng.ts'
export { simulate } from './engine/simulate.ts'
export type { SimulationHooks, SimulationOptions } from './engine/simulate.ts'
export type { InDegree, Result, RoundFigures } from './result.ts'
export type { Adversary, Condition, KindName, Scenario } from './scenario/kinds.ts'
export { isScenarioPath, loadScenario } from './scenario/load.ts'
export { checkScenario, namedScenarios, parseScenario } from './scenario/scenario.ts'
export type { ConditionFile, ScenarioFile } from './scenario/scenario.ts'
export { state } from './snapshot.ts'
export type { Snapshot } from './snapshot.ts'
export { runTask, simulateAll } from './workers.ts'
export type { SimulationsOptions, Task } from './workers.ts'
