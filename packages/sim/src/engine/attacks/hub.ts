/**
 * The hub attack: attackers push to random honest nodes, and show each other as fresh as can be. With a force above 1 it is
 * the flood of Basalt's evaluation (Auvolat et al. 2023); with a claimed hop the age pin; with few entries the short
 * message that gives a partner nothing for what it takes.
 */
import { below } from '@pex/core'
import type { Attack, Field } from './attack.ts'
import { showSome } from './attack.ts'

export interface HubOptions {
  /** Pushes per attacker and round. */
  readonly force: number
  /** The hop claimed for everybody that is shown. */
  readonly hop?: number
  /** Entries that a message shows beside the own record; as many as fit by default. */
  readonly count?: number
}

export function hub(field: Field, { force, hop = 1, count = field.exchangeSize - 1 }: HubOptions): Attack {
  const { rng } = field
  const draw = (): number => field.hostile[below(rng, field.hostileCount)]!
  return {
    act: attacker => pushAround(field, attacker, force),
    show: (attacker, to, out) => showSome(out, attacker, to, count, hop, draw)
  }
}

/** Pushes `force` times to random honest nodes. */
export function pushAround(field: Field, attacker: number, force: number): void {
  for (let i = 0; i < force; i++) field.push(attacker, field.randomHonest())
}
