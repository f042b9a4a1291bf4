/**
 * How a call fails. The world's failures keep their code; what the peer says, or gets wrong, has a fault besides.
 */
import { PexError } from '@pex/core'
import type { PexErrorCode } from '@pex/core'

/** Why a peer does not answer a call; the order is that of the codes on the wire: append, never renumber. */
export const refusals = [
  /** So many calls are under way at the peer that this one was not begun. */
  'busy',
  /** The peer has no handler for the type. */
  'unknown-type',
  /** The peer could make nothing of the request, or of its body. */
  'malformed',
  /** The answer is longer than a message may be. */
  'too-long',
  /** The handler was not ready in time. */
  'overdue',
  /** The handler was told to stop: by the caller, or because its host stops. */
  'cancelled'
] as const

export type Refusal = (typeof refusals)[number]

/** What is wrong with bytes that came, from a closed list. */
export const rpcRejections = [
  'truncated',
  'unknown-kind',
  'bad-type',
  'bad-deadline',
  'trailing-bytes',
  'bad-body',
  'unknown-refusal',
  'bad-failure',
  'unknown-cancel',
  'oversize'
] as const

export type RpcRejection = (typeof rpcRejections)[number]

/** What went wrong on the other side: a refusal, its handler's own failure, or a reply that is none. */
export type RpcFault = Refusal | RpcRejection | 'failed'

/** What a handler said when it failed. */
export interface RemoteFailure {
  readonly code: string
  readonly message: string
}

const codes: Readonly<Record<Refusal, PexErrorCode>> = {
  busy: 'PEX_REFUSED',
  'unknown-type': 'PEX_UNSUPPORTED',
  malformed: 'PEX_REFUSED',
  'too-long': 'PEX_REFUSED',
  overdue: 'PEX_TIMEOUT',
  cancelled: 'PEX_ABORTED'
}

/** Why a call has failed, where the peer has answered. */
export class RpcError extends PexError {
  readonly fault: RpcFault
  /** The handler's own code and message: a stranger's words, bounded in length. Only with the fault `failed`. */
  readonly remote: RemoteFailure | undefined

  constructor(code: PexErrorCode, message: string, fault: RpcFault, remote?: RemoteFailure) {
    super(code, message)
    this.name = 'RpcError'
    this.fault = fault
    this.remote = remote
  }
}

/** What a handler throws to tell the caller something; whatever else it throws stays in this process. */
export class RpcFailure extends Error {
  readonly code: string

  /** `code` up to 64 bytes, `message` up to 1 024; what is longer is cut. */
  constructor(code: string, message: string = '') {
    super(message)
    this.name = 'RpcFailure'
    this.code = code
  }
}

export function refusedBy(from: string, refusal: Refusal): RpcError {
  return new RpcError(codes[refusal], `${from} refused the call: ${refusal}`, refusal)
}

export function failedAt(from: string, remote: RemoteFailure): RpcError {
  return new RpcError('PEX_REFUSED', `the handler of ${from} failed: ${remote.code}`, 'failed', remote)
}

export function rejectedReply(from: string, fault: RpcRejection): RpcError {
  return new RpcError('PEX_REJECTED', `what ${from} answered makes no sense: ${fault}`, fault)
}
