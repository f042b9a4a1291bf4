/** What has happened so far. Names are from closed lists: no peer chooses one. */

/** What is wrong with what came. */
export const broadcastRejections = [
  // The bytes.
  'truncated',
  'unknown-kind',
  'too-many-frames',
  'too-many-ids',
  'bad-hop',
  'bad-protocol',
  'oversize',
  // A message.
  'expired',
  'early',
  'unknown-protocol',
  /** Too many messages of the sender, or in all, wait for their verdict. */
  'busy',
  /** The application has called it invalid. */
  'invalid',
  // An announcement.
  /** The announcer has announced too much that has not come. */
  'too-many-announced',
  /** Announced, and delivered by none of its announcers. */
  'never-came',
  // A graft.
  /** Asked for before, by the same peer. */
  'graft-again',
  /** Asked for, and not to be had here. */
  'graft-unknown',
  /** Said by somebody who is no neighbour. */
  'stranger'
] as const

export type BroadcastRejection = (typeof broadcastRejections)[number]

const totals = [
  /** Messages of our own. */
  'published',
  /** Messages that came for the first time and were valid. */
  'accepted',
  /** Messages that the application neither took nor condemned. */
  'ignored',
  /** Messages that came again. */
  'duplicates',
  /** Messages sent, announced or asked for. */
  'pushed',
  'announced',
  'grafted',
  /** Messages that we sent because they were asked for. */
  'answered',
  /** Neighbours made lazy by us because they brought what we had. */
  'pruned',
  /** Neighbours that took another's place for being nearer to the publisher. */
  'optimized',
  /** Messages that were announced instead, and announcements given up, because a neighbour was too slow. */
  'deferred',
  'forgone',
  /** Neighbours that could not be reached. */
  'unreachable',
  /** Neighbours that take no broadcasts. */
  'unsupported'
] as const

export type BroadcastTotal = (typeof totals)[number]

export interface BroadcastCounts extends Readonly<Record<BroadcastTotal, number>> {
  readonly rejected: Readonly<Record<BroadcastRejection, number>>
}

export class Counts {
  readonly totals: Record<BroadcastTotal, number> = zeros(totals)
  readonly rejected: Record<BroadcastRejection, number> = zeros(broadcastRejections)

  get now(): BroadcastCounts {
    return { ...this.totals, rejected: { ...this.rejected } }
  }
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map(name => [name, 0])) as Record<Name, number>
}
