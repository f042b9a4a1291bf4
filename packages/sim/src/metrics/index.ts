/**
 * What is measured of an overlay: pure functions over a snapshot, whoever made it. The words and definitions are those of
 * the peer sampling literature (Jelasity et al., "Gossip-based Peer Sampling", TOCS 2007), made exact.
 *
 * @packageDocumentation
 */
export { degreeMemory } from './autocorrelation.ts'
export type { DegreeMemory } from './autocorrelation.ts'
export { clustering } from './clustering.ts'
export { catastrophicFailure, components, firstPartition } from './components.ts'
export type { Components, Failure } from './components.ts'
export {
  binomialHistogram,
  binomialSd,
  inDegree,
  inDegreeHistogram,
  inDegreeOf,
  inDegrees
} from './degree.ts'
export { graphOf } from './graph.ts'
export type { Graph } from './graph.ts'
export { attackerShareOf, crossHolders, keptShare, linkFigures } from './links.ts'
export type { LinkFigures } from './links.ts'
export { paths } from './paths.ts'
export type { Paths } from './paths.ts'
export { randomReference, randomSnapshot } from './random-graph.ts'
export { state } from '../snapshot.ts'
export type { Snapshot } from '../snapshot.ts'
export { streamQuality } from './stream.ts'
export type { Stream, StreamQuality } from './stream.ts'
