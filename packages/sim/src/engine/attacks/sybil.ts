/**
 * Sybils: a few attackers mint ids while the attack goes on, in as many network groups as they own. Every minted id can
 * answer and initiate. Ids cost nothing; groups do.
 */
import { below } from '@pex/core'
import { state } from '../../snapshot.ts'
import type { Attack, Field } from './attack.ts'
import { showSome } from './attack.ts'
import { pushAround } from './hub.ts'

export interface SybilOptions {
  /** Pushes per honest node and round, all attackers together. */
  readonly force: number
  /** Rounds in which all ids are minted, evenly. */
  readonly over: number
  readonly controllers: number
}

/** `ids`: peers without a row in the simulation, all of them dead until they are minted. */
export function sybil(field: Field, { force, over, controllers }: SybilOptions, ids: Uint32Array): Attack {
  const { rng, states, exchangeSize } = field
  let minted = 0
  let pushes = 0
  const draw = (): number => ids[below(rng, minted)]!
  return {
    round(round) {
      const due = Math.min(ids.length, Math.floor((ids.length * round) / over))
      while (minted < due) states[ids[minted++]!] = state.hostile
      pushes = Math.round((force * field.honestCount) / controllers)
    },
    act() {
      for (let i = 0; i < pushes && minted > 0; i++) pushAround(field, draw(), 1)
    },
    show(attacker, to, out) {
      if (minted > 0) showSome(out, attacker, to, exchangeSize - 1, 1, draw)
    }
  }
}
