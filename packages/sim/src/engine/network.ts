/**
 * The simulated network: who lives, who is hostile, which side of a split everybody is on, and the rows of the shipped
 * `Sampling` that they decide with. Node i is row i and peer i; a number that died is never given to somebody else, so
 * that what is still held of it stays dead.
 */
import { Sampling, below, chance, limits, mix, nobody } from '@pex/core'
import type { Rng, SamplingInit } from '@pex/core'
import { state } from '../snapshot.ts'
import type { Attack, Field } from './attacks/attack.ts'
import type { Driver } from './driver.ts'
import { seededRng } from './rng.ts'

/** Network groups that honest nodes are spread over. */
export const netgroups = 700

export interface NetworkInit {
  readonly policy: SamplingInit['policy']
  /** Nodes at the start. */
  readonly nodes: number
  /** Most nodes that will ever be, the newcomers included. */
  readonly rows: number
  /** Peers without a row: minted ids, and some that never existed. */
  readonly strangers: number
  readonly viewSize: number
  readonly exchangeSize: number
  readonly seed: number
}

export class Network implements Field {
  readonly sampling: Sampling
  readonly viewSize: number
  readonly exchangeSize: number
  /** All numbers that there can be: rows first, then strangers. */
  readonly peers: number
  readonly rows: number
  readonly states: Uint8Array
  readonly sides: Uint8Array
  /** Live nodes with a row, in no order: the first `liveCount` count. */
  readonly live: Uint32Array
  liveCount = 0
  honestCount = 0
  readonly hostile: Uint32Array
  hostileCount = 0
  /** Whom a node was told of when it joined. */
  readonly contacts: Uint32Array
  readonly rng: Rng
  victim = 0
  attack: Attack | undefined
  driver: Driver | undefined
  /** True while the halves hear nothing of each other. */
  split = false
  loss = 0
  /** What honest nodes have sent and begun since the counters were last set to 0. */
  messages = 0
  exchanges = 0
  pings = 0
  #used = 0
  readonly #groups: Uint32Array

  constructor({ policy, nodes, rows, strangers, viewSize, exchangeSize, seed }: NetworkInit) {
    this.viewSize = viewSize
    this.exchangeSize = exchangeSize
    this.rows = rows
    this.peers = rows + strangers
    this.rng = seededRng(seed, 1)
    const hashes = new Uint32Array(this.peers)
    this.#groups = new Uint32Array(this.peers)
    for (let peer = 0; peer < this.peers; peer++) {
      hashes[peer] = this.rng()
      this.setGroup(peer, below(this.rng, netgroups))
    }
    this.sampling = new Sampling({
      policy,
      nodes: rows,
      viewSize,
      exchangeSize,
      peers: { hashes, groups: this.#groups },
      rng: seededRng(seed, 2)
    })
    this.states = new Uint8Array(this.peers)
    this.sides = new Uint8Array(this.peers)
    this.live = new Uint32Array(rows)
    this.hostile = new Uint32Array(rows)
    this.contacts = new Uint32Array(rows).fill(nobody)
    // By turns, so that the halves are equal; which node has which number means nothing.
    for (let peer = 0; peer < this.peers; peer++) this.sides[peer] = peer & 1
    for (let node = 0; node < nodes; node++) this.add()
  }

  /** Puts a peer into one of the network groups. */
  setGroup(peer: number, group: number): void {
    this.#groups[peer] = mix(group + 1)
  }

  /** A newcomer that knows nobody; the numbers go up from 0. */
  add(): number {
    const node = this.#used++
    this.states[node] = state.honest
    this.live[this.liveCount++] = node
    this.honestCount++
    this.sampling.join(node)
    return node
  }

  /** Everybody holds as many random others as it has places for, heard of over 0 to 19 hops. */
  startRandom(): void {
    const { liveCount, rng, sampling } = this
    const size = Math.min(this.viewSize, liveCount - 1)
    for (let node = 0; node < liveCount; node++) {
      let left = size
      // In small networks most draws are in vain.
      for (let tries = 64 * size; left > 0 && tries > 0; tries--)
        if (sampling.learn(node, below(rng, liveCount), below(rng, 20))) left--
    }
  }

  /** Everybody knows node 0, and nobody else. */
  startStar(): void {
    for (let node = 1; node < this.liveCount; node++) this.#tell(node, 0)
  }

  #tell(node: number, contact: number): void {
    this.contacts[node] = contact
    this.sampling.learn(node, contact, 0)
  }

