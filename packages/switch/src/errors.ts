/** How it ends: why a peer was not taken, and what ended one. */
import { PexError } from '@pex/core'
import type { PexErrorCode } from '@pex/core'
import { DialError } from '@pex/swarm'
import type { NodeInfo, NodeInfoFault } from './node-info.ts'

/** Why there is no peer, from a closed list: on a dial, and at the door. */
export type Refusal =
  /** This node itself is there. */
  | 'self'
  /** Somebody else is there than was dialled. */
  | 'wrong-id'
  /** It says of itself what it is not, or what no rule allows. */
  | 'bad-node-info'
  | 'wrong-network'
  /** Another block protocol. */
  | 'wrong-block'
  | 'no-common-channel'
  /** It is connected already. */
  | 'duplicate'
  /** Somebody at its IP address is connected already. */
  | 'duplicate-ip'
  /** No room for it. */
  | 'full'
  /** A filter does not want it. */
  | 'filtered'
  /** It failed a short while ago, or too many such places have been dialled just now: it has not been dialled. */
  | 'not-now'
  /** Nobody answers there, or not in time. */
  | 'unreachable'
  /** Somebody answers, and does not end the handshake, or not in time. */
  | 'no-handshake'
  /** The handshake went against the protocol. */
  | 'bad-handshake'
  /** It closed before it told of itself: this node's chain or version may not suit it, or it is full. */
  | 'closed'
  /** The switch has stopped, or the caller gave up. */
  | 'stopped'

/** The closed list of `Refusal`. */
export const refusals: readonly Refusal[] = [
  'self',
  'wrong-id',
  'bad-node-info',
  'wrong-network',
  'wrong-block',
  'no-common-channel',
  'duplicate',
  'duplicate-ip',
  'full',
  'filtered',
  'not-now',
  'unreachable',
  'no-handshake',
  'bad-handshake',
  'closed',
  'stopped'
]

/** What is known of a peer that was not taken. */
export interface SwitchErrorDetail extends ErrorOptions {
  readonly nodeInfo?: NodeInfo | undefined
  readonly remoteId?: string | undefined
  readonly fault?: NodeInfoFault | undefined
}

export class SwitchError extends PexError {
  readonly refusal: Refusal
  /** What it said of itself, where that could be read; valid unless there is a `fault`. */
  readonly nodeInfo: NodeInfo | undefined
  /** Who was there, where that was proved. */
  readonly remoteId: string | undefined
  /** What is wrong with its node info, where that is the reason. */
  readonly fault: NodeInfoFault | undefined

  constructor(code: PexErrorCode, refusal: Refusal, message: string, detail: SwitchErrorDetail = {}) {
    super(code, message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'SwitchError'
    this.refusal = refusal
    this.nodeInfo = detail.nodeInfo
    this.remoteId = detail.remoteId
    this.fault = detail.fault
  }
}

/** What a refusal says where nothing more is known, and the code that it goes with. */
const plain: Readonly<Partial<Record<Refusal, readonly [PexErrorCode, string]>>> = {
  self: ['PEX_DIAL_SELF', 'this node itself is there'],
  stopped: ['PEX_CLOSED', 'the switch has been stopped'],
  duplicate: ['PEX_GATED', 'it is connected already'],
  'duplicate-ip': ['PEX_GATED', 'somebody at its IP address is connected already'],
  full: ['PEX_GATED', 'there is no room for it']
}

/** The failure for a refusal that says everything. */
export function refusedAs(refusal: Refusal, detail: SwitchErrorDetail = {}): SwitchError {
  const [code, message] = plain[refusal] ?? ['PEX_GATED', refusal]
  return new SwitchError(code, refusal, message, detail)
}

/** Codes of dials that were not made, or made by somebody who does not know why they fail. */
const byCode: Readonly<Partial<Record<PexErrorCode, Refusal>>> = {
  PEX_BACKOFF: 'not-now',
  PEX_CAPPED: 'not-now',
  PEX_FILTERED: 'filtered',
  PEX_GATED: 'filtered',
  PEX_NO_TRANSPORT: 'filtered',
  PEX_DIAL_SELF: 'self',
  PEX_WRONG_PEER: 'wrong-id',
  PEX_ABORTED: 'stopped',
  PEX_CLOSED: 'stopped'
}

/** What a dial has failed with, as a refusal: that of the one address that there is. */
export function switchErrorOf(cause: unknown): SwitchError {
  if (cause instanceof SwitchError) return cause
  if (cause instanceof DialError) {
    const [first] = cause.errors
    if (first !== undefined) return first.cause instanceof SwitchError ? first.cause : switchErrorOf(first)
  }
  if (!(cause instanceof PexError))
    return new SwitchError('PEX_UNREACHABLE', 'unreachable', 'the dial has failed', { cause })
  return new SwitchError(cause.code, byCode[cause.code] ?? 'unreachable', cause.message, { cause })
}
