/**
 * The bounds of this package: unit in the name, source in the comment.
 */
import { limits } from '@pex/core'

export const bounds = {
  /** A protocol's name, bytes of UTF-8. Guess: as a namespace's name. */
  maxProtocolBytes: 64,
  /** For how long a message is passed on, ms after it was published. Guess: two minutes are enough for any network and any repair. */
  lifetimeMs: 120_000,
  /** How far ahead of ours a publisher's clock may be, ms. Guess. */
  skewMs: 30_000,
  /** Hops that a frame can claim, most; what has come further claims no more. Derived: one byte. */
  maxHops: 255,

  /** Ids of messages remembered in each of two halves. From libonomy-p2p (10 000). */
  seen: 10_000,
  /** Messages kept for those that lack them, most. Guess: 34 a second for their lifetime. */
  held: 4_096,
  /** Bytes of payload kept for those that lack them, most. Guess. */
  heldBytes: 8_388_608,
  /** Messages that wait for their verdict, in all and of one sender. Guess. */
  pending: 1_024,
  pendingPerPeer: 256,
  /** Bytes of payload that wait for their verdict, most. Guess. */
  pendingBytes: 8_388_608,
  /** Bytes of payload of one sender that wait for their verdict, most. Guess: a quarter of all, less one message. */
  pendingBytesPerPeer: 2_031_616,
  /** A verdict that has not come after so many ms is `ignore`. Guess. */
  verdictMs: 10_000,

  /** Neighbours that messages are passed on to, most. Derived: as the largest view. */
  neighbours: 64,
  /** Announcements wait for others to the same neighbour, ms. Guess: long against a hop, short against the wait for a message. */
  lazyMs: 100,
  /** A message that was announced is asked for when it has not come after so many ms. Derived: the eager way, ten hops of 50 ms. */
  graftMs: 500,
  /** The next announcer is asked after so many ms more. Guess. */
  graftAgainMs: 500,
  /** Ids that wait to be announced to one neighbour, most; the oldest gives way. Guess. */
  announcing: 512,
  /** Ids in one announcement, most. Derived: 33 bytes each, a quarter of a message. */
  announced: 496,
  /** Neighbours to which one message is sent because they have asked for it, most. Derived: twice the neighbours, for they change. */
  askers: 128,
  /** Ids in one graft, most. Guess: they are asked for one by one, as their times come. */
  grafted: 64,
  /** Missing messages that one neighbour was the first to announce, most; all neighbours together have 64 times as many. Derived: all that waits to be announced to us. */
  missingPerPeer: 512,
  /** Announcers remembered for a missing message, most. Guess. */
  announcers: 8,
  /** Announced and not delivered messages after which a neighbour may have one missing message at a time. Guess. */
  brokenPromises: 16,
  /** A neighbour by which a message would have come in so many hops fewer takes the place of the one that brought it. Measured, 1 000 nodes with 8 neighbours: from 7 to 3 the last one gets a message in 0.7 s instead of 1.0, at no more redundancy; 2 gains nothing more. */
  optimizeHops: 3,
  /** A neighbour to which nothing had to be said for so many ms gets an empty announcement: a dead one is found out by it. Guess. */
  idleMs: 20_000,
  /** Latest messages announced to a new neighbour, most. Guess. */
  history: 64,

  /** Payloads in line for one neighbour, of each priority; more become announcements. Guess. */
  queued: 256,
  /** Bytes of payload in line for one neighbour, of each priority. Guess: five messages of full length. */
  queuedBytes: 327_680,
  /** Frames in one request or answer, most. Guess. */
  frames: 256,
  /** A request with frames may take so long, ms. Guess. */
  sendMs: 10_000,
  /** The list of neighbours is read again after so many ms, and a neighbour that did not answer is left alone for as long. Guess. */
  refreshMs: 10_000,
  /** When somebody speaks who is no neighbour, the list is read again at most every so many ms. Guess. */
  strangerMs: 1_000,
  /** Neighbours that did not answer and are left alone, most. Derived: four times the neighbours. */
  resting: 256
} as const

/** Bytes of a data frame before its payload, without the protocol's name. */
export const DATA_HEAD_BYTES = 20

/** A payload that fits whatever the protocol's name, bytes. */
export const maxPayloadBytes: number = limits.maxMessageBytes - DATA_HEAD_BYTES - bounds.maxProtocolBytes
