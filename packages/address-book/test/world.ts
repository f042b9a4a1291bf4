/**
 * What the tests of the book share: addresses by number, sources by group, books of each kind, and the checked-in files.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AddressBook, addrbookJson, netAddresses, peerAddresses, rules } from '@pex/address-book'
import type { BookRules, BookSnapshot, NetAddress, PeerAddress } from '@pex/address-book'
import { seeded } from '@pex/testkit'

/** Some time in 2026. */
export const start = 1_770_000_000_000
export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

export function vector(name: string): string {
  return fileURLToPath(new URL(`vectors/${name}`, import.meta.url))
}

export function text(name: string): string {
  return readFileSync(vector(name), 'utf8')
}

export function json<T>(name: string): T {
  return JSON.parse(text(name)) as T
}

/** A number as 40 hexadecimal digits. */
export function nodeId(n: number): string {
  return n.toString(16).padStart(40, '0')
}

/** The n-th public IPv4 /16. */
export function group(n: number): string {
  return `${20 + Math.floor(n / 250)}.${n % 250}`
}

/** A CometBFT node in the group of a number, by default one of its own. */
export function node(n: number, inGroup: number = n): NetAddress {
  return {
    id: nodeId(n),
    ip: `${group(inGroup)}.${Math.floor(n / 250) % 250}.${1 + (n % 250)}`,
    port: 26_656
  }
}

/** A host of ours in the group of a number. */
export function host(n: number, inGroup: number = n): PeerAddress {
  const { ip } = node(n, inGroup)
  return { id: `peer-${n}`, addresses: [`/ip4/${ip}/tcp/4001`] }
}

interface Some<A> {
  readonly rules?: Partial<BookRules>
  readonly snapshot?: BookSnapshot<A> | undefined
  readonly seed?: number
  readonly own?: readonly A[]
  readonly privateIds?: readonly string[]
}

export function cometBook(init: Some<NetAddress> = {}): AddressBook<NetAddress> {
  const { seed = 1, rules: changed, ...rest } = init
  return new AddressBook({
    kind: netAddresses(),
    rng: seeded(seed),
    rules: { ...rules.cometbft, ...changed },
    ...rest
  })
}

export function pexBook(init: Some<PeerAddress> = {}): AddressBook<PeerAddress> {
  const { seed = 1, rules: changed, ...rest } = init
  return new AddressBook({
    kind: peerAddresses(),
    rng: seeded(seed),
    rules: { ...rules.pex, ...changed },
    ...rest
  })
}

/** The book that CometBFT 0.38.12 has written. */
export function goBook(): AddressBook<NetAddress> {
  return cometBook({ snapshot: addrbookJson.read(text('go-addrbook.json'))!.snapshot })
}
