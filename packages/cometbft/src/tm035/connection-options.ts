/** What a connection manager can be told, checked, with the defaults filled in. */
import { PexError } from '@pex/core'
import type { NodeAddress, Resolve } from '../dialects/node-address.ts'
import type { PeerManager } from './peer-manager.ts'
import type { StoredPeers } from './stored-peers.ts'

export interface ConnectionManagerInit {
  readonly manager: PeerManager
  /** Addresses that our own configuration names: of persistent peers, of seeds. @default none */
  readonly bootstrap?: readonly NodeAddress[] | undefined
  /** Looks names up, each within three seconds. @default a name leads nowhere */
  readonly resolve?: Resolve | undefined
  /** Pause between two dials, ms: uniform between two bounds. @default [250, 3_000] */
  readonly dialPauseMs?: readonly [leastMs: number, mostMs: number] | undefined
  /** Dials under way, most. @default 4; guess: upstream has as many as the machine has processors */
  readonly maxDials?: number | undefined
  /** Connections of one IP address, most. @default 100 */
  readonly maxPerIp?: number | undefined
  /** Least time between two calls of an IP address that has no connection, ms. @default 100 */
  readonly leastCallMs?: number | undefined
  /** Where the peers are kept: loaded at the start, saved at times and at the end. @default nowhere */
  readonly store?: StoredPeers | undefined
  /** Time between two savings, ms. @default 120_000 (CometBFT's book) */
  readonly saveMs?: number | undefined
  /** Hears of savings that fail; a load that fails is the failure of `start`. @default nobody hears */
  readonly onError?: ((error: unknown) => void) | undefined
}

export interface ConnectionManagerOptions {
  readonly bootstrap: readonly NodeAddress[]
  readonly resolve: Resolve | undefined
  readonly dialPauseMs: readonly [leastMs: number, mostMs: number]
  readonly maxDials: number
  readonly maxPerIp: number
  readonly leastCallMs: number
  readonly saveMs: number
}

/** The options; fails with `PEX_INVALID_PARAMETER`. */
export function connectionOptionsOf(init: ConnectionManagerInit): ConnectionManagerOptions {
  const [least, most] = init.dialPauseMs ?? [250, 3_000]
  return {
    bootstrap: init.bootstrap ?? [],
    resolve: init.resolve,
    dialPauseMs: [whole('dialPauseMs[0]', least, 1), whole('dialPauseMs[1]', most, least)],
    maxDials: whole('maxDials', init.maxDials ?? 4, 1),
    maxPerIp: whole('maxPerIp', init.maxPerIp ?? 100, 1),
    leastCallMs: whole('leastCallMs', init.leastCallMs ?? 100, 0),
    saveMs: whole('saveMs', init.saveMs ?? 120_000, 1)
  }
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new PexError('PEX_INVALID_PARAMETER', `${name} is a whole number from ${least}, not ${value}`)
}
