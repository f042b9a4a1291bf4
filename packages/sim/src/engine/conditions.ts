/**
 * A scenario at work on a network: what happens at the event and in every round after it.
 */
import { between } from '@pex/core'
import { isHostile } from '../scenario/scenario.ts'
import type { Condition, Scenario } from '../scenario/kinds.ts'
import type { Attack } from './attacks/attack.ts'
import { openAttack } from './attacks/open.ts'
import type { Network } from './network.ts'

/** Attackers that control minted ids, as a share of the nodes. */
const controllers = 0.001

/** Most peers that never existed, for attackers to speak of. */
const ghosts = 1_000

/** How many nodes and other peers a scenario needs room for, over a number of rounds after the event. */
export function roomFor(
  scenario: Scenario,
  nodes: number,
  rounds: number
): { rows: number; strangers: number } {
  let rows = nodes
  let strangers = 0
  for (const { kind, at, values } of scenario.conditions) {
    if (kind === 'churn')
      rows += Math.ceil(largest(scenario, nodes) * values['share']! * Math.max(0, rounds - at)) + 1
    else if (kind === 'flash') rows += Math.ceil(nodes * (values['factor']! - 1)) + 1
    else if (kind === 'sybil') strangers += values['ids']!
    else if (kind === 'stale') strangers += ghosts
  }
  return { rows, strangers }
}

/** Most nodes that live at the same time. */
function largest({ conditions }: Scenario, nodes: number): number {
  const flash = conditions.find(({ kind }) => kind === 'flash')
  return nodes * (flash?.values['factor'] ?? 1)
}

/** The rounds that a scenario's split lasts, from the event; undefined without one. */
export function splitOf({ conditions }: Scenario): { begins: number; ends: number } | undefined {
  const split = conditions.find(({ kind }) => kind === 'partition')
  return split && { begins: split.at, ends: split.at + split.values['rounds']! }
}

/** True where messages have to be under way for a while: they can be late, overtake each other, or come twice. */
export function takesTime({ conditions }: Scenario): boolean {
  return conditions.some(({ kind }) => kind === 'latency' || kind === 'duplicate')
}

export class Conditions {
  readonly #network: Network
  readonly #scenario: Scenario
  /** Parts of newcomers that are due, by condition. */
  readonly #due: Float64Array
  #begunAt = 0
  /** Through whom a flash crowd comes. */
  #door = 0
  /** Newcomers that a flash crowd brings in one round. */
  #crowd = 0

  constructor(network: Network, scenario: Scenario) {
    this.#network = network
    this.#scenario = scenario
    this.#due = new Float64Array(scenario.conditions.length)
  }

  /** Before a round is played; rounds since the event, from 1. */
  step(round: number): void {
    const { conditions, adversary } = this.#scenario
    if (adversary !== undefined && round === 1) {
      this.#network.turnSome(this.#share(adversary.share))
      this.#attack(adversary.open(this.#network), round)
    }
    for (const [i, condition] of conditions.entries()) {
      if (round === condition.at + 1) this.#begin(condition, round)
      if (round > condition.at) this.#goOn(condition, i, round - condition.at)
    }
    this.#network.attack?.round?.(round - this.#begunAt)
  }

  #share(share: number): number {
    return Math.round(share * this.#network.honestCount)
  }

  #attack(attack: Attack, round: number): void {
    this.#network.attack = attack
    this.#begunAt = round - 1
  }

  #begin({ kind, values }: Condition, round: number): void {
    const network = this.#network
    if (kind === 'crash') network.killSome(Math.floor(values['share']! * network.honestCount + 1e-9))
    else if (kind === 'partition') network.split = true
    else if (kind === 'loss') network.loss = 1 - (1 - network.loss) * (1 - values['share']!)
    else if (kind === 'latency') network.driver?.setLatency?.(values['rounds']!, values['timeout']!)
    else if (kind === 'duplicate') network.driver?.setDuplicates?.(values['share']!)
    else if (kind === 'skew') this.#skew(values['share']!)
    else if (kind === 'flash') {
      this.#door = network.randomHonest()
      this.#crowd = (network.honestCount * (values['factor']! - 1)) / values['over']!
    } else if (isHostile(kind)) {
      const share = values['share'] ?? controllers
      network.turnSome(Math.max(1, this.#share(share)))
      this.#attack(openAttack(kind, values, network), round)
    }
  }

  /** `rounds`: since the condition began, from 1. */
  #goOn({ kind, values }: Condition, place: number, rounds: number): void {
    const network = this.#network
    if (kind === 'partition') {
      if (rounds === values['rounds']! + 1) network.split = false
    } else if (kind === 'churn') {
      network.replaceSome(this.#whole(place, network.honestCount * values['share']!))
    } else if (kind === 'flash' && rounds <= values['over']!) {
      for (let left = this.#whole(place, this.#crowd); left > 0; left--) network.join(this.#open())
    }
  }

  /** The contact of the crowd; another one, should it have died. */
  #open(): number {
    if (!this.#network.isHonest(this.#door)) this.#door = this.#network.randomHonest()
    return this.#door
  }

  /** Whole newcomers out of parts: what is left over is due later. */
  #whole(place: number, more: number): number {
    // A hair above, so that ten tenths are one.
    const due = this.#due[place]! + more + 1e-9
    const whole = Math.floor(due)
    this.#due[place] = due - whole
    return whole
  }

  #skew(share: number): void {
    const { rng, rows, driver } = this.#network
    driver!.setSpeeds(Float64Array.from({ length: rows }, () => between(rng, 1 - share, 1 + share)))
  }
}
