/**
 * The plainest policy of three messages, for the tests of the machine: each side takes a few entries of the other's, and
 * gives those that the other side takes. Every entry is held once, by one side or by the other.
 */
import { healerSwapper, verdict } from '@pex/core'
import type { Policy, Rules, Verdict } from '@pex/core'

export interface SwappingOptions {
  /** Whom the node turns away for now. */
  readonly admits?: () => boolean
  /** What it makes of any message. */
  readonly judges?: () => Verdict
  readonly probes?: Rules['probes']
}

export function swapping(count: number, options: SwappingOptions = {}): Policy {
  const { admits = () => true, judges = () => verdict.welcome, probes } = options
  return {
    name: 'swapping',
    open(ground) {
      const { views } = ground
      const rules = healerSwapper().open(ground)
      return {
        ...rules,
        ...(probes && { probes }),
        admits,
        settling: {
          pick(node, from, _as, received, picks) {
            for (let place = 0; place < received.count && picks.count < count; place++) {
              const peer = received.peers[place]!
              if (received.hops[place] === 0 || peer === from || views.find(node, peer) >= 0) continue
              picks.push(place)
            }
            return judges()
          },
          settle(node, _from, _as, { sent, received, taken, given }) {
            for (let i = 0; i < given.count; i++) rules.remove(node, sent.peers[given.places[i]!]!)
            for (let i = 0; i < taken.count; i++) {
              const peer = received.peers[taken.places[i]!]!
              if (!views.isFull(node) && views.find(node, peer) < 0) rules.learn(node, peer, 1)
            }
          }
        }
      }
    }
  }
}
