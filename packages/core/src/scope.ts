/**
 * How far a network reaches, and so which addresses are any of its business. On the public internet a record that names
 * 10.0.0.1 or 169.254.169.254 aims at the reader's own site; within a site such addresses are all there are. A node knows
 * which it is in by what it has been told itself, never by what strangers say:
 *
 * * `public`: public addresses and names are dialled, accepted and announced, nothing else.
 * * `private`: everything that can be a host, loopback and the local network included.
 * * `auto`: public as soon as this host announces, or was configured to contact, a public address or a registered name;
 *   private before. Hosts on loopback or on a lab's network so need no option, and who joins a public network gets the
 *   protection without knowing of it. A site that names its own hosts under a registered domain sets `private`.
 *
 * In no scope is a link-local address, a cloud's metadata service, an unspecified, multicast, reserved or malformed one,
 * or a file of this host dialled. What the operator has configured is the operator's own word: it is dialled in any scope,
 * those excepted.
 */
import { placeOf } from './address-class.ts'
import type { AddressClass } from './address-class.ts'
import { BoundedMap } from './bounded-map.ts'

export type Scope = 'public' | 'private'

const NEVER: ReadonlySet<AddressClass> = new Set([
  'link-local',
  'metadata',
  'unspecified',
  'multicast',
  'reserved',
  'socket',
  'malformed'
])
const PUBLIC: ReadonlySet<AddressClass> = new Set(['public', 'name', 'relay', 'other'])

/** Addresses that an operator configures, most; guess. */
const MAX_CONFIGURED = 4_096

/** Whether a class of addresses belongs into a scope. */
export function isWithin(scope: Scope, addressClass: AddressClass): boolean {
  return scope === 'public' ? PUBLIC.has(addressClass) : !NEVER.has(addressClass)
}

export class NetworkScope {
  readonly #setting: Scope | 'auto'
  // Bounded by MAX_CONFIGURED; chosen by this host's own operator.
  readonly #configured = new BoundedMap<string, true>(MAX_CONFIGURED)
  #carries: (address: string) => boolean = () => true
  #contactsPublic = false
  #announcesPublic = false

  constructor(setting: Scope | 'auto' = 'auto') {
    this.#setting = setting
  }

  get current(): Scope {
    if (this.#setting !== 'auto') return this.#setting
    return this.#contactsPublic || this.#announcesPublic ? 'public' : 'private'
  }

  /** What this host's carriers can call: an address of another kind is none to it. */
  carriedBy(carries: (address: string) => boolean): void {
    this.#carries = carries
  }

  /** The operator has named these addresses as contacts. */
  configure(addresses: readonly string[]): void {
    for (const address of addresses) this.#configured.set(address, true)
    this.#contactsPublic ||= addresses.some(isPublic)
  }

  /** This host can be reached at these addresses now. Gives those that strangers may be told. */
  announce(addresses: readonly string[]): readonly string[] {
    this.#announcesPublic = addresses.some(isPublic)
    return addresses.filter(address => isWithin(this.current, placeOf(address).class))
  }

  /** Those of a record's addresses that this host would ever dial. */
  within(addresses: readonly string[]): readonly string[] {
    const inside = addresses.filter(address => this.#holds(address))
    return inside.length === addresses.length ? addresses : inside
  }

  /** Whether there is any such address. */
  reaches(addresses: readonly string[]): boolean {
    return addresses.some(address => this.#holds(address))
  }

  /** Whether to dial the address: it is within the scope, or the operator has named it and it can be a host at all. */
  allows(address: string): boolean {
    const found = placeOf(address).class
    return isWithin(this.current, found) || (this.isConfigured(address) && !NEVER.has(found))
  }

  #holds(address: string): boolean {
    return isWithin(this.current, placeOf(address).class) && this.#carries(address)
  }

  /** Whether the operator has named the address. */
  isConfigured(address: string): boolean {
    return this.#configured.get(address) === true
  }
}

function isPublic(address: string): boolean {
  const place = placeOf(address)
  return !place.relayed && (place.class === 'public' || place.class === 'name')
}
