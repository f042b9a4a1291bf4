/**
 * A policy is what one peer sampling protocol differs in from another (the framework of Jelasity et al. 2007): whom to
 * ask, what to show, what to keep. Peers with different policies interoperate: the messages are the same.
 *
 * A policy is written once for any number of nodes: it keeps its state in arrays with a row for each, so that a host's one
 * node and a simulation's million run the same lines.
 */
import type { Rng } from '../random.ts'
import type { Losses } from './losses.ts'
import type { Marks } from './marks.ts'
import type { Memory } from './memory.ts'
import type { Offer, Picks } from './offer.ts'
import type { Peers } from './peers.ts'
import type { Rows } from './rows.ts'
import type { Tombstones } from './tombstones.ts'
import type { Views } from './views.ts'

/** What a policy works on; node i is peer i. Only its own rows are its own; marks and chance are everybody's. */
export interface Ground {
  /** Room for what a policy keeps of its own. */
  readonly rows: Rows
  readonly views: Views
  readonly memory: Memory
  readonly tombstones: Tombstones
  readonly peers: Peers
  readonly losses: Losses
  readonly marks: Marks
  readonly rng: Rng
  /** Entries that one message shows beside the own record. */
  readonly shown: number
}

export interface Policy {
  readonly name: string
  /** Records in a message, the own one included, that suit it where the user asks for nothing else. @default limits.exchangeSize */
  readonly exchangeSize?: number
  /** The rules at work on some nodes. */
  open(ground: Ground): Rules
}

/** What a node makes of the other side's message. */
export const verdict = { welcome: 0, overrepresented: 1, tooShort: 2 } as const
export type Verdict = (typeof verdict)[keyof typeof verdict]

export const role = { initiator: 0, responder: 1 } as const
export type Role = (typeof role)[keyof typeof role]

/**
 * An exchange between a partner of the same kind takes three messages: the initiator's offer; the responder's offer and
 * its picks from the first; the initiator's picks. With two messages, nobody picks and both sides `merge`.
 */
export interface Rules {
  /** A node starts with nothing. */
  join(node: number): void
  /** A round of the node begins; its count has just been raised. */
  begin(node: number): void
  /** Partner selection: up to `count` different peers, in the order in which to try them. Returns how many. */
  partners(node: number, out: Uint32Array, count: number): number
  /** What to show `to` (`nobody`: whoever is behind an address), which needs no word of itself, beside the own record (which the caller adds). */
  show(node: number, to: number, out: Offer): void
  /** View selection after two messages. `sent` is what the node showed; some of it may have left the view since. */
  merge(node: number, from: number, as: Role, received: Offer, sent: Offer): Verdict
  /** The peer has proved to be gone or wrong: it leaves everything that can be sampled. */
  remove(node: number, peer: number): void
  /** A contact from elsewhere, for a free place of the view. */
  learn(node: number, peer: number, hop: number): void
  /** Everybody in the node's view, each once; `out` has room for c. Returns how many. */
  view(node: number, out: Uint32Array): number

  /**
   * Whether the node's state beside views, memory and tombstones still has the peer's number. Present where a policy keeps
   * numbers of its own: a host gives a number that nothing holds to another peer (roster.ts). What is to outlive that is
   * kept by `peers.hashes`.
   */
  readonly holds?: (node: number, peer: number) => boolean
  /** Present where the policy can do with three messages. */
  readonly settling?: Settling
  /** Present where the policy wants peers pinged: a few in this round, `limits.maxProbes` - 1 at most. Returns how many. */
  readonly probes?: (node: number, out: Uint32Array) => number
  /** The peer has just answered us, whatever it was. */
  readonly met?: (node: number, peer: number) => void
  /** A peer that was lost has answered, and is asked first in the next round: perhaps what was apart is together again. */
  readonly rejoined?: (node: number, peer: number) => void
  /** Whom to show a caller that is turned away and hardly knows anybody, at most `shown`; without this rule what `show` says. */
  readonly teach?: (node: number, to: number, out: Offer) => void
  /** False to turn a caller away for now: it is alive, and we are busy. */
  readonly admits?: (node: number, from: number) => boolean
}

export interface Settling {
  /** Judges what the other side showed and picks what to take of it. */
  pick(node: number, from: number, as: Role, received: Offer, picks: Picks): Verdict
  /** Carries out the exchange: `taken` of `received` come, `given` of `sent` go. Some of `sent` may have left since. */
  settle(node: number, from: number, as: Role, exchange: Settlement): void
}

export interface Settlement {
  readonly sent: Offer
  readonly received: Offer
  readonly taken: Picks
  readonly given: Picks
}
