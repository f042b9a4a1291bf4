/**
 * What the reactor can be told, checked, with the defaults filled in. Constants are those of CometBFT's p2p/pex where nothing
 * else is said.
 */
import type { AddressBook, NetAddress } from '@pex/address-book'
import { PexError } from '@pex/core'
import type { Metrics } from '@pex/core'
import { dialects } from '../dialects/index.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { isTcp, netAddressOf, parseNodeAddress } from '../dialects/node-address.ts'
import type { NodeAddress, Resolve } from '../dialects/node-address.ts'
import type { PexEvent } from './events.ts'

/**
 * Whether a peer that asks more often than every 10 s is punished: `strict` counts as CometBFT does, two requests at once and
 * then 10 s between two; `lenient` allows bursts of six at the same average; `auto` is lenient to versions that are known to
 * ask so without meaning harm.
 */
export type Pacing = 'auto' | 'strict' | 'lenient'

export interface PexReactorInit {
  /** Who is known: the reactor's alone to write, anybody's to read. Keep it with `bookFile` of `@pex/address-book/file`. */
  readonly book: AddressBook<NetAddress>
  /** What is spoken. @default `dialects.cometbft` */
  readonly dialect?: Dialect | undefined
  /** Whom to ask when nobody else is known: `id@host:port`, IPv6 in brackets; names are looked up at every dial. @default nobody */
  readonly seeds?: readonly string[] | undefined
  /** Looks the names of seeds up; needed where a seed has one. Names that peers tell are left out: nobody makes us ask for names. */
  readonly resolve?: Resolve | undefined
  /** Crawls the network, answers who calls once, and hangs up. @default false */
  readonly isSeed?: boolean | undefined
  /** Peers to be connected to by dials of our own. @default all that the switch has room for, but one for `feelers` */
  readonly outbound?: number | undefined
  /** Time between two rounds, ms. A peer may ask every third part of it. @default 30 000 */
  readonly ensureMs?: number | undefined
  /** Several peers of one IP address: as the switch is configured. @default false */
  readonly allowDuplicateIp?: boolean | undefined
  /** Time in which a request must be answered before another may follow, ms. CometBFT waits for ever. @default 30 000 */
  readonly answerMs?: number | undefined
  /** @default `auto` */
  readonly pacing?: Pacing | undefined
  /** How long an offender stays out, ms. @default 86 400 000 */
  readonly banMs?: number | undefined
  /** Failed dials of a place that are followed by another one. @default 16 */
  readonly maxDialAttempts?: number | undefined
  /**
   * Whether a peer that we have dialled and that has proved who it is counts as good. CometBFT leaves that to consensus, so that
   * its seeds never know anybody to be good: with `false`, tell the book yourself. @default true
   */
  readonly marksGood?: boolean | undefined
  /**
   * With as many peers as are wanted, dials somebody new now and then (the book's `feelerMs`) only to learn who is there; one place
   * of the switch is kept free for that. A seed's crawl does as much. @default true
   */
  readonly feelers?: boolean | undefined
  /**
   * Shows only peers that authenticated themselves within so many ms; `Infinity` shows everybody, as CometBFT does.
   * @default 10 800 000 for a seed, everybody otherwise
   */
  readonly answeredWithinMs?: number | undefined
  /** Share of addresses that nobody has proved in a seed's answer, per cent, as far as `answeredWithinMs` leaves any. @default 30 */
  readonly seedBias?: number | undefined
  /** Time between two rounds of a seed's crawl, ms. @default 30 000 */
  readonly crawlMs?: number | undefined
  /** Time between two visits to one peer, ms. @default 120 000 */
  readonly revisitMs?: number | undefined
  /** Peers that a seed visits at a time, most; never more than its switch has room for. @default 16 */
  readonly crawlConcurrency?: number | undefined
  /** Whether a seed hangs up on a peer that it has visited when that has answered. CometBFT keeps it. @default true */
  readonly leavesVisited?: boolean | undefined
  /**
   * How long a seed holds a connection, ms. CometBFT holds it for 28 hours, so that the peer may become good meanwhile; here it
   * is good when the handshake is over, and slots are what a seed lacks. @default 300 000
   */
  readonly holdMs?: number | undefined
  /** Where to count what happens: a libp2p node's metrics, or anything like them. @default nothing is counted */
  readonly metrics?: Metrics | undefined
  /** Hears what happens, as it happens. */
  readonly onEvent?: ((event: PexEvent) => void) | undefined
}

type Filled<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> }

export interface Options extends Filled<
  Omit<PexReactorInit, 'answeredWithinMs' | 'metrics' | 'outbound' | 'resolve' | 'seeds'>
> {
  readonly answeredWithinMs: number | undefined
  readonly outbound: number | undefined
  readonly resolve: Resolve | undefined
  readonly seeds: readonly NodeAddress[]
}

const hour = 3_600_000

/** The options; fails with `PEX_INVALID_PARAMETER`. */
export function optionsOf(init: PexReactorInit): Options {
  const { isSeed = false, resolve } = init
  const options: Options = {
    book: init.book,
    dialect: init.dialect ?? dialects.cometbft,
    seeds: (init.seeds ?? []).map(text => seedOf(text, resolve)),
    resolve,
    isSeed,
    outbound: init.outbound === undefined ? undefined : whole('outbound', init.outbound, 0),
    ensureMs: whole('ensureMs', init.ensureMs ?? 30_000, 3),
    allowDuplicateIp: init.allowDuplicateIp ?? false,
    answerMs: whole('answerMs', init.answerMs ?? 30_000, 1),
    pacing: init.pacing ?? 'auto',
    banMs: whole('banMs', init.banMs ?? 24 * hour, 1),
    maxDialAttempts: whole('maxDialAttempts', init.maxDialAttempts ?? 16, 0),
    marksGood: init.marksGood ?? true,
    feelers: init.feelers ?? true,
    // Derived: a seed that visits everybody it knows of 10 000 in random parts of 250 has met almost all in three hours.
    answeredWithinMs: recently(init.answeredWithinMs ?? (isSeed ? 3 * hour : Number.POSITIVE_INFINITY)),
    seedBias: whole('seedBias', init.seedBias ?? 30, 0),
    crawlMs: whole('crawlMs', init.crawlMs ?? 30_000, 1),
    revisitMs: whole('revisitMs', init.revisitMs ?? 120_000, 0),
    crawlConcurrency: whole('crawlConcurrency', init.crawlConcurrency ?? 16, 1),
    leavesVisited: init.leavesVisited ?? true,
    holdMs: whole('holdMs', init.holdMs ?? 300_000, 1),
    onEvent: init.onEvent ?? (() => {})
  }
  if (options.seedBias > 100) throw invalid(`seedBias is at most 100, not ${options.seedBias}`)
  return options
}

function seedOf(text: string, resolve: Resolve | undefined): NodeAddress {
  const address = parseNodeAddress(text)
  if (address === undefined || address.host === '' || address.port === 0 || !isTcp(address))
    throw invalid(`a seed is id@host:port, not ${JSON.stringify(text)}`)
  if (netAddressOf(address) === undefined && resolve === undefined)
    throw invalid(`the seed at ${address.host} has a name: resolve is needed`)
  return address
}

function recently(ms: number): number | undefined {
  return ms === Number.POSITIVE_INFINITY ? undefined : whole('answeredWithinMs', ms, 1)
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw invalid(`${name} is a whole number from ${least}, not ${value}`)
}

function invalid(message: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', message)
}
