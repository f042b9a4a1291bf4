/**
 * Counting nodes by averaging: COUNT of M. Jelasity, A. Montresor, O. Babaoglu, "Gossip-based aggregation in large dynamic
 * networks", ACM Transactions on Computer Systems 23(3), 2005. One node holds 1, all others 0; with every exchange both
 * sides take the mean of their values; the values all tend to 1 / n, their variance falling to about .3 of itself in a round.
 *
 * From the paper: several instances at once, of which the median counts; epochs of a fixed number of rounds, so that the
 * count follows the network; a higher epoch replaces a lower one; who joins waits for the next.
 *
 * Where we depart:
 * - Every node begins an instance, under a number drawn at random, and the instances with the lowest few numbers are carried
 *   on; both sides of an exchange see from its two messages which ones. The paper's nodes begin one with a chance that
 *   supposes n to be known, and by ill luck nobody does.
 * - A side moves by half of the difference between what both have *said*, whatever else has moved it since. So the sum is
 *   kept where exchanges overlap; a value may then fall below 0 for a while, and is said so.
 * - A responder moves when it has the third message of an exchange, if there is one. With two messages a lost answer leaves
 *   the sum wrong, up or down alike. Measured with 10 000 nodes: at 30 % loss, the settle asked again up to four times, the
 *   estimates are off by .2 % at most; with two messages and 10 % loss by 14 %, 30 % loss by 82 %.
 * - Epochs are compared like serial numbers, modulo 2^32, and one that is not half over is not replaced: no claimed epoch is
 *   final, and nobody can make epochs too short to be of use.
 *
 * The error bars are the spread between the instances and the present differences between nodes; above, also the share of
 * partners that take no part and so are not counted. A liar is believed: whoever says 1 again and again moves every
 * estimate, which is what the second method (collisions.ts) and their disagreement (disagreement.ts) are for.
 */
import { limits } from '../limits.ts'
import type { Average } from '../message.ts'
import type { Rng } from '../random.ts'
import type { Estimate } from './estimate.ts'

/** Estimates count before their epoch is over when the bars are as near as this to the size. */
const settled = 0.02

/** A value like that is seen in the first rounds of an epoch alone, or in a network of a few nodes: one can still join. */
const young = 1 / 8

/** The largest size that is believed: a value has no smallest one. */
const most = Number.MAX_SAFE_INTEGER

export class Averaging {
  readonly #rng: Rng
  /** The epoch that we take part in or, while we wait, the one that we heard of; undefined when there is neither. */
  #epoch: number | undefined
  /** False while we wait for the next epoch. */
  #takesPart = false
  /** Rounds in the epoch, or of waiting. */
  #rounds = 0
  /** Instances and their values, which may be below 0 where exchanges overlap; none while we wait, one at least while we take part. Bounded by `limits.maxAverages`. */
  #held: readonly Average[] = []
  /** How far the values of two nodes have lately been from their mean, relative to it, at most; halved with every exchange. */
  #unrest = 1
  /** Exchanges in the epoch, and those among them with somebody who takes no part and so is not counted. */
  #met = 0
  #apart = 0
  #last: Estimate | undefined

  constructor(rng: Rng) {
    this.#rng = rng
  }

  /** The epoch, 32 bits, for whoever watches; undefined while none is known. */
  get epoch(): number | undefined {
    return this.#epoch
  }

