/**
 * The PEX reactor of seed-003 (the fork of Tendermint after v0.35, internal/p2p/pex/reactor.go): it asks one peer after the
 * other, as often as answers bring news, and answers whoever does not ask too often. Both dialects of that generation; the
 * README lists where it departs.
 */
import { assert, PexError } from '@pex/core'
import type { Clock, Metrics } from '@pex/core'
import type { ChannelDescriptor } from '@pex/mconnection'
import type { Peer, Reactor, SwitchHandle } from '@pex/switch'
import type { Dialect } from '../dialects/dialect.ts'
import { dialects } from '../dialects/index.ts'
import { formatNodeAddress, isTcp, parseNodeAddress } from '../dialects/node-address.ts'
import type { NodeAddress, Resolve } from '../dialects/node-address.ts'
import { adaptivePexMetrics } from '../metrics.ts'
import type { PexMessage } from '../pex-messages.ts'
import { Alone } from './alone.ts'
import type { Remediation } from './alone.ts'
import { NO_PEERS_MS, nextInterval } from './interval.ts'
import { legacyAnswer } from './legacy-answer.ts'
import type { PeerManager } from './peer-manager.ts'
import { AdaptiveTally } from './pex-events.ts'
import type { AdaptiveFault, AdaptivePexEvent, AdaptivePexStats } from './pex-events.ts'
import { Rotation } from './rotation.ts'
import type { Turn } from './rotation.ts'

export interface AdaptivePexInit {
  /** Where addresses come from and go to; it also judges who misbehaves. */
  readonly manager: PeerManager
  /** @default 'sei-url' */
  readonly dialect?: 'sei-url' | 'tm035' | undefined
  /** Least time between two requests, of ours and of one peer's, ms. @default 100, or 200 with the rules of v0.35.9 */
  readonly leastIntervalMs?: number | undefined
  /** Least time between two requests of the first version to one peer, ms: CometBFT's nodes ban who is quicker. @default 10_500 */
  readonly legacyIntervalMs?: number | undefined
  /** How long an answer may take, ms, before the peer is asked again in its turn; 0 for ever, as upstream. @default 30_000 (guess) */
  readonly answerMs?: number | undefined
  /** Looks names up for answers of the first version. @default names are left out of those */
  readonly resolve?: Resolve | undefined
  /** What to do about having no peers. @default nothing */
  readonly remediation?: Remediation | undefined
  /** Where to count what happens: a libp2p node's metrics, or anything like them. @default nothing is counted */
  readonly metrics?: Metrics | undefined
  /** Hears of what happens. What it throws is not caught. */
  readonly onEvent?: ((event: AdaptivePexEvent) => void) | undefined
}

export interface AdaptivePexReactor extends Reactor {
  stats(): AdaptivePexStats
}

/** Addresses in one answer, most. From Tendermint v0.35. */
const MOST_ADDRESSES = 100

/** Makes the reactor; fails with `PEX_INVALID_PARAMETER`. */
export function adaptivePexReactor(init: AdaptivePexInit): AdaptivePexReactor {
  const reactor = new AdaptivePex(init)
  if (init.metrics !== undefined) adaptivePexMetrics(init.metrics, reactor)
  return reactor
}

class AdaptivePex implements AdaptivePexReactor {
  readonly channels: readonly ChannelDescriptor[]
  readonly #init: AdaptivePexInit
  readonly #manager: PeerManager
  readonly #dialect: Dialect
  readonly #tally: AdaptiveTally
  readonly #rotation = new Rotation()
  readonly #leastMs: number
  readonly #legacyMs: number
  readonly #answerMs: number
  #clock: Clock | undefined
  #alone: Alone | undefined
  #cancelPoll: () => void = () => {}
  #intervalMs: number
  #total = 0
  /** Polls in a row that have found nobody. */
  #failures = 0

