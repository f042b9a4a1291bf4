/**
 * What can happen to a simulated network, by name: the table that scenarios are read with, checked with and explained from.
 */
import type { Attack, Field } from '../engine/attacks/attack.ts'

export interface Parameter {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly integer?: boolean
  /** Where it is missing, it must be given. */
  readonly otherwise?: number
}

export interface Kind {
  readonly about: string
  /** In the order in which a name gives them: `hub:0.02:10`. */
  readonly parameters: readonly Parameter[]
  /** An attack: only one in a scenario, and a longer warm-up. */
  readonly hostile?: true
}

const share = (most = 1): Parameter => ({ name: 'share', least: 0, most })
const force = (otherwise = 1): Parameter => ({
  name: 'force',
  least: 1,
  most: 1_000,
  integer: true,
  otherwise
})

export type KindName =
  | 'crash'
  | 'churn'
  | 'partition'
  | 'flash'
  | 'loss'
  | 'latency'
  | 'duplicate'
  | 'skew'
  | 'hub'
  | 'flood'
  | 'pin'
  | 'short'
  | 'padded'
  | 'burned'
  | 'paced'
  | 'flap'
  | 'stale'
  | 'naming'
  | 'sybil'
  | 'eclipse'

/** Every condition that a scenario can be put together from. */
export const kinds: Readonly<Record<KindName, Kind>> = {
  crash: { about: 'a share of the nodes dies at once', parameters: [share()] },
  churn: { about: 'a share of the nodes is replaced in every round', parameters: [share(0.5)] },
  partition: {
    about: 'two halves hear nothing of each other for some rounds, then are together again',
    parameters: [{ name: 'rounds', least: 1, most: 1_000_000, integer: true }]
  },
  flash: {
    about: 'the network grows to a multiple within some rounds, all through one contact',
    parameters: [
      { name: 'factor', least: 1, most: 1_000 },
      { name: 'over', least: 1, most: 1_000, integer: true, otherwise: 10 }
    ]
  },
  loss: { about: 'a share of all messages is lost', parameters: [share(0.9)] },
  latency: {
    about: 'every message takes a random time up to so many rounds, and so may overtake others',
    parameters: [
      { name: 'rounds', least: 0, most: 4 },
      { name: 'timeout', least: 0, most: 16, otherwise: 0 }
    ]
  },
  duplicate: { about: 'a share of all messages arrives twice', parameters: [share()] },
  skew: { about: 'clocks differ by up to so much in speed, both ways', parameters: [share(0.9)] },
  hub: { about: 'attackers push and show each other', parameters: [share(0.9), force()], hostile: true },
  flood: { about: 'a hub of ten times the force', parameters: [share(0.9), force(10)], hostile: true },
  pin: {
    about: 'a hub that claims a certain hop for everybody',
    parameters: [share(0.9), { name: 'hop', least: 1, most: 65_535, integer: true, otherwise: 30 }, force()],
    hostile: true
  },
  short: {
    about: 'a hub with few entries in a message',
    parameters: [share(0.9), { name: 'count', least: 0, most: 31, integer: true, otherwise: 2 }, force()],
    hostile: true
  },
  padded: {
    about: 'a hub with one entry of its own among honest ones, always the same',
    parameters: [share(0.9), force()],
    hostile: true
  },
  burned: {
    about: 'a hub with one fresh entry among given up ids of its own',
    parameters: [share(0.9), force()],
    hostile: true
  },
  paced: {
    about: 'attackers whose messages hold only so many times their share of attackers',
    parameters: [share(0.9), { name: 'excess', least: 0, most: 100, otherwise: 2 }, force()],
    hostile: true
  },
  flap: {
    about: 'a hub that falls silent and comes back, over and over',
    parameters: [
      share(0.9),
      { name: 'period', least: 1, most: 1_000, integer: true, otherwise: 20 },
      force()
    ],
    hostile: true
  },
  stale: {
    about: 'attackers hand out peers that do not exist',
    parameters: [share(0.9), force()],
    hostile: true
  },
  naming: {
    about: 'attackers name one victim to everybody',
    parameters: [share(0.9), force()],
    hostile: true
  },
  sybil: {
    about: 'a few attackers mint ids in so many of 700 network groups',
    parameters: [
      { name: 'ids', least: 1, most: 10_000_000, integer: true },
      { name: 'groups', least: 1, most: 700, integer: true },
      { name: 'force', least: 0, most: 100, otherwise: 1 },
      { name: 'over', least: 1, most: 10_000, integer: true, otherwise: 200 }
    ],
    hostile: true
  },
  eclipse: {
    about: 'attackers that pose as honest nodes work on one victim',
    parameters: [share(0.9)],
    hostile: true
  }
}

export function isKind(name: string): name is KindName {
  return Object.hasOwn(kinds, name)
}

/** One thing that happens. */
export interface Condition {
  readonly kind: KindName
  /** Rounds after the event; 0: at the event. */
  readonly at: number
  /** The parameters of the kind, by name. */
  readonly values: Readonly<Record<string, number>>
}

/** A scenario that has been read and checked. */
export interface Scenario {
  readonly name: string
  /** Views at the start: full of random nodes, or all knowing node 0 alone. */
  readonly start: 'random' | 'star'
  /** Calm rounds before the event. */
  readonly warmUp: number
  readonly conditions: readonly Condition[]
  /** An adversary of one's own. */
  readonly adversary?: Adversary
}

/** An adversary of one's own, from a scenario that is a module. */
export interface Adversary {
  /** Share of the nodes that turn hostile at the event. */
  readonly share: number
  open(field: Field): Attack
}