  /** A round of the node begins. */
  begin(): void {
    this.#rounds++
    const wait = this.#epoch === undefined ? limits.averagingWait : limits.averagingRounds
    if (this.#rounds > wait) this.#start(this.#epoch === undefined ? 1 : (this.#epoch + 1) >>> 0)
  }

  /** What to say in the question of an exchange: one average at least while we take part, none while we wait. */
  offered(): readonly Average[] {
    return this.#held.map(({ epoch, instance, value }) => ({
      epoch,
      instance,
      value: Math.min(1, Math.max(-1, value))
    }))
  }

  /** What to say in the answer to a question with these averages, whose epoch we join if it is the next for us. */
  asked(averages: readonly Average[]): readonly Average[] {
    this.#follow(sound(averages))
    return this.offered()
  }

  /**
   * An exchange is certain: we said `ours`, by `offered` or `asked`, and the other side said `theirs`. To be called once,
   * by the initiator when it has the answer, by the responder when it has the settle (where there is none, as soon as it
   * answers).
   */
  exchanged(ours: readonly Average[], theirs: readonly Average[]): void {
    const heard = sound(theirs)
    if (this.#takesPart) {
      this.#met++
      if (heard.length === 0) this.#apart++
    }
    // Only where both have spoken of this very epoch do both move.
    if (this.#follow(heard) && ours[0]?.epoch === this.#epoch && heard[0]?.epoch === this.#epoch)
      this.#move(ours, heard)
  }

  /** The size by the present epoch once its values have settled, and till then by the last one; undefined before there is one. */
  estimate(): Estimate | undefined {
    if (!this.#takesPart) return undefined
    const present = this.#present()
    return present.high - present.low <= 2 * settled * present.size ? this.#withOthers(present) : this.#last
  }

  /** True when we take part in the epoch that somebody speaks of; we join it if it is the next for us. */
  #follow(heard: readonly Average[]): boolean {
    const epoch = heard[0]?.epoch
    if (epoch === undefined) return false
    if (epoch === this.#epoch) return this.#takesPart
    if (this.#epoch === undefined && !heard.some(({ value }) => value >= young)) {
      // Too late for this one: with our value of 0 what the others have settled would have to be settled again.
      this.#epoch = epoch
      this.#rounds = 0
      return false
    }
    const isLater = this.#epoch === undefined || ((epoch - this.#epoch) | 0) > 0
    if (!isLater || (this.#takesPart && this.#rounds < limits.averagingRounds / 2)) return false
    this.#start(epoch)
    return true
  }

  #start(epoch: number): void {
    if (this.#takesPart) this.#last = this.#withOthers(this.#present())
    this.#epoch = epoch
    this.#takesPart = true
    this.#rounds = 0
    this.#unrest = 1
    this.#met = 0
    this.#apart = 0
    this.#held = [{ epoch, instance: this.#rng(), value: 1 }]
  }

  /**
   * Our half of an exchange in which one side said `ours` and the other `theirs`: for the lowest few instances of the two
   * lists, half of the difference. The other side does the same with the lists in turn.
   */
  #move(ours: readonly Average[], theirs: readonly Average[]): void {
    const epoch = this.#epoch!
    const instances = lowest(
      [...ours, ...theirs].filter(({ value }) => value !== 0).map(({ instance }) => instance)
    )
    const held = this.#held.filter(({ instance }) => !instances.includes(instance))
    this.#unrest /= 2
    for (const instance of instances) {
      const our = valueOf(ours, instance)
      const their = valueOf(theirs, instance)
      this.#unrest = Math.max(this.#unrest, unrest(our, their))
      held.push({ epoch, instance, value: valueOf(this.#held, instance) + (their - our) / 2 })
    }
    const kept = lowest(held.map(({ instance }) => instance))
    this.#held = held.filter(({ instance }) => kept.includes(instance))
  }

  /** The size by the values that we hold now. */
  #present(): Estimate {
    const sizes = this.#held
      .map(({ value }) => (value > 0 ? Math.min(1 / value, most) : most))
      .sort((a, b) => a - b)
    const least = sizes[0]!
    const greatest = sizes[sizes.length - 1]!
    const half = sizes.length / 2
    const size = (sizes[Math.ceil(half) - 1]! + sizes[Math.floor(half)]!) / 2
    // Four instances may well lie on one side of the truth, all of them: once in eight times.
    const slack = (greatest - least) / 3
    const low = Math.max(1, (least - slack) * (1 - this.#unrest))
    return { size, low: Math.min(size, low), high: (greatest + slack) * (1 + this.#unrest) }
  }

  /** The upper bar is for those who take no part as well: partners are samples, so their share among them is known. */
  #withOthers({ size, low, high }: Estimate): Estimate {
    return { size, low, high: (high * (this.#met + 1)) / (this.#met - this.#apart + 1) }
  }
}

/** The lowest different few of some instances' numbers. */
function lowest(instances: readonly number[]): number[] {
  return [...new Set(instances)].sort((a, b) => a - b).slice(0, limits.maxAverages)
}

function valueOf(averages: readonly Average[], instance: number): number {
  for (const average of averages) if (average.instance === instance) return average.value
  return 0
}

/** Of what a stranger said, the averages that can be used: of one epoch, each instance once, values between -1 and 1. */
function sound(averages: readonly Average[]): readonly Average[] {
  const used: Average[] = []
  for (const average of averages.slice(0, limits.maxAverages)) {
    const { epoch, instance, value } = average
    if (epoch !== averages[0]!.epoch || !(value >= -1 && value <= 1)) continue
    if (used.every(other => other.instance !== instance)) used.push(average)
  }
  return used
}

/** How far two values are from their mean, as a share of it; 1 at most. */
function unrest(a: number, b: number): number {
  return a > 0 && b > 0 ? Math.abs(a - b) / (a + b) : 1
}
