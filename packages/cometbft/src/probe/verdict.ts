/** What a probe finds out about a node, from a closed list; everything that was learnt on the way comes with it. */
import type { NetAddress } from '@pex/address-book'
import type { NodeInfo, NodeInfoFault, Place } from '@pex/switch'

/** The steps of a visit, in their order. */
export type Stage = 'dns' | 'connect' | 'handshake' | 'node-info' | 'answer'

/** How long the steps took that came to their end, ms. */
export interface Latency {
  readonly connectMs?: number | undefined
  /** Of the SecretConnection. */
  readonly handshakeMs?: number | undefined
  readonly nodeInfoMs?: number | undefined
  /** From the request to the addresses. */
  readonly answerMs?: number | undefined
}

export type Outcome =
  /** It is the node, on the chain, and told whom it knows: `addresses` can all be dialled as they are, and may be none. */
  | { readonly verdict: 'ok'; readonly node: NodeInfo; readonly addresses: readonly NetAddress[] }
  /** The target is no `id@host:port`; nobody was asked. */
  | { readonly verdict: 'bad-target'; readonly why: string }
  /** The name stands for no IP address. */
  | { readonly verdict: 'dns'; readonly why: string }
  /** The host is there, and nobody listens at the port. */
  | { readonly verdict: 'refused' }
  /** No way leads to the host. */
  | { readonly verdict: 'unreachable'; readonly why: string }
  /** No end of this step in time. */
  | { readonly verdict: 'timeout'; readonly stage: Stage; readonly node?: NodeInfo | undefined }
  /** Somebody else is there, authenticated. */
  | { readonly verdict: 'wrong-id'; readonly actual: string }
  | { readonly verdict: 'wrong-chain'; readonly chain: string; readonly node: NodeInfo }
  /** Another block protocol, or a node info that no rule allows. */
  | {
      readonly verdict: 'incompatible'
      readonly why: 'block' | NodeInfoFault
      readonly node?: NodeInfo | undefined
    }
  /**
   * It has no room. `likely`: it hung up right after the node infos, which matched; so does a node that has banned this one.
   * `possible`: it let the system accept the connection and then said nothing at all; so does whatever else is silent.
   */
  | {
      readonly verdict: 'full'
      readonly certainty: 'likely' | 'possible'
      readonly node?: NodeInfo | undefined
    }
  /** It does not announce channel 0. */
  | { readonly verdict: 'pex-off'; readonly node: NodeInfo }
  /** It hung up in this step, and nobody can tell why: a second connection from one IP address is treated so, too. */
  | { readonly verdict: 'closed'; readonly stage: Stage; readonly node?: NodeInfo | undefined }
  /** What is there does not speak the protocol. */
  | { readonly verdict: 'bad-handshake'; readonly why: string }
  /** Its answer cannot be read. */
  | { readonly verdict: 'bad-answer'; readonly why: string; readonly node: NodeInfo }

/** All verdicts that there are, the good one first. */
export const verdicts: readonly Outcome['verdict'][] = [
  'ok',
  'bad-target',
  'dns',
  'refused',
  'unreachable',
  'timeout',
  'wrong-id',
  'wrong-chain',
  'incompatible',
  'full',
  'pex-off',
  'closed',
  'bad-handshake',
  'bad-answer'
]

/** One of several addresses that a name stands for, which was not the best. */
export interface Elsewhere {
  readonly place: Place
  readonly verdict: Outcome['verdict']
}

export interface Facts {
  /** The target as it was given. */
  readonly target: string
  /** Where it was visited: of several addresses, the one at which the visit went furthest. */
  readonly place?: Place | undefined
  readonly latency: Latency
  /** The other addresses that were tried. */
  readonly elsewhere: readonly Elsewhere[]
}

export type Verdict = Facts & Outcome

/** How far a visit came, to choose among the addresses of one name: the larger, the further. */
export function progressOf(outcome: Outcome): number {
  switch (outcome.verdict) {
    case 'ok':
      return 9
    case 'wrong-chain':
    case 'incompatible':
    case 'pex-off':
    case 'bad-answer':
      return 8
    case 'full':
      return outcome.certainty === 'likely' ? 7 : 3
    case 'timeout':
    case 'closed':
      return stages.indexOf(outcome.stage) + 2
    case 'wrong-id':
    case 'bad-handshake':
      return 4
    case 'refused':
      return 2
    case 'unreachable':
      return 1
    case 'dns':
    case 'bad-target':
      return 0
  }
}

const stages: readonly Stage[] = ['dns', 'connect', 'handshake', 'node-info', 'answer']