  /** A newcomer that knows one node; while there is a split, it is on that node's side. */
  join(contact: number): void {
    const node = this.add()
    if (this.split) this.sides[node] = this.sides[contact]!
    this.#tell(node, contact)
    this.driver?.joined(node)
  }

  /** Some random honest nodes die. */
  killSome(count: number): void {
    for (let i = 0; i < count && this.honestCount > 0; i++) this.#kill(this.#randomPlace())
  }

  /** Some random honest nodes die, and as many newcomers join through a random live honest one. */
  replaceSome(count: number): void {
    for (let i = 0; i < count && this.honestCount > 1; i++) {
      this.#kill(this.#randomPlace())
      this.join(this.randomHonest())
    }
  }

  /** A live honest node dies. */
  kill(node: number): void {
    this.#kill(this.live.subarray(0, this.liveCount).indexOf(node))
  }

  #kill(place: number): void {
    const node = this.live[place]!
    this.states[node] = state.dead
    this.live[place] = this.live[--this.liveCount]!
    this.honestCount--
  }

  /** Some random honest nodes turn hostile; the one that attacks may be aimed at is none of them. */
  turnSome(count: number): void {
    const most = Math.min(count, this.honestCount - 1)
    while (this.hostileCount < most) this.turn(this.randomHonest())
    this.victim = this.states.indexOf(state.honest)
  }

  /** A live honest node turns hostile. */
  turn(node: number): void {
    this.states[node] = state.hostile
    this.hostile[this.hostileCount++] = node
    this.honestCount--
  }

  isHonest(peer: number): boolean {
    return this.states[peer] === state.honest
  }

  #randomPlace(): number {
    for (;;) {
      const place = below(this.rng, this.liveCount)
      if (this.states[this.live[place]!] === state.honest) return place
    }
  }

  randomHonest(): number {
    return this.live[this.#randomPlace()]!
  }

  /** Whether a message that is sent now comes there. The hostile send unseen: only what others send is counted. */
  sends(from: number, to: number): boolean {
    if (this.states[from] === state.honest) this.messages++
    return this.loss === 0 || !chance(this.rng, this.loss) ? this.reaches(from, to) : false
  }

  /** Whether there is somebody, and no split between. */
  reaches(from: number, to: number): boolean {
    return this.states[to] !== state.dead && !(this.split && this.sides[from] !== this.sides[to])
  }

  push(attacker: number, to: number): void {
    this.driver!.push(attacker, to)
  }

  round(attacker: number): void {
    this.driver!.round(attacker)
  }

  /**
   * Whom a node tries in the round that begins now: what its policy says, and last whom it was told of, as a host does with
   * what discovery finds. Where that one is dead it is told of somebody else, as a bootstrap service would.
   */
  candidates(node: number, out: Uint32Array): number {
    const count = this.sampling.begin(node, out)
    const contact = this.contacts[node]!
    if (contact === nobody) return count
    if (this.states[contact] === state.dead) this.contacts[node] = this.randomHonest()
    out[count] = this.contacts[node]!
    return count + 1
  }
}

/** Peers that one node tries in one round, most: partners, and whom it was told of. */
export const mostTries: number = limits.triesPerRound + 1

/** Room for what one node tries or pings in one round. */
export function roomForTries(): Uint32Array {
  return new Uint32Array(Math.max(mostTries, limits.maxProbes))
}
