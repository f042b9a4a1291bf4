/**
 * Writes down what each round comes to.
 */
import { attackerShareOf, components, inDegree, linkFigures } from '../metrics/index.ts'
import type { RoundFigures } from '../result.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Camera } from './camera.ts'
import type { Network } from './network.ts'

/** Up to so many nodes, components are looked at in every round; above, in every tenth, and as long as somebody is outside. */
const smallNetwork = 2_000

/** Above so many nodes, only every tenth round is looked at: the looking would take as long as the rounds. */
const hugeNetwork = 100_000

const every = 10

export class Recorder {
  // Bounded by the rounds of the run.
  readonly series: RoundFigures[] = []
  readonly #network: Network
  readonly #camera: Camera
  /** The round since which a node has been outside the largest component, plus 1; 0 while it is inside. */
  readonly #outsideSince: Int32Array
  #anyOutside = false
  #messages = 0
  #exchanges = 0
  #pings = 0
  #nodeRounds = 0
  #attackerShareWorst = 0
  #eclipsedWorst = 0
  #outsideLongest = 0
  // The last of them, for a mean. Bounded by the rounds of the run.
  readonly #victimShares: number[] = []

  constructor(network: Network, camera: Camera) {
    this.#network = network
    this.#camera = camera
    this.#outsideSince = new Int32Array(network.peers)
  }

  /** After a round; `round` is negative before the event. `look`: whether this one must not be passed over. */
  record(round: number, look: boolean): RoundFigures | undefined {
    const network = this.#network
    const live = network.honestCount
    const { messages, exchanges, pings } = network
    network.messages = network.exchanges = network.pings = 0
    if (round > 0) {
      this.#messages += messages
      this.#exchanges += exchanges
      this.#pings += pings
      this.#nodeRounds += live
    }
    if (live > hugeNetwork && !look && round % every !== 0) return undefined
    const snapshot = this.#camera.take()
    const links = linkFigures(snapshot)
    const figures: RoundFigures = {
      round,
      live,
      inDegreeSd: inDegree(snapshot).sd,
      deadLinks: links.deadLinks,
      attackerShare: links.attackerShare,
      eclipsed: links.eclipsed,
      crossLinks: links.crossLinks,
      outside: this.#outside(snapshot, round, look),
      messages: ratio(messages, live),
      exchanges: ratio(exchanges, live),
      pings: ratio(pings, live)
    }
    this.series.push(figures)
    if (round > 0) {
      this.#attackerShareWorst = Math.max(this.#attackerShareWorst, links.attackerShare)
      this.#eclipsedWorst = Math.max(this.#eclipsedWorst, links.eclipsed)
      this.#victimShares.push(attackerShareOf(snapshot, network.victim))
    }
    return figures
  }

  /** What is kept over all rounds since the event. */
  get totals(): {
    readonly attackerShareWorst: number
    readonly eclipsedWorst: number
    readonly outsideLongest: number
    readonly messagesPerNodeRound: number
    readonly exchangesPerNodeRound: number
    readonly pingsPerNodeRound: number
  } {
    return {
      attackerShareWorst: this.#attackerShareWorst,
      eclipsedWorst: this.#eclipsedWorst,
      outsideLongest: this.#outsideLongest,
      messagesPerNodeRound: ratio(this.#messages, this.#nodeRounds),
      exchangesPerNodeRound: ratio(this.#exchanges, this.#nodeRounds),
      pingsPerNodeRound: ratio(this.#pings, this.#nodeRounds)
    }
  }

  /** The victim's mean share of hostile entries over the last 50 rounds. */
  get victimShare(): number {
    const last = this.#victimShares.slice(-50)
    return ratio(
      last.reduce((sum, share) => sum + share, 0),
      last.length
    )
  }

  #outside(snapshot: Snapshot, round: number, look: boolean): number {
    const isDue = this.#network.honestCount <= smallNetwork || round % every === 0
    if (!isDue && !look && !this.#anyOutside) return -1
    const { outside, isOutside } = components(snapshot)
    const since = this.#outsideSince
    if (outside === 0 && !this.#anyOutside) return 0
    for (let node = 0; node < isOutside.length; node++) {
      if (isOutside[node] === 0) since[node] = 0
      else {
        if (since[node] === 0) since[node] = round
        if (round > 0)
          this.#outsideLongest = Math.max(this.#outsideLongest, round - Math.max(1, since[node]!) + 1)
      }
    }
    this.#anyOutside = outside > 0
    return outside
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
