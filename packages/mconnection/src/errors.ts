/** How a connection fails: what the world does has a code, what the other side does wrong has a fault besides. */
import { PexError } from '@pex/core'
import type { PexErrorCode } from '@pex/core'

/** What the other side can do wrong: a closed list. */
export const faults = [
  // Of both layers: messages behind their length.
  'bad-varint',
  'oversize',
  'truncated',
  'malformed',
  // Of the handshake.
  'bad-key-length',
  'own-key',
  'low-order-key',
  'unsupported-key',
  'bad-signature',
  // Of the sealed frames.
  'bad-frame',
  'frame-oversize',
  // Of the packets.
  'unknown-packet',
  'unknown-channel',
  'message-oversize',
  /** What the application says of a message by throwing: it could make nothing of it. */
  'unusable-message'
] as const

export type Fault = (typeof faults)[number]

/**
 * Why a connection has failed. `PEX_REJECTED`: the other side is wrong, and `fault` says how. `PEX_WRONG_PEER`: somebody
 * else is there. `PEX_TIMEOUT`, `PEX_ABORTED`: as everywhere. `PEX_CLOSED`: the stream has ended or broken; with the fault
 * `truncated` where it has ended inside a message.
 */
export class ConnectionError extends PexError {
  readonly fault: Fault | undefined

  constructor(
    code: PexErrorCode,
    message: string,
    { fault, cause }: { fault?: Fault; cause?: unknown } = {}
  ) {
    super(code, message, cause === undefined ? undefined : { cause })
    this.name = 'ConnectionError'
    this.fault = fault
  }
}

/** The failure for what the other side has done wrong. */
export function rejected(fault: Fault, cause?: unknown): ConnectionError {
  return new ConnectionError('PEX_REJECTED', `the other side is wrong: ${fault}`, { fault, cause })
}

/** The failure for a stream that has ended; `inside` something that was not whole, which a crash does as well as malice. */
export function ended(inside: boolean): ConnectionError {
  if (!inside) return new ConnectionError('PEX_CLOSED', 'the other side has closed')
  return new ConnectionError('PEX_CLOSED', 'the other side has closed in the middle', { fault: 'truncated' })
}

/** The failure for what a stream has thrown; one of ours stays what it is. */
export function brokenBy(cause: unknown): ConnectionError {
  if (cause instanceof ConnectionError) return cause
  return new ConnectionError('PEX_CLOSED', 'the stream is broken', { cause })
}
