/** What a peer manager says, and what it is told: closed lists. */

/** What became of an address that somebody has named. */
export type AddressAdded =
  /** It is known now, and was not before. */
  | 'added'
  | 'known'
  /** It is no address of a node. */
  | 'malformed'
  /** It is of this node. */
  | 'self'
  /** The peer cannot talk with us. */
  | 'inactive'
  /** The peer has as many addresses as it may have, and none that has only ever failed. */
  | 'crowded-peer'
  /** As many ids are said to be there as may be. */
  | 'crowded-place'
  /** Somebody else is there: we have dialled it, and are connected to it. */
  | 'taken'
  /** There is no room, and nobody who is worse. */
  | 'full'

/** Why a connection is not to be kept. */
export type ConnectionRefused =
  /** It is this node. */
  | 'self'
  /** There is a connection with it. */
  | 'connected'
  /** There is no room for it, and nobody whose place it should have. */
  | 'full'
  /** It has been dialled and is not known, or its id is none. */
  | 'unknown'

/** A peer can be talked to, or no longer. */
export type PeerUpdate =
  | { readonly kind: 'up'; readonly id: string; readonly channels: readonly number[] }
  | { readonly kind: 'down'; readonly id: string }

/** Why a dial failed, where that says something about the address. */
export type DialFault =
  /** Its name leads nowhere: nobody is told of it until it does. */
  | 'unresolvable'
  /** Somebody else is there: it is forgotten. */
  | 'wrong-peer'
