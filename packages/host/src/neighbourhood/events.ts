/** What goes into a neighbourhood, and what comes out of it. */
import type { Contact } from '@pex/core'

/** What two hosts learn of each other in a greeting. */
export interface Terms {
  /** What software the other side runs: `name/1.2.3`. */
  readonly agent: string
  /** How far its clock is ahead of ours, ms; the half of the round trip is taken off where that is known. */
  readonly skewMs: number
  /** The round trip, ms; of those that greeted us, nothing. */
  readonly rttMs: number | undefined
}

/** A host that this one exchanges messages with. */
export interface Neighbour extends Terms {
  readonly id: string
  readonly contact: Contact
  /** Whether this host has chosen it, or it this host. Never changes: who comes by itself is never taken for chosen. */
  readonly side: 'outbound' | 'inbound'
  /** Milliseconds since the epoch. */
  readonly since: number
}

/** Why somebody is a neighbour no more. */
export type Leaving =
  /** It has said goodbye. */
  | 'farewell'
  /** It does not answer. */
  | 'silent'
  /** It does not want this host any more. */
  | 'declined'
  /** This host stops, or the application has asked for it. */
  | 'dismissed'
  /** It takes no broadcasts. */
  | 'useless'

/** The closed list of `Leaving`. */
export const leavings: readonly Leaving[] = ['farewell', 'silent', 'declined', 'dismissed', 'useless']

/** Why somebody is not taken: the host has room for no more, for no more of its group, is about to stop, or has dismissed it lately. */
export type Decline = 'full' | 'crowded' | 'stopping' | 'unwanted'

export type Input =
  /** The time that `wake` named has come; also the first input of all. */
  | { readonly type: 'wake' }
  /** Whom else there is. */
  | { readonly type: 'candidates'; readonly contacts: readonly Contact[] }
  /** A greeting of ours was answered: it takes us. */
  | { readonly type: 'welcome'; readonly id: string; readonly contact: Contact; readonly terms: Terms }
  /** A greeting of ours was answered: it does not take us; or it was not answered. */
  | { readonly type: 'declined' | 'unanswered'; readonly id: string }
  /** A greeting of ours came too soon after another one: it is there, and is asked again later. */
  | { readonly type: 'postponed'; readonly id: string }
  /** Somebody greets us; an `answer` comes out. */
  | { readonly type: 'greeting'; readonly id: string; readonly contact: Contact; readonly terms: Terms }
  /** Something came from a neighbour, or was taken by it. */
  | { readonly type: 'alive'; readonly id: string }
  /** What was to be sent to a neighbour could not be: it is asked for a sign of life at once, and for no second one. */
  | { readonly type: 'broken'; readonly id: string }
  /** It has said goodbye, is not wanted any more, or is of no use: it is there, and does not speak our protocols. */
  | { readonly type: 'farewell' | 'dismiss' | 'useless'; readonly id: string }
  /** Ends it: everybody is dismissed, nobody is taken. */
  | { readonly type: 'stop' }

export type Output =
  /** Find so many candidates. Answered with `candidates`. */
  | { readonly type: 'search'; readonly count: number }
  /** Greet them; a neighbour already where it is a sign of life. Answered with `welcome`, `declined` or `unanswered`. */
  | { readonly type: 'greet'; readonly to: Contact & { readonly id: string }; readonly deadlineMs: number }
  /** The answer to a greeting; nothing where it is welcome. */
  | { readonly type: 'answer'; readonly decline: Decline | undefined }
  | { readonly type: 'added'; readonly neighbour: Neighbour }
  | { readonly type: 'removed'; readonly neighbour: Neighbour; readonly why: Leaving }
  /** Say goodbye. */
  | { readonly type: 'farewell'; readonly to: Contact & { readonly id: string } }
  /** Give `wake` at that time; replaces the last one. */
  | { readonly type: 'wake'; readonly at: number }
