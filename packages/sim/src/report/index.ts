/**
 * What people see of a run: tables for the terminal, and reports in HTML that open without a network.
 *
 * @packageDocumentation
 */
export type { InDegree, Result, RoundFigures } from '../result.ts'
export { compareReport, report } from './report.ts'
export { summary, summaryOfTwo } from './summary.ts'
