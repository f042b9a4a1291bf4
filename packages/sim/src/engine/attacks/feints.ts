/**
 * Attacks that aim at one mechanism each.
 *
 * `flap`: a hub that falls silent for a while and comes back, over and over: who remembers the lost and rejoices when they
 * return is set off at the attackers' will. `stale`: hands out peers that do not exist (any more) as fresh as can be.
 * `naming`: every message names one victim, so that the whole network calls it.
 */
import { below } from '@pex/core'
import type { Attack, Field } from './attack.ts'
import { showSome } from './attack.ts'
import { hub, pushAround } from './hub.ts'

export function flap(field: Field, { force, period }: { force: number; period: number }): Attack {
  const loud = hub(field, { force })
  let silent = false
  return {
    ...loud,
    round(round) {
      silent = Math.floor((round - 1) / period) % 2 === 1
    },
    act(attacker) {
      if (!silent) loud.act(attacker)
    },
    answers: () => !silent
  }
}

export function stale(field: Field, { force }: { force: number }, ghosts: Uint32Array): Attack {
  const { rng, exchangeSize } = field
  const draw = (): number => ghosts[below(rng, ghosts.length)]!
  return {
    act: attacker => pushAround(field, attacker, force),
    show: (attacker, to, out) => showSome(out, attacker, to, exchangeSize - 1, 1, draw)
  }
}

export function naming(field: Field, { force }: { force: number }): Attack {
  const { exchangeSize, victim } = field
  const draw = (): number => field.randomHonest()
  return {
    act: attacker => pushAround(field, attacker, force),
    show(attacker, to, out) {
      if (to !== victim) out.push(victim, 1)
      showSome(out, attacker, to, exchangeSize - 1 - out.count, 1, draw)
    }
  }
}
