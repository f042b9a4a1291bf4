/** A policy that can do with three messages and wants everybody pinged, for tests of the messages; it follows no paper. */
import { casm, verdict } from '@pex/core'
import type { Ground, Offer, Picks, Policy, Role, Rules, Settlement, Verdict } from '@pex/core'

/** casm with settled exchanges: who is new is taken, and what is given goes only where there is no room else. */
export function settlingPolicy({ pings = 2 }: { readonly pings?: number } = {}): Policy {
  return { name: 'settling', open: ground => ({ ...casm().open(ground), ...settling(ground, pings) }) }
}

function settling({ views, tombstones, rng }: Ground, pings: number): Pick<Rules, 'settling' | 'probes'> {
  return {
    probes(node: number, out: Uint32Array): number {
      const row = node * views.max
      const size = views.sizes[node]!
      const count = Math.min(pings, size)
      const first = size === 0 ? 0 : rng() % size
      for (let i = 0; i < count; i++) out[i] = views.peers[row + ((first + i) % size)]!
      return count
    },
    settling: {
      pick(node: number, _from: number, _as: Role, received: Offer, picks: Picks): Verdict {
        for (let place = 0; place < received.count; place++) {
          const peer = received.peers[place]!
          if (peer !== node && views.find(node, peer) < 0 && !tombstones.has(node, peer)) picks.push(place)
        }
        return verdict.welcome
      },
      settle(node: number, _from: number, _as: Role, { sent, received, taken, given }: Settlement): void {
        let next = 0
        for (let i = 0; i < taken.count; i++) {
          const place = taken.places[i]!
          const peer = received.peers[place]!
          if (peer === node || views.find(node, peer) >= 0) continue
          while (views.isFull(node) && next < given.count) {
            const at = views.find(node, sent.peers[given.places[next++]!]!)
            if (at >= 0) views.remove(node, at)
          }
          if (!views.isFull(node)) views.add(node, peer, received.hops[place]! + 1)
        }
      }
    }
  }
}
