/** The stable codes of `PexError`. Never decide on an error's message. */
export type PexErrorCode =
  /** A parameter, option or name is out of range; the message says which and what is allowed. */
  | 'PEX_INVALID_PARAMETER'
  /** The service has not been started, or has been stopped. */
  | 'PEX_NOT_STARTED'
  /** The namespace has not been joined. */
  | 'PEX_NOT_JOINED'
  /** None of the given peers completed an exchange. */
  | 'PEX_NO_PEER_FOUND'
  /** The host listens nowhere, so nobody could answer to its record. */
  | 'PEX_NO_ADDRESSES'
  /** The peer did not answer within the deadline. */
  | 'PEX_TIMEOUT'
  /** The peer cannot be reached at any of its addresses. */
  | 'PEX_UNREACHABLE'
  /** The peer was reached and does not speak this protocol (or has not joined this namespace). */
  | 'PEX_UNSUPPORTED'
  /** The peer refused our message; the message says why. */
  | 'PEX_REFUSED'
  /** We rejected the peer's answer; the message says why. */
  | 'PEX_REJECTED'
  /** As much as may be is under way and waiting already: here, not at the peer. Nothing was sent. */
  | 'PEX_BUSY'
  /** The caller's signal was aborted, or the service was stopped while it worked. */
  | 'PEX_ABORTED'
  /** A host does not dial itself. */
  | 'PEX_DIAL_SELF'
  /** No address of the peer is known. */
  | 'PEX_NO_KNOWN_ADDRESS'
  /** No carrier of this host understands the address. */
  | 'PEX_NO_TRANSPORT'
  /** The address is none to dial from here: our own, out of scope, or of a kind that leads nowhere. */
  | 'PEX_FILTERED'
  /** The application's gater has refused the peer, the address or the connection. */
  | 'PEX_GATED'
  /** The address failed for this peer a short while ago; it is dialled again later. */
  | 'PEX_BACKOFF'
  /** Too many peers have named this place without proving it, or too many such places have been tried just now. */
  | 'PEX_CAPPED'
  /** Somebody else than the peer answered at its address. */
  | 'PEX_WRONG_PEER'
  /** There is no connection, and dialling was not wanted; or there is only one of a kind that was not wanted. */
  | 'PEX_NO_CONNECTION'
  /** The swarm or the connection has been closed. */
  | 'PEX_CLOSED'
  /** The store's directory is in use by another process. */
  | 'PEX_STORE_LOCKED'
  /** The store has been closed or was never opened. */
  | 'PEX_STORE_CLOSED'
  /** The store failed; `cause` is its own error. */
  | 'PEX_STORE_FAILED'

/** Something in the world (not the remote's message) went wrong. */
export class PexError extends Error {
  readonly code: PexErrorCode

  constructor(code: PexErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PexError'
    this.code = code
  }
}
