/**
 * From what is known of a peer to what is dialled: names are looked up, then whatever is not to be dialled drops out, each with
 * the reason that its error will give. Everything is judged by where packets would arrive, after the look-up.
 */
import { isWithin, placeOf } from '@pex/core'
import type { Dialer, NetworkScope } from '@pex/core'
import { AddressError } from './errors.ts'
import type { Gater } from './gater.ts'
import { isRelayed } from './ranking.ts'

/** One thing to dial. */
export interface Target {
  /** What the carrier is given. */
  readonly address: string
  /** Where that arrives, as a literal address where it is known. */
  readonly at: string
  /** What was known of the peer: the name, where one was looked up. */
  readonly known: string
}

export interface Targets {
  readonly dial: readonly Target[]
  readonly refused: readonly AddressError[]
}

export interface TargetParts<C> {
  readonly dialer: Dialer<C>
  readonly gater: Gater
  readonly scope: NetworkScope
  /** This host's own addresses, interfaces spelled out. */
  readonly own: () => readonly string[]
}

/** Addresses of one dial that are looked at, most: four times what a record may hold. */
export const MAX_ADDRESSES = 64

/** What of the addresses to dial. A promise only where a name has to be looked up. */
export function targetsOf<C>(
  parts: TargetParts<C>,
  peer: string | undefined,
  addresses: readonly string[],
  wanted: { readonly direct?: boolean | undefined; readonly signal: AbortSignal }
): Targets | Promise<Targets> {
  const known = [...new Set(addresses.slice(0, MAX_ADDRESSES))]
  const sift = (found: readonly (Target | AddressError)[]): Targets => {
    const own = new Set(parts.own().map(withoutPeer))
    const judged = found.map(target =>
      target instanceof AddressError ? target : (refusal(parts, peer, target, own, wanted.direct) ?? target)
    )
    const refused = judged.filter(target => target instanceof AddressError)
    // A name is dialled as one where the handshake needs it: then each place that it leads to has to be admitted.
    const barred = new Set(refused.map(({ address }) => address))
    const dial = judged.filter((target): target is Target => !barred.has(target.address))
    return { dial, refused }
  }
  if (parts.dialer.resolve === undefined || !known.some(isName))
    return sift(known.map(address => ({ address, at: address, known: address })))
  return Promise.all(known.map(address => lookUp(parts.dialer, address, wanted.signal))).then(found =>
    sift(found.flat().slice(0, MAX_ADDRESSES))
  )
}

function isName(address: string): boolean {
  return /^\/dns(4|6|addr)?\//.test(address)
}

async function lookUp<C>(
  dialer: Dialer<C>,
  address: string,
  signal: AbortSignal
): Promise<readonly (Target | AddressError)[]> {
  if (!isName(address)) return [{ address, at: address, known: address }]
  try {
    const found = (await dialer.resolve!(address, { signal })).map(({ dial, at }) => ({
      address: dial,
      at,
      known: address
    }))
    return found.length > 0
      ? found
      : [new AddressError(address, 'PEX_UNREACHABLE', 'the name stands for nothing')]
  } catch (cause) {
    return [new AddressError(address, 'PEX_UNREACHABLE', 'the name could not be looked up', { cause })]
  }
}

function refusal<C>(
  { dialer, gater, scope }: TargetParts<C>,
  peer: string | undefined,
  { address, at, known }: Target,
  own: ReadonlySet<string>,
  direct: boolean | undefined
): AddressError | undefined {
  const refuse = (
    ...[code, why]: ['PEX_FILTERED' | 'PEX_NO_TRANSPORT' | 'PEX_GATED', string]
  ): AddressError => new AddressError(address, code, why)
  // At one relay all are reached at one address: only their ids tell them apart.
  if (own.has(withoutPeer(at)) && !placeOf(at).relayed)
    return refuse('PEX_FILTERED', 'this host listens there itself')
  if (!dialer.canDial(address)) return refuse('PEX_NO_TRANSPORT', 'no transport of this host dials it')
  if (placeOf(at).class === 'link-local') return refuse('PEX_FILTERED', 'it is link-local')
  // The operator's own name may lead into the operator's own site.
  const isVouched = scope.isConfigured(known) && isWithin('private', placeOf(at).class)
  if (!isVouched && !scope.allows(at))
    return refuse('PEX_FILTERED', `${placeOf(at).class} addresses are out of the ${scope.current} scope`)
  if (direct === true && isRelayed(address)) return refuse('PEX_FILTERED', 'only a direct way is wanted')
  if (gater.addressDial?.(peer, address) === false) return refuse('PEX_GATED', 'the gater refuses it')
  return undefined
}

/** The address without a trailing `/p2p/<id>`. */
function withoutPeer(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '')
}
