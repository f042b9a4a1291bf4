/**
 * The bounds of this package: unit in the name, source in the comment.
 */
import { limits } from '@pex/core'

export const bounds = {
  /** A type's name, bytes of UTF-8. Guess: as a namespace's name. */
  maxTypeBytes: 64,
  /** A call's id, bytes. Derived: 128 bits of chance are guessed by nobody. */
  idBytes: 16,
  /** The code of a handler's failure, bytes of UTF-8; what is longer is cut. Guess. */
  maxFailureCodeBytes: 64,
  /** The message of a handler's failure, bytes of UTF-8; what is longer is cut. Guess. */
  maxFailureMessageBytes: 1_024,
  /** Longest that a call may take, ms, and its default. From `limits.exchangeMs`: transports hold every handler to it. */
  maxTimeoutMs: 30_000,
  /** Calls under way to one peer, default. Derived: half of what the peer takes, so that two callers on one host are not refused. */
  callsPerPeer: 8,
  /** Calls under way in all, default. Guess. */
  calls: 256,
  /** Calls that wait for their turn, to one peer. Guess. */
  waitingPerPeer: 64,
  /** Calls that wait for their turn, in all. Guess; worst case 1 024 bodies of 64 KiB. */
  waiting: 1_024,
  /** Handlers that work for one peer at a time, default. Guess. */
  servedPerPeer: 16,
  /** Handlers that work at a time, default. Guess. */
  served: 128,
  /** Requests of one peer that wait for a handler. Guess. */
  queuedPerPeer: 16,
  /** Requests that wait for a handler. Guess; worst case 256 bodies of 64 KiB. */
  queued: 256,
  /** Bytes of answers that are remembered for questions that come twice. Guess: the last few thousand short ones. */
  rememberedBytes: 1_048_576,
  /** Cancellations under way, most; others are left to the deadline that the peer was told. Guess. */
  cancels: 64,
  /** How long a cancellation may take, ms. Guess. */
  cancelMs: 5_000
} as const

/** Bytes before the body of a call: kind, id, deadline, length of the type. */
export const CALL_HEAD_BYTES: number = 1 + bounds.idBytes + 4 + 1

/** A body that fits whatever the type: question or answer, bytes. */
export const maxBodyBytes: number = limits.maxMessageBytes - CALL_HEAD_BYTES - bounds.maxTypeBytes
