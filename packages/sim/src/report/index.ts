/**
 * What people see of a run: tables for the terminal, and reports in HTML that open without a network.
 *
 * @packageDocumentation
 */
export type { InDegree, Result, RoundFigures } from '../result.ts'
export { compareReport, report } from './report.ts'
export { summary, summaryOfTwo } from './summary.ts'
export { tableOf } from './frame.ts'
export { Html, html } from './html.ts'
export type { Content } from './html.ts'
export { figure, percent, whole } from './numbers.ts'
export { linear } from './scale.ts'
export type { Scale } from './scale.ts'
export { style } from './style.ts'
