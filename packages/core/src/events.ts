/**
 * What goes into the machine of a namespace and what comes out of it.
 */
import type { SizeEstimate } from './counting.ts'
import type { Question, Response } from './message.ts'
import type { Contact } from './ports.ts'
import type { PeerRecord } from './record.ts'
import type { RejectionReason } from './rejection.ts'

export type Input =
  /** The time of the last `wake` has come, or the application wants a round now. */
  | { readonly type: 'tick' }
  /** Start a round with these contacts and nobody else; only between two rounds. */
  | { readonly type: 'bootstrap'; readonly contacts: readonly Contact[] }
  /** A peer is about to ask; comes before its message has cost anything. No output means: go on. */
  | { readonly type: 'called'; readonly from: string }
  /** A peer asks; `from` is authenticated, the records are verified. */
  | {
      readonly type: 'requested'
      readonly from: string
      readonly question: Question
      /** Where each descriptor stood in the message, for picks count places; by default nothing was dropped. */
      readonly places?: readonly number[] | undefined
    }
  /** The answer to our `request` of that number has come. */
  | {
      readonly type: 'answered'
      readonly attempt: number
      readonly from: string
      readonly response: Response
      /** As above. */
      readonly places?: readonly number[] | undefined
    }
  /** Our `request` of that number got no answer, or one that had to be rejected, or a refusal. */
  | { readonly type: 'unanswered'; readonly attempt: number; readonly fault?: 'rejected' | 'refused' }
  /** Discovery, asked for this round, has found somebody. */
  | { readonly type: 'found'; readonly contact: Contact }
  /** Discovery has nobody more for this round. */
  | { readonly type: 'discovered' }
  /** Verified records from elsewhere: newer ones of peers that we hold take their places, others fill free ones. */
  | { readonly type: 'offered'; readonly records: readonly PeerRecord[] }
  /** Our own record has been signed anew. */
  | { readonly type: 'renewed'; readonly own: PeerRecord }

export type Output =
  /** Give a `tick` at that time; replaces an earlier wish. */
  | { readonly type: 'wake'; readonly at: number }
  /**
   * Ask the peer, and report `answered` or `unanswered` with the number. At most one exchange of a round's own is under
   * way (an ask, then its settles, one after the other), and beside it `limits.maxRequests` - 1 others at most: pings, and
   * a last settle of the round before.
   */
  | {
      readonly type: 'request'
      readonly attempt: number
      readonly to: Contact
      readonly question: Question
      /** The deadline: after so many ms without an answer, report `unanswered`. */
      readonly ms: number
    }
  /** The answer to the `requested` just put in. */
  | { readonly type: 'answer'; readonly response: Response }
  /** The `called` or `requested` just put in is refused. */
  | { readonly type: 'refuse'; readonly reason: RejectionReason }
  /** Ask discovery, and report what is `found` and, at the end, `discovered`. */
  | { readonly type: 'discover' }
  /** The round is over; `reached` is the partner of its exchange, if any worked. */
  | { readonly type: 'round'; readonly reached: string | undefined }
  /**
   * An exchange is complete on our side: after two messages, when we have merged; after three, when both sides have picked
   * and we have settled.
   */
  | {
      readonly type: 'exchange'
      readonly peer: string
      readonly role: 'initiator' | 'responder'
      readonly received: number
    }
  /** The view has changed; a peer with a newer record counts as added. */
  | { readonly type: 'view'; readonly added: readonly PeerRecord[]; readonly removed: readonly PeerRecord[] }
  /** A message or a record in it was rejected. */
  | { readonly type: 'rejected'; readonly peer: string; readonly reason: RejectionReason }
  /** The estimate of the network's size has changed. */
  | { readonly type: 'size'; readonly estimate: SizeEstimate }
  /** The two estimates of the network's size have begun to contradict each other, or have ceased to: see its `alarm`. */
  | { readonly type: 'alarm'; readonly estimate: SizeEstimate }
  /** What should survive a restart has changed. */
  | { readonly type: 'persist' }
