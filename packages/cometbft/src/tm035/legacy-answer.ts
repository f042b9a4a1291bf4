/**
 * An answer of the first version has no names in it: they are looked up, each for three seconds at most (Tendermint v0.35,
 * `pex.resolve`). Names are what strangers have said, so that few are looked up for one answer.
 */
import type { NetAddress } from '@pex/address-book'
import { PexError } from '@pex/core'
import type { Clock } from '@pex/core'
import { netAddressOf, resolveNodeAddress } from '../dialects/node-address.ts'
import type { NodeAddress, Resolve } from '../dialects/node-address.ts'

/** One name, ms; from Tendermint. */
const RESOLVE_MS = 3_000
/** Names looked up for one answer, most. Guess: what strangers should make a node ask its resolver. */
const MOST_NAMES = 10

/** Up to `limit` addresses; names without a resolver, beyond ten, or that are not found in time are left out. */
export async function legacyAnswer(
  addresses: readonly NodeAddress[],
  limit: number,
  clock: Clock,
  resolve: Resolve | undefined
): Promise<NetAddress[]> {
  let names = 0
  const found = await Promise.all(
    addresses.map(async address => {
      const literal = netAddressOf(address)
      if (literal !== undefined) return [literal]
      if (resolve === undefined || names++ >= MOST_NAMES) return []
      return within(clock, signal => resolveNodeAddress(address, resolve, { signal })).catch(() => [])
    })
  )
  return found.flat().slice(0, limit)
}

/** What the work gives, or a failure when its time is up. */
export async function within<T>(clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let cancel = (): void => {}
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(RESOLVE_MS, () => {
      const error = new PexError('PEX_TIMEOUT', `the name was not found within ${RESOLVE_MS} ms`)
      controller.abort(error)
      reject(error)
    })
  })
  try {
    return await Promise.race([work(controller.signal), late])
  } finally {
    cancel()
  }
}
