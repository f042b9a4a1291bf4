/**
 * What goes into the machine and what comes out of it.
 */
import type { Frame, Message, Priority, Verdict } from './message.ts'

export type Input =
  /** Who the neighbours are from now on. */
  | { readonly type: 'neighbours'; readonly ids: readonly string[] }
  /** A message of our own; its time is the present one, its nonce is drawn. */
  | { readonly type: 'published'; readonly message: Pick<Message, 'protocol' | 'payload'> }
  /** Frames came from a peer whose id the transport has authenticated. */
  | { readonly type: 'received'; readonly from: string; readonly frames: readonly Frame[] }
  /** The application has said what it thinks of a message. */
  | { readonly type: 'judged'; readonly id: string; readonly verdict: Verdict }
  /** A neighbour did not answer; or it did, and takes no broadcasts. */
  | { readonly type: 'unreachable' | 'unsupported'; readonly id: string }
  /** There was no room for a message in the line of a neighbour. */
  | { readonly type: 'deferred'; readonly to: string; readonly id: string }
  /** The time has come that was asked for, or a later one. */
  | { readonly type: 'wake' }

export type Output =
  | { readonly type: 'published'; readonly id: string; readonly message: Message }
  /** To be sent; where it answers what has just come, it may travel in the answer. */
  | { readonly type: 'send'; readonly to: string; readonly frame: Frame; readonly priority: Priority }
  /** To be judged; nothing more happens to it before. */
  | {
      readonly type: 'validate'
      readonly id: string
      readonly message: Message
      readonly from: string
      readonly hop: number
    }
  /** That peer has sent a message which was invalid. */
  | {
      readonly type: 'invalid'
      readonly from: string
      readonly id: string
      readonly protocol: string
    }
  /** To be woken at that time, or at an earlier one that was asked for and has not come. */
  | { readonly type: 'wake'; readonly at: number }
