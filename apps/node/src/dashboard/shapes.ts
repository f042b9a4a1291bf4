/**
 * What the HTTP API answers, as docs/HTTP-API.md explains it. Fields are never taken away and never change their meaning; there
 * may be more of them one day. Moments are in ms since the epoch, sequence numbers decimal texts.
 */

/** Which resources there are: those of a host, or those of a demo's cluster. */
export interface IndexShape {
  readonly kind: 'host' | 'demo'
  readonly resources: readonly string[]
}

export interface HostSelf {
  readonly kind: 'host'
  readonly id: string
  /** Complete addresses, the peer id at their end; none before the host is up. */
  readonly addresses: readonly string[]
  readonly version: string
  /** Of the runtime. */
  readonly node: string
  readonly pid: number
  readonly startedAt: number
  readonly now: number
  readonly namespaces: readonly string[]
  readonly policy: string
  /** Longest wait between two rounds, ms. */
  readonly tickMs: number
  readonly wire: string
  readonly scope: string
}

export interface DemoSelf {
  readonly kind: 'demo'
  readonly version: string
  readonly node: string
  readonly pid: number
  readonly startedAt: number
  readonly now: number
  readonly namespaces: readonly string[]
  readonly tick: string
  readonly hosts: number
  readonly converged: boolean
}

/** A peer as others have told of it. All texts are the peer's own choice. */
export interface PeerShape {
  readonly id: string
  readonly addresses: readonly string[]
  readonly seq: string
  /** Who owns the network of its first public address, roughly; null where it has none. */
  readonly netgroup: string | null
}

export interface HeldPeerShape extends PeerShape {
  /** Rounds for which this host has held it. */
  readonly age: number
  /** Hops and rounds since the peer itself sent its record, as messages claim. */
  readonly hop: number
  /** Since when it has been in the view, as far as this run of the host goes; null in the recovery memory. */
  readonly heldSince: number | null
}

export interface PeersShape<Peer = HeldPeerShape> {
  readonly namespace: string
  readonly peers: readonly Peer[]
}

export interface EstimateShape {
  readonly namespace: string
  /** Null while nothing is known. */
  readonly estimate: {
    readonly size: number
    readonly low: number
    readonly high: number
    readonly alarm: boolean
  } | null
}

/** What is counted in each step of time. */
export const countNames = [
  'began',
  'answered',
  'failed',
  'rejected',
  'reached',
  'alone',
  'sentBytes',
  'receivedBytes'
] as const
export type CountName = (typeof countNames)[number]
export type Counts = { readonly [Name in CountName]: number }

/** Counts over time: the last entry of each list is the step that ended last, at `until`. */
export interface HistoryShape {
  /** Length of a step, s: 1 or 60. */
  readonly every: number
  readonly until: number
  readonly counts: { readonly [Name in CountName]: readonly number[] }
}

export interface RejectionsShape {
  readonly total: number
  readonly reasons: readonly { readonly reason: string; readonly count: number }[]
}

export interface FailuresShape {
  readonly total: number
  readonly codes: readonly { readonly code: string; readonly count: number }[]
}

export interface TrafficShape {
  readonly sent: { readonly messages: number; readonly bytes: number }
  readonly received: { readonly messages: number; readonly bytes: number }
}

export interface StoreShape {
  readonly kind: string
  /** Whether its last use has failed. */
  readonly failing: boolean
  readonly loaded: number
  readonly saved: number
  readonly loadFailed: number
  readonly saveFailed: number
  /** Entries that were damaged, and dropped. */
  readonly damaged: number
  readonly lastProblem: { readonly at: number; readonly message: string } | null
}

export interface BookShape {
  readonly tried: number
  readonly fresh: number
  readonly banned: number
}

/** How many there are of each number: hosts by in-degree (`views`), or peers by how often they have called (`calls`). */
export interface DegreesShape {
  readonly namespace: string
  readonly of: 'views' | 'calls'
  readonly buckets: readonly { readonly value: number; readonly count: number }[]
}

export interface OverlayNode {
  readonly id: string
  /** What to call it: its name in a demo, or the end of its id. */
  readonly name: string
  /** `self`: this host; `view`: it holds it; `caller`: it was called by it; `both`; `host`: one of the demo; `down`: one that is not up. */
  readonly kind: 'self' | 'view' | 'caller' | 'both' | 'host' | 'down'
}

export interface OverlayShape {
  readonly namespace: string
  readonly nodes: readonly OverlayNode[]
  /** From who holds to who is held, by their places in `nodes`. */
  readonly edges: readonly (readonly [from: number, to: number])[]
}

export interface DemoHostShape {
  readonly name: string
  readonly state: 'starting' | 'up' | 'down'
  readonly pid: number | null
  readonly id: string | null
  readonly knows: number
  readonly inDegree: number
  readonly rounds: number
  readonly exchanges: number
  /** The host's own dashboard. */
  readonly dashboard: string | null
}

export interface HostsShape {
  readonly hosts: readonly DemoHostShape[]
}

export interface ReadyShape {
  readonly ready: boolean
  readonly problems: readonly string[]
}

/** Each second on the event stream: the counts of that second, and what was too much to tell. */
export interface TickShape {
  readonly at: number
  readonly counts: Counts
  /** Events of this second that were counted and not told. */
  readonly omitted: number
  /** Readers that were too slow, and were sent away, since the start. */
  readonly dropped: number
}

/** Events were lost between the one that the reader knows and the next one: everything is to be read anew. */
export interface GapShape {
  readonly at: number
}

export interface ProblemShape {
  readonly code: string
  readonly message: string
}
