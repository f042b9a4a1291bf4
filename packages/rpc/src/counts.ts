/** What has happened so far. Names are from closed lists: no peer chooses one. */
import { refusals, rpcRejections } from './errors.ts'
import type { Refusal, RpcRejection } from './errors.ts'

export interface RpcCounts {
  /** Calls of ours that were sent. */
  readonly called: number
  /** Calls of ours that were not begun for want of room. */
  readonly busy: number
  /** Calls of ours that were answered with a result. */
  readonly answered: number
  /** Calls of others for which a handler has been run. */
  readonly served: number
  /** Handlers whose result was an answer. */
  readonly succeeded: number
  /** Handlers that failed. */
  readonly failed: number
  /** Questions that came more than once; their handlers ran once. */
  readonly repeated: number
  /** What we refused, by reason. */
  readonly refused: Readonly<Record<Refusal, number>>
  /** What came and made no sense, by reason. */
  readonly rejected: Readonly<Record<RpcRejection, number>>
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

export class Counts {
  readonly totals: Writable<
    Pick<RpcCounts, 'called' | 'busy' | 'answered' | 'served' | 'succeeded' | 'failed' | 'repeated'>
  > = {
    called: 0,
    busy: 0,
    answered: 0,
    served: 0,
    succeeded: 0,
    failed: 0,
    repeated: 0
  }
  readonly refused: Record<Refusal, number> = zeros(refusals)
  readonly rejected: Record<RpcRejection, number> = zeros(rpcRejections)

  get now(): RpcCounts {
    return { ...this.totals, refused: { ...this.refused }, rejected: { ...this.rejected } }
  }
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map(name => [name, 0])) as Record<Name, number>
}
