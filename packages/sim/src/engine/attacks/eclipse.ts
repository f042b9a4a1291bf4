/**
 * The silent targeted eclipse: towards everybody else the attackers do as the policy says, so that nobody has reason to
 * refuse them; the victim is shown attackers only and loses honest entries to them, every attacker calls it in every round,
 * and none of them ever names it to others, so that the honest forget it.
 */
import { below } from '@pex/core'
import type { Attack, Field } from './attack.ts'
import { showSome } from './attack.ts'

export function eclipse(field: Field): Attack {
  const { rng, exchangeSize, victim } = field
  const draw = (): number => field.hostile[below(rng, field.hostileCount)]!
  return {
    act(attacker) {
      field.push(attacker, victim)
      field.round(attacker)
    },
    show: (attacker, to, out) => showSome(out, attacker, to, exchangeSize - 1, 1, draw),
    poses: (_, other) => other !== victim,
    doctor(_, __, offer) {
      let kept = 0
      for (let place = 0; place < offer.count; place++) {
        if (offer.peers[place] === victim) continue
        offer.peers[kept] = offer.peers[place]!
        offer.hops[kept++] = offer.hops[place]!
      }
      offer.count = kept
    }
  }
}
