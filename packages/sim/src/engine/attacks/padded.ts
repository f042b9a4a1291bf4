/**
 * Attackers that know the rules of judging a message: they dilute what they push, so that no message looks like one of
 * theirs.
 *
 * `padded`: one attacker's entry among honest ones that are always the same; `burned`: among attackers' own ids that have
 * been given up, always the same; `paced`: each entry is hostile with a small excess over the attackers' share, so that none of
 * their ids is seen much more often than an honest one.
 */
import { below, chance } from '@pex/core'
import type { Attack, Field } from './attack.ts'
import { showSome } from './attack.ts'
import { pushAround } from './hub.ts'

export function padded(field: Field, { force, burned }: { force: number; burned: boolean }): Attack {
  const { rng, exchangeSize } = field
  const own = (): number => field.hostile[below(rng, field.hostileCount)]!
  const size = Math.min(exchangeSize, burned ? field.hostileCount : field.honestCount)
  // Bounded by one message; chosen once.
  const padding = Array.from({ length: size }, (_, i) => (burned ? field.hostile[i]! : field.randomHonest()))
  return {
    act: attacker => pushAround(field, attacker, force),
    show(attacker, to, out) {
      showSome(out, attacker, to, 1, 1, own)
      let next = 0
      showSome(out, attacker, to, exchangeSize - 1 - out.count, 1, () => padding[next++ % size]!)
    }
  }
}

export function paced(field: Field, { force, excess }: { force: number; excess: number }): Attack {
  const { rng, exchangeSize } = field
  const share = field.hostileCount / (field.hostileCount + field.honestCount)
  const draw = (): number =>
    chance(rng, excess * share) ? field.hostile[below(rng, field.hostileCount)]! : field.randomHonest()
  return {
    act: attacker => pushAround(field, attacker, force),
    show: (attacker, to, out) => showSome(out, attacker, to, exchangeSize - 1, 1, draw)
  }
}
