/** The two kinds of files that hold a book: CometBFT's `addrbook.json` and libonomy's `peers.json`. */
import {
  addrbookJson,
  formatNetAddress,
  formatNodeInfo,
  netAddresses,
  nodeInfos,
  peersJson,
  rules
} from '@pex/address-book'
import type {
  AddressKind,
  Ban,
  BookFormat,
  BookRules,
  KnownAddress,
  NetAddress,
  NodeInfo,
  Routability
} from '@pex/address-book'
import type { Finding } from './finding.ts'

export type Address = NetAddress | NodeInfo

export interface BookType {
  readonly name: 'addrbook' | 'peers'
  /** The file's usual name. */
  readonly file: 'addrbook.json' | 'peers.json'
  readonly format: BookFormat<Address>
  /** Takes every valid address: it is for the user to say what a network's are. */
  readonly kind: AddressKind<Address>
  readonly rules: BookRules
  /** Which addresses the family's own nodes would leave out. */
  readonly routability: Routability
  /** The name of the list of entries. */
  readonly list: 'addrs' | 'Addresses'
  textOf(address: Address): string
}

export const addrbook: BookType = {
  name: 'addrbook',
  file: 'addrbook.json',
  format: addrbookJson,
  kind: netAddresses('any'),
  rules: rules.cometbft,
  routability: 'comet',
  list: 'addrs',
  textOf: address => formatNetAddress(address as NetAddress)
}

export const peers: BookType = {
  name: 'peers',
  file: 'peers.json',
  format: peersJson,
  // A private address is then welcome from any source.
  kind: { ...nodeInfos(), isWelcome: () => true },
  rules: rules.libonomy,
  routability: 'libonomy',
  list: 'Addresses',
  textOf: address => formatNodeInfo(address as NodeInfo)
}

export interface ReadEntry {
  readonly file: string
  readonly line: number
  readonly where: string
  readonly known: KnownAddress<Address>
}

/** An entry that is not in the result, and why. */
export interface Left {
  readonly file: string
  readonly line: number
  readonly where: string
  readonly why: string
}

/** A file as it was read: every element of its list is in `entries` or in `left`. */
export interface ReadBook {
  readonly path: string
  readonly type: BookType
  readonly key: string
  readonly entries: readonly ReadEntry[]
  /** Elements of its list, whatever they are. */
  readonly count: number
  readonly left: readonly Left[]
  readonly findings: readonly Finding[]
  /** Everything but the entries, as the format's own reader gives it. */
  readonly rest: {
    readonly bans: readonly Ban<Address>[]
    readonly anchors: readonly string[]
    readonly added: number
  }
}
