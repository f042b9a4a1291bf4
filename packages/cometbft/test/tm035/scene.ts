/** Nodes with short names, and a manager without bounds and retries, as Tendermint's tests have it. */
import { PeerManager } from '../../src/tm035/peer-manager.ts'
import type { PeerManagerInit } from '../../src/tm035/options.ts'
import type { NodeAddress } from '../../src/dialects/node-address.ts'
import { seeded } from '@pex/testkit'

/** The id of forty times the same digit. */
export function id(digit: string): string {
  return digit.repeat(40)
}

/** Ids for crowds. */
export function nth(n: number): string {
  return n.toString(16).padStart(40, '0')
}

export const self: string = id('0')
export const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(id) as [string, string, string, string, string]

/** An address without a place. */
export function memory(id: string): NodeAddress {
  return { protocol: 'memory', id, host: '', port: 0, path: '' }
}

export function tcp(id: string, host: string = '127.0.0.1', port: number = 26_656): NodeAddress {
  return { protocol: 'mconn', id, host, port, path: '' }
}

export const zero: Omit<PeerManagerInit, 'rng'> = {
  id: self,
  maxConnected: 0,
  maxConnectedUpgrade: 0,
  maxOutgoing: 0,
  maxPeers: 0,
  minRetryMs: 0,
  retryJitterMs: 0,
  disconnectCooldownMs: 0
}

export function managerOf(init: Partial<PeerManagerInit> = {}, seed: number = 1): PeerManager {
  return new PeerManager({ ...zero, rng: seeded(seed), ...init })
}

/** What it was told of, in the order in which it was told. */
export function addAll(manager: PeerManager, ...addresses: readonly NodeAddress[]): void {
  for (const address of addresses) manager.add(address, 0)
}

export function scores(entries: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(entries))
}
