/**
 * The restart that an attacker waits for (threat T9): a book with 500 peers that have proved good, into which somebody with
 * addresses in a number of groups has poured 65 536 of them. How often are the first eight that are dialled all the
 * attacker's?
 *
 * The worst case for the book: nothing limits how fast the attacker tells them, no anchor has survived and there is no
 * bootstrap list, every address is told by a source in the attacker's own groups, chosen for the widest spread, and all are
 * dialled in vain or not at all, until the restart. In an `active` attack every one of them has also answered a feeler.
 */
import { AddressBook, peerAddresses, rules } from '@pex/address-book'
import type { BookRules, PeerAddress } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import { host, start } from './world.ts'

export interface Attack {
  /** Groups in which the attacker has addresses. */
  readonly groups: number
  readonly isActive: boolean
  /** How dials are chosen: the book's `boot`, or one by one as CometBFT does, whose bias to new ones grows with each. */
  readonly dials: 'boot' | 'ensure-peers'
  readonly rules: BookRules
  /** Books, each with a key of its own, and restarts of each. */
  readonly books: number
  readonly boots: number
}

export interface Outcome {
  /** Share of restarts in which all of the first eight dials were the attacker's. */
  readonly eclipsed: number
  /** Share of dials that were the attacker's. */
  readonly bad: number
  /** Fewest groups among the first eight dials, over all restarts. */
  readonly fewestGroups: number
  /** Of the honest 500, those still tried. */
  readonly honestTried: number
}

const ADDRESSES = 65_536
const HONEST = 500
const DIALS = 8
/** Honest peers are in every tenth group, so that the attacker's groups are none of theirs. */
const honest = Array.from({ length: HONEST }, (_, i) => host(i, 10 * i))

export function attack(plan: Attack): Outcome {
  let [eclipsed, bad, honestTried] = [0, 0, 0]
  let fewestGroups = DIALS
  for (let nth = 0; nth < plan.books; nth++) {
    const book = poisoned(plan, nth)
    honestTried += honest.filter(({ id }) => book.get(id)?.isTried === true).length
    for (let boot = 0; boot < plan.boots; boot++) {
      const dialled = plan.dials === 'boot' ? book.boot(start, { dials: DIALS }) : ensurePeers(book)
      const theirs = dialled.filter(isTheirs).length
      bad += theirs
      if (theirs === dialled.length) eclipsed++
      fewestGroups = Math.min(fewestGroups, new Set(dialled.map(peerAddresses().groupOf)).size)
    }
  }
  const boots = plan.books * plan.boots
  return {
    eclipsed: eclipsed / boots,
    bad: bad / boots / DIALS,
    fewestGroups,
    honestTried: honestTried / plan.books
  }
}

function isTheirs({ id }: PeerAddress): boolean {
  return id.startsWith('bad-')
}

function poisoned({ groups, isActive, rules: given }: Attack, seed: number): AddressBook<PeerAddress> {
  // As if all had been asked for.
  const book = new AddressBook({
    kind: peerAddresses(),
    rules: { ...given, sourceEveryMs: 0 },
    rng: seeded(1_000 + seed)
  })
  for (const peer of honest) {
    book.add(peer, peer, start)
    book.good(peer.id, start, { isAnchor: false })
  }
  const first = Array.from({ length: groups }, (_, i) => bad(i, groups))
  for (let i = 0; i < ADDRESSES; i++) {
    const one = bad(i, groups)
    book.add(one, first[Math.floor(i / groups) % groups]!, start)
    // At once: later it may have been pushed out by the next.
    if (isActive) book.good(one.id, start, { isAnchor: false })
  }
  return book
}

/** The i-th of the attacker's, in its groups by turns. */
function bad(i: number, groups: number): PeerAddress {
  const nth = Math.floor(i / groups)
  const of = 10 * (i % groups) + 1
  const [a, b] = [20 + Math.floor(of / 250), of % 250]
  return { id: `bad-${i}`, addresses: [`/ip4/${a}.${b}.${(nth >> 8) & 255}.${nth & 255}/tcp/4001`] }
}

/** CometBFT's way, with every dial answered: the bias to new ones grows from 10 to 80 per cent. */
function ensurePeers(book: AddressBook<PeerAddress>): PeerAddress[] {
  const chosen = new Map<string, PeerAddress>()
  for (let tries = 0; chosen.size < DIALS && tries < 3 * DIALS; tries++) {
    const one = book.pick(start, 10 * chosen.size + 10)
    if (one !== undefined) chosen.set(one.id, one)
  }
  return [...chosen.values()]
}

/** The plans that the page and the test share. */
export const ours: Pick<Attack, 'dials' | 'rules'> = { dials: 'boot', rules: rules.pex }
export const comets: Pick<Attack, 'dials' | 'rules'> = { dials: 'ensure-peers', rules: rules.cometbft }
