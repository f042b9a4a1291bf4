/** What a swarm is made of, how it shall behave, and what a caller may say about one dial. */
import type { Clock, Dialer, NetworkScope, Rng } from '@pex/core'
import type { BackoffInit } from './backoff.ts'
import type { BlackHoleInit } from './black-hole.ts'
import type { Wanted } from './connections.ts'
import type { Gater } from './gater.ts'
import type { LimiterInit } from './limiter.ts'
import type { ListeningParts } from './listening.ts'
import type { SwarmMetrics } from './metrics.ts'
import type { StreamPort, SwarmStream } from './stream.ts'
import type { VictimCapInit } from './victim-cap.ts'

/** What a swarm is put together from. */
export interface SwarmParts<C, S> {
  /** This host's peer id. */
  readonly self: string
  readonly dialer: Dialer<C>
  readonly clock: Clock
  readonly rng: Rng
  /** @default none: connections only */
  readonly streams?: StreamPort<C, S> | undefined
  /** @default nothing can be listened at */
  readonly listen?: ListeningParts<C>['listen']
  readonly interfaces?: ListeningParts<C>['interfaces']
  /** Addresses of this host that others listen at for it; none is dialled. @default none */
  readonly ownAddresses?: (() => readonly string[]) | undefined
  /** Counts what happens; the host's own, handed to each swarm that it has after another. @default nothing is counted */
  readonly metrics?: SwarmMetrics | undefined
  /** Hears what listeners and closings throw. @default silence */
  readonly log?: ((error: unknown) => void) | undefined
}

/** How it shall behave. */
export interface SwarmInit<C, S> extends LimiterInit {
  /** @default everything is allowed */
  readonly gater?: Gater | undefined
  /** How far the network reaches. @default a scope of its own, `auto` */
  readonly scope?: NetworkScope | undefined
  readonly backoff?: Omit<BackoffInit, 'rng'> | undefined
  readonly blackHole?: BlackHoleInit | undefined
  /** The cap on dials to places that have proved nothing; false for none. */
  readonly victimCap?: Omit<VictimCapInit, 'rng'> | false | undefined
  /** One caller's wait for a dial, ms. @default 60_000 (go-libp2p-swarm) */
  readonly dialTimeoutMs?: number | undefined
  /** One address, ms. @default 15_000 (go-libp2p) */
  readonly addressTimeoutMs?: number | undefined
  /** One address of a private range, ms. @default 5_000 (go-libp2p-swarm) */
  readonly localTimeoutMs?: number | undefined
  /**
   * How long the surplus connection of two that were opened at the same time has to be idle before it is closed, ms; Infinity
   * leaves both open. @default 5_000, guess: many round trips; Infinity without `streams`, for who sees no streams cannot
   * tell what is idle
   */
  readonly settleMs?: number | undefined
  /** What to do with an inbound stream, once everybody has heard of it. */
  readonly onStream?: ((stream: SwarmStream<C, S>) => unknown) | undefined
}

export interface DialInit extends Wanted {
  readonly signal?: AbortSignal | undefined
  /** Fail with `PEX_NO_CONNECTION` rather than dial. @default false */
  readonly noDial?: boolean | undefined
  /** @default the swarm's own */
  readonly timeoutMs?: number | undefined
}
