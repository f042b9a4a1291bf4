/**
 * What `pex --json` prints: one object per line, these and no others. `shapes.ts` checks them, README.md explains them.
 * Fields are never taken away and never change their meaning; there may be more of them one day.
 */

/** What happens in a host. `at` is in ms since the epoch; ids and multiaddrs are texts. */
export type HostEvent = { readonly at: number } & (
  | {
      /** The first line: the host is up. */
      readonly event: 'listening'
      readonly id: string
      /** Complete addresses, ready to be another host's `--bootstrap`. */
      readonly addrs: readonly string[]
      readonly namespaces: readonly string[]
      /** Where metrics are served, if they are. */
      readonly metrics?: string
      /** Where the dashboard is, if there is one. */
      readonly dashboard?: string
    }
  /** A round is over; `reached` is its partner, or null when nobody answered. */
  | {
      readonly event: 'round'
      readonly namespace: string
      readonly round: number
      readonly reached: string | null
    }
  | {
      /** An exchange is complete. */
      readonly event: 'exchange'
      readonly namespace: string
      readonly peer: string
      readonly role: 'initiator' | 'responder'
      /** Records that counted. */
      readonly received: number
    }
  | {
      /**
       * The view has changed, or has been restored at the start; a peer that only has a newer record stands in `added`
       * too.
       */
      readonly event: 'view'
      readonly namespace: string
      readonly size: number
      readonly added: readonly string[]
      readonly removed: readonly string[]
    }
  | {
      /** A peer was wrong. */
      readonly event: 'rejected'
      readonly namespace: string
      readonly peer: string
      /** From the closed list of the protocol. */
      readonly reason: string
      /** In a flood: rejections for that reason since the last line about it that are not told of. */
      readonly omitted?: number
    }
  | {
      /** An exchange that this host began has failed. */
      readonly event: 'failed'
      readonly namespace: string
      /** Null where only an address was known. */
      readonly peer: string | null
      readonly addrs: readonly string[]
      readonly code: string
    }
  | {
      /**
       * `size`: the estimate of how many hosts there are has changed; the truth should lie between `low` and `high`.
       * `alarm`: the two ways of counting have begun to contradict each other, or have ceased to.
       */
      readonly event: 'size' | 'alarm'
      readonly namespace: string
      readonly size: number
      readonly low: number
      readonly high: number
      /** Whether they contradict each other now. */
      readonly alarm: boolean
    }
  /** This host's own record has been signed anew; `seq` is a decimal number of up to 64 bits. */
  | { readonly event: 'record'; readonly seq: string; readonly addrs: readonly string[] }
  | {
      /** What came of asking routers for ports: `mapped` leads calls for `outside` to `inside`. */
      readonly event: 'port'
      readonly outcome: 'mapped' | 'double-nat' | 'refused' | 'no-gateway' | 'given-up' | 'not-released'
      /** Null where it is about no port in particular. */
      readonly inside: string | null
      readonly outside: string | null
    }
  | {
      /** The store was damaged or has failed. */
      readonly event: 'store'
      readonly problem: 'damaged' | 'failed' | 'repaired' | 'set-aside'
      /** Null where the whole store is meant. */
      readonly namespace: string | null
      /** Entries that were damaged and have been dropped, and entries that are left. */
      readonly dropped: number
      readonly kept: number
      /** A sentence for people; where a store was set aside, it says where it lies. */
      readonly message: string
    }
  /** The host begins to stop; `reason` is a signal's name, `stdin` or `stdout`. */
  | { readonly event: 'stopping'; readonly reason: string }
  /** The last line of a host that has stopped cleanly. */
  | { readonly event: 'stopped' }
)

/** The command has failed: the only line, or the last one. Its `next` is what to try. */
export interface ErrorEvent {
  readonly at: number
  readonly event: 'error'
  readonly code: string
  readonly message: string
  readonly next: string
}

/** What the demo adds to the lines of its hosts, which all carry the `host`'s name. */
export type DemoEvent = { readonly at: number } & (
  | { readonly event: 'started'; readonly host: string; readonly pid: number; readonly data: string }
  | {
      readonly event: 'exited'
      readonly host: string
      readonly pid: number
      readonly code: number | null
      readonly signal: string | null
    }
  /** Where the dashboard of the demo is. */
  | { readonly event: 'dashboard'; readonly url: string }
  | {
      /** Every host knows every other one. */
      readonly event: 'converged'
      readonly nodes: number
      /** Since the demo began; after a host was lost, since that moment. */
      readonly ms: number
      /** The most rounds that any host has had. */
      readonly rounds: number
      /** Exchanges that the hosts have completed, each counted once. */
      readonly exchanges: number
    }
)

/** A peer in the answers of `pex view` and `pex sample`. */
export interface PeerShape {
  readonly id: string
  readonly addrs: readonly string[]
  readonly seq: string
}

/** What `pex id --json` prints. `addrs` is empty for a host that does not run. */
export interface IdAnswer {
  readonly id: string
  readonly running: boolean
  readonly addrs: readonly string[]
  readonly namespaces: readonly string[]
}

/** What `pex view --json` prints, a line for each namespace. */
export interface ViewAnswer {
  readonly id: string
  readonly running: boolean
  readonly namespace: string
  readonly peers: readonly (PeerShape & {
    /** Rounds for which the host has held the peer. */
    readonly age: number
    /** Hops and rounds since the peer itself sent its record, as messages claim. */
    readonly hop: number
  })[]
}

/** What `pex sample --json` prints. */
export interface SampleAnswer {
  readonly id: string
  readonly running: boolean
  readonly namespace: string
  readonly peers: readonly PeerShape[]
}
