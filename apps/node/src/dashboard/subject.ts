/**
 * What a dashboard shows: resources by name, each read when somebody asks, and the news between.
 */
import { readFileSync } from 'node:fs'
import type { MetricsPage } from '../metrics.ts'
import type { Recorder } from './recorder.ts'
import type { IndexShape, ReadyShape } from './shapes.ts'

/** What a reader may ask for; checked already. */
export interface Ask {
  /** One that the subject has. */
  readonly namespace: string
  /** How many peers, from 1 to 64. */
  readonly count: number
  /** Length of a step of the history, s. */
  readonly every: 1 | 60
}

export interface Subject {
  readonly kind: IndexShape['kind']
  readonly recorder: Recorder
  /** What may be asked for; the first is what is meant where none is named. None before the host is up. */
  namespaces(): readonly string[]
  /** By name, as in the address. */
  readonly resources: ReadonlyMap<string, (ask: Ask) => object | Promise<object>>
  ready(): ReadyShape
  /** The text of `/metrics`, where there are any. */
  readonly metrics: (() => Promise<MetricsPage>) | undefined
  /** Called at the end of each second, before it is counted. */
  readonly beforeStep: (() => Promise<void>) | undefined
}

/** The version of the command. */
export function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}