  constructor(init: AdaptivePexInit) {
    this.#init = init
    this.#manager = init.manager
    this.#dialect = dialects[init.dialect ?? 'sei-url']
    this.#tally = new AdaptiveTally(init.onEvent)
    this.#leastMs = time(
      'leastIntervalMs',
      init.leastIntervalMs ?? init.manager.options.rules.requestIntervalMs,
      1
    )
    this.#legacyMs = time('legacyIntervalMs', init.legacyIntervalMs ?? 10_500)
    this.#answerMs = time('answerMs', init.answerMs ?? 30_000)
    if (init.remediation !== undefined) time('remediation.windowMs', init.remediation.windowMs, 1)
    this.#intervalMs = this.#leastMs
    this.channels = [this.#dialect.channel]
  }

  start({ clock }: SwitchHandle): void {
    this.#clock = clock
    this.#alone = new Alone(clock, this.#init.remediation)
    this.#alone.begin()
    this.#pollIn(this.#intervalMs)
  }

  stop(): void {
    this.#cancelPoll()
    this.#alone?.end()
    this.#rotation.clear()
    this.#clock = undefined
  }

  initPeer(peer: Peer): void {
    this.#rotation.enter(peer)
  }

  addPeer(peer: Peer): void {
    const turn = this.#rotation.of(peer)
    if (turn === undefined) return
    this.#alone?.end()
    if (!peer.nodeInfo.channels.includes(this.#dialect.channel.id)) return
    this.#rotation.release(turn)
    // Who waited because there was nobody waits no longer.
    if (this.#failures > 0) this.#pollIn(this.#leastMs)
  }

  removePeer(peer: Peer): void {
    this.#rotation.leave(peer)
    if (this.#rotation.size === 0 && this.#clock !== undefined) this.#alone?.begin()
  }

  receive(peer: Peer, _channel: number, bytes: Uint8Array): void | Promise<void> {
    const turn = this.#rotation.of(peer)
    if (turn === undefined) return undefined
    const message = this.#dialect.decode(bytes)
    if (message === 'too-many') {
      // That it was asked is settled before its answer is judged.
      if (this.#settle(turn) === 'unsolicited') this.#blame(peer, 'unsolicited')
      else this.#blame(peer, 'too-many')
    } else if (typeof message === 'string') {
      this.#tally.tell({ kind: 'misunderstood', id: peer.id, fault: message })
    } else if (message.kind === 'addresses') this.#learn(turn, message)
    else return this.#serve(turn, message.version)
    return undefined
  }

  stats(): AdaptivePexStats {
    const { available, asked } = this.#rotation
    return {
      events: { ...this.#tally.events },
      intervalMs: this.#intervalMs,
      total: this.#total,
      available,
      asked
    }
  }

  get #running(): Clock {
    assert(this.#clock !== undefined, 'a switch starts its reactors before it has peers')
    return this.#clock
  }

  /** Only a poll and an answer move the next poll: whatever else comes in starves nobody. */
  #pollIn(ms: number): void {
    this.#cancelPoll()
    this.#cancelPoll = this.#running.after(ms, () => this.#poll())
  }

  #poll(): void {
    if (this.#rotation.available === 0) {
      this.#failures++
      const waitMs = Math.max(this.#failures * NO_PEERS_MS, this.#intervalMs)
      this.#tally.tell({ kind: 'no-peers', times: this.#failures, waitMs })
      this.#pollIn(waitMs)
      return
    }
    this.#pollIn(this.#intervalMs)
    const now = this.#running.now()
    const turn = this.#rotation.next(turn => this.#mayBeAsked(turn, now))
    if (turn !== undefined) this.#ask(turn, now)
  }

  #mayBeAsked({ peer, askedAt }: Turn, now: number): boolean {
    const gap = this.#versionFor(peer.id) === 1 ? this.#legacyMs : this.#leastMs
    return askedAt === undefined || now - askedAt >= gap
  }

  /** Whoever has only addresses over TCP may be of an older generation (Tendermint v0.35); whoever has others is not. */
  #versionFor(id: string): 1 | 2 {
    if (!this.#dialect.versions.includes(1)) return 2
    return this.#manager.addresses(id).every(isTcp) ? 1 : 2
  }

  #ask(turn: Turn, now: number): void {
    const { peer } = turn
    if (!this.#send(peer, this.#dialect.request(this.#versionFor(peer.id)))) {
      // As the last in the line: the next poll asks somebody else.
      this.#rotation.ask(turn, now, () => {})
      this.#rotation.release(turn)
      return
    }
    const cancel =
      this.#answerMs === 0 ? () => {} : this.#running.after(this.#answerMs, () => this.#expire(turn))
    this.#rotation.ask(turn, now, cancel)
    this.#failures = 0
    this.#tally.tell({ kind: 'asked', id: peer.id })
  }

  #expire(turn: Turn): void {
    turn.owed++
    this.#rotation.release(turn)
    this.#manager.bad(turn.peer.id)
    this.#tally.tell({ kind: 'expired', id: turn.peer.id })
  }

  /** What an answer is an answer to; the peer can then be asked again. */
  #settle(turn: Turn): 'asked' | 'late' | 'unsolicited' {
    if (turn.isAsked) {
      this.#rotation.release(turn)
      return 'asked'
    }
    if (turn.owed === 0) return 'unsolicited'
    turn.owed--
    return 'late'
  }

  #learn(turn: Turn, message: PexMessage & { readonly kind: 'addresses' }): void {
    const { id } = turn.peer
    const standing = this.#settle(turn)
    const named = message.version === 1 ? message.addresses.map(urlOf) : message.urls
    if (standing === 'unsolicited') {
      this.#blame(turn.peer, 'unsolicited')
      return
    }
    let added = 0
    const now = this.#running.now()
    for (const url of named) {
      const address = parseNodeAddress(url)
      if (address !== undefined && this.#manager.add(address, now, id) === 'added') added++
    }
    this.#total += added
    if (standing === 'late') {
      this.#tally.tell({ kind: 'late', id, count: named.length, added })
      return
    }
    this.#intervalMs = nextInterval({
      leastMs: this.#leastMs,
      added,
      total: this.#total,
      available: this.#rotation.available,
      ratio: this.#manager.ratio
    })
    this.#pollIn(this.#intervalMs)
    this.#tally.tell({ kind: 'answered', id, count: named.length, added, intervalMs: this.#intervalMs })
  }

  #serve(turn: Turn, version: 1 | 2): void | Promise<void> {
    const { peer } = turn
    const now = this.#running.now()
    if (turn.servedAt !== undefined && now - turn.servedAt < this.#leastMs) {
      this.#blame(peer, 'too-soon')
      return undefined
    }
    turn.servedAt = now
    const addresses = this.#manager.advertise(peer.id, MOST_ADDRESSES)
    if (version === 1) return this.#serveLegacy(peer, addresses)
    const urls = addresses.map(formatNodeAddress)
    this.#answer(peer, this.#dialect.encode({ kind: 'addresses', version, urls }), urls.length)
    return undefined
  }

  async #serveLegacy(peer: Peer, addresses: readonly NodeAddress[]): Promise<void> {
    const found = await legacyAnswer(addresses, MOST_ADDRESSES, this.#running, this.#init.resolve)
    if (this.#rotation.of(peer) !== undefined)
      this.#answer(peer, this.#dialect.answer(found, 1), found.length)
  }

  #answer(peer: Peer, bytes: Uint8Array, count: number): void {
    if (this.#send(peer, bytes)) this.#tally.tell({ kind: 'served', id: peer.id, count })
  }

  #send(peer: Peer, bytes: Uint8Array): boolean {
    const isSent = peer.trySend(this.#dialect.channel.id, bytes)
    if (!isSent) this.#tally.tell({ kind: 'unsent', id: peer.id })
    return isSent
  }

  #blame(peer: Peer, fault: AdaptiveFault): void {
    this.#tally.tell({ kind: 'blamed', id: peer.id, fault })
    this.#manager.misbehaved(peer.id)
  }
}

function urlOf({
  id,
  ip,
  port
}: {
  readonly id: string
  readonly ip: string
  readonly port: number
}): string {
  return formatNodeAddress({ protocol: 'mconn', id, host: ip, port, path: '' })
}

function time(name: string, value: number, least: number = 0): number {
  if (Number.isFinite(value) && value >= least) return value
  throw new PexError('PEX_INVALID_PARAMETER', `${name} is a number of ms from ${least}, not ${value}`)
}
