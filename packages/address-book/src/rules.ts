/**
 * The three parameter sets of the one engine: CometBFT's (p2p/pex/params.go; hashing as go-p2p 0.5.0, since today's is keyed
 * for each process anew), libonomy's (after btcd), and our own (after Bitcoin Core's addrman and the countermeasures of
 * Heilman et al., "Eclipse Attacks on Bitcoin's Peer-to-Peer Network", USENIX Security 2015). Take one and change what you
 * like: `{ ...rules.pex, newBuckets: 256 }`.
 */
import { PexError } from '@pex/core'

export interface BookRules {
  /** Buckets of addresses that we have only heard of; the entries of one; those that one source group reaches; those that one address may be in. */
  readonly newBuckets: number
  readonly newBucketSize: number
  readonly newBucketsPerGroup: number
  readonly newBucketsPerAddress: number
  /** Buckets of addresses that have proved good; the entries of one; those that one group reaches. */
  readonly triedBuckets: number
  readonly triedBucketSize: number
  readonly triedBucketsPerGroup: number
  /** The secret that places addresses, bytes. */
  readonly keyBytes: number
  /** Whether the key is hashed as its hexadecimal text. */
  readonly isKeyText: boolean
  /** Whether numbers go into and come out of the hash with the little end first. */
  readonly isLittleEndian: boolean
  /** What an entry's age counts from: the last attempt, or the last time it was seen. */
  readonly ageFrom: 'attempt' | 'seen'
  /** Whether being named once more, by anybody, makes an entry younger. */
  readonly isHearsayNews: boolean
  /** An entry older than this is bad, ms. */
  readonly missingMs: number
  /** Failed attempts after which an entry that never succeeded is bad. */
  readonly retries: number
  /** Failed attempts after which one that did not succeed for `minBadMs` is bad. */
  readonly maxFailures: number
  readonly minBadMs: number
  /** Whether tried entries are never bad. */
  readonly isTriedGood: boolean
  /** Whether a full new bucket is rid of all that is bad in it, or only of the first. */
  readonly expiresAllBad: boolean
  /** Who leaves a full bucket in which nobody is bad. */
  readonly leaves: 'oldest' | 'random'
  /** Whether somebody tried gives way only after it has failed a test. */
  readonly testsBeforeEvict: boolean
  /** How `pick` chooses the table and weighs what it draws: see `pick.ts`. */
  readonly picks: 'bias' | 'coin'
  /** Entries shown to one who asks, of so many. */
  readonly shown: (size: number) => number
  /** Whether bad entries are shown too. */
  readonly showsBad: boolean
  /** Whether to ask others for more addresses. */
  readonly needsMore: (fresh: number, tried: number) => boolean
  /** Addresses that one source group may tell unasked: one in so many ms, and so many at once. `sourceEveryMs` 0: no limit. */
  readonly sourceEveryMs: number
  readonly sourceBurst: number
  /** New entries of one host, whatever their ids and ports. */
  readonly newPerHost: number
  /** Bans remembered, most; the one imposed longest ago gives way. */
  readonly maxBans: number
  /** Time between two feelers, ms. */
  readonly feelerMs: number
}

const minute = 60_000
const day = 24 * 60 * minute

/** 23 % of the book, at least 32, at most 250. */
function shown(size: number): number {
  return Math.min(250, Math.max(Math.min(32, size), Math.floor((size * 23) / 100)))
}

const cometbft: BookRules = {
  newBuckets: 256,
  newBucketSize: 64,
  newBucketsPerGroup: 32,
  newBucketsPerAddress: 4,
  triedBuckets: 64,
  triedBucketSize: 64,
  triedBucketsPerGroup: 4,
  keyBytes: 12,
  isKeyText: true,
  isLittleEndian: false,
  ageFrom: 'attempt',
  isHearsayNews: false,
  missingMs: 7 * day,
  retries: 3,
  maxFailures: 10,
  minBadMs: 7 * day,
  isTriedGood: true,
  expiresAllBad: false,
  leaves: 'oldest',
  testsBeforeEvict: false,
  picks: 'bias',
  shown,
  showsBad: true,
  needsMore: (fresh, tried) => fresh + tried < 1_000,
  // Its reactor takes only lists that it has asked for, of at most 250.
  sourceEveryMs: 0,
  sourceBurst: 0,
  newPerHost: Number.POSITIVE_INFINITY,
  maxBans: 4_096,
  feelerMs: 2 * minute
}

const libonomy: BookRules = {
  ...cometbft,
  newBuckets: 1_024,
  newBucketSize: 120,
  newBucketsPerGroup: 64,
  // Its constant is 8, but it never puts a known address into a second bucket.
  newBucketsPerAddress: 1,
  triedBucketSize: 256,
  triedBucketsPerGroup: 8,
  keyBytes: 32,
  isKeyText: false,
  isLittleEndian: true,
  ageFrom: 'seen',
  isHearsayNews: true,
  missingMs: 30 * day,
  isTriedGood: false,
  expiresAllBad: true,
  picks: 'coin',
  shown: size => Math.min(300, Math.floor((size * 23) / 100)) || size,
  needsMore: (fresh, tried) => fresh < tried && fresh < 500
}

const pex: BookRules = {
  ...cometbft,
  newBuckets: 1_024,
  newBucketsPerGroup: 64,
  newBucketsPerAddress: 8,
  triedBuckets: 256,
  triedBucketsPerGroup: 8,
  keyBytes: 32,
  isKeyText: false,
  ageFrom: 'seen',
  missingMs: 30 * day,
  isTriedGood: false,
  expiresAllBad: true,
  leaves: 'random',
  testsBeforeEvict: true,
  picks: 'coin',
  showsBad: false,
  // From Bitcoin Core: a tenth of an address a second, a thousand at once.
  sourceEveryMs: 10_000,
  sourceBurst: 1_000,
  // Guess: some hosts run several nodes, and one host must not be what hundreds of ids point at.
  newPerHost: 8
}

export const rules: { readonly cometbft: BookRules; readonly libonomy: BookRules; readonly pex: BookRules } =
  { cometbft, libonomy, pex }

const counted = [
  'keyBytes',
  'maxBans',
  'newBuckets',
  'newBucketSize',
  'newBucketsPerAddress',
  'newBucketsPerGroup',
  'triedBuckets',
  'triedBucketSize',
  'triedBucketsPerGroup'
] as const

/** Fails with `PEX_INVALID_PARAMETER` where a count is not a whole number above 0. */
export function checkRules(rules: BookRules): void {
  for (const name of counted) {
    const value = rules[name]
    if (Number.isSafeInteger(value) && value > 0) continue
    throw new PexError('PEX_INVALID_PARAMETER', `${name} is ${value}: it must be a whole number above 0`)
  }
}
