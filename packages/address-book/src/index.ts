/**
 * The peers that a node remembers: new and tried buckets that strangers cannot fill, bans, feelers, anchors. One engine for
 * CometBFT's book, libonomy's and our own; synchronous, with time and chance as arguments, in Node and in browsers. Files are
 * read and written by `@pex/address-book/file`.
 *
 * @packageDocumentation
 */
export { addrbookJson } from './addrbook-json.ts'
export type { Ban } from './bans.ts'
export { AddressBook } from './book.ts'
export type { Added, AddressBookInit, Refusal } from './book.ts'
export type { BootOptions } from './boot.ts'
export type { KnownAddress } from './entry.ts'
export type { BookFormat } from './format.ts'
export { groupOfIp, isLocal, isRoutable, isValid } from './ip-group.ts'
export type { Routability } from './ip-group.ts'
export { formatIp, isIn, maskIp, parseIp, ranges } from './ip.ts'
export type { Ip, Range } from './ip.ts'
export type { AddressKind } from './kind.ts'
export { bookMetrics } from './metrics.ts'
export type { Counted } from './metrics.ts'
export { dialString, formatNetAddress, netAddresses, parseNetAddress } from './net-address.ts'
export type { NetAddress } from './net-address.ts'
export { formatNodeInfo, nodeInfos, parseNodeInfo } from './node-info.ts'
export type { NodeInfo } from './node-info.ts'
export { peerAddresses } from './peer-address.ts'
export type { PeerAddress } from './peer-address.ts'
export { peersJson } from './peers-json.ts'
export { Placement } from './placement.ts'
export { rules } from './rules.ts'
export type { BookRules } from './rules.ts'
export type { SelectionOptions } from './selection.ts'
export type { BookSnapshot, Read, Restored } from './snapshot.ts'
export { storedBook } from './stored-book.ts'
export type { StoredBook } from './stored-book.ts'
