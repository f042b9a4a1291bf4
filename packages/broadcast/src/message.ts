/**
 * What is disseminated, and what neighbours say to each other about it. The four frames are those of PlumTree (Leitão,
 * Pereira, Rodrigues: Epidemic Broadcast Trees, 2007): GOSSIP is `data`, IHAVE is `announce`, GRAFT and PRUNE are themselves.
 */

/** One message, the same at every node. */
export interface Message {
  readonly protocol: string
  /** When its publisher sent it, ms since the epoch by the publisher's clock. */
  readonly publishedAt: number
  /** Drawn by its publisher, 16 hex digits: the same bytes of two hosts at the same time are two messages all the same. */
  readonly nonce: string
  readonly payload: Uint8Array
}

/** The message itself: pushed along the tree, or asked for by a graft. */
export interface DataFrame {
  readonly kind: 'data'
  readonly id: string
  /** Hops that it has come when it arrives, by the sender's word. */
  readonly hop: number
  readonly message: Message
}

export interface Announced {
  readonly id: string
  /** Hops that the message would have come if the announcer had pushed it, by the announcer's word. */
  readonly hop: number
}

/** "I have these." */
export interface AnnounceFrame {
  readonly kind: 'announce'
  readonly announced: readonly Announced[]
}

/** "Push to me from now on, and send me these." */
export interface GraftFrame {
  readonly kind: 'graft'
  readonly ids: readonly string[]
}

/** "I have that from somebody else: announce from now on, do not push." */
export interface PruneFrame {
  readonly kind: 'prune'
}

export type Frame = DataFrame | AnnounceFrame | GraftFrame | PruneFrame

/** Whose turn comes first where a neighbour is slower than the messages for it. */
export const priorities = ['high', 'mid', 'low'] as const
export type Priority = (typeof priorities)[number]

/** What the application says of a message: pass it on; the sender is at fault; neither. */
export type Verdict = 'valid' | 'invalid' | 'ignore'
