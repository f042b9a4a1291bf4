/**
 * Peer exchange measured side by side with its rivals and limits.
 *
 * @packageDocumentation
 */
export { benchmarks } from './benchmarks/index.ts'
export { ratioOf, verdictOf } from './figure.ts'
export type { Benchmark, Circumstances, Figure, Scale, Target } from './figure.ts'
export { table } from './table.ts'
