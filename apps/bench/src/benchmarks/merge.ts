/** Merges per second on one core: what bounds a simulation of the shipped core, and nothing that a real host would feel. */
import { below, casm, healerSwapper, nobody, Offer, role, Sampling } from '@pex/core'
import type { Policy, Rng } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import type { Benchmark, Circumstances, Figure } from '../figure.ts'
import { microsPerCall } from '../measure.ts'

const VIEW_SIZE = 32
const RECEIVED = 16
/** Peers of the network from which the messages come; some of each message is then in the view already. */
const NETWORK = 200
const TURNS = 256
/** The node itself, and its row. */
const SELF = 0

export const merge: Benchmark = {
  name: 'merge',
  question: 'How many merges does one core do?',
  method:
    `What one side of an exchange of two messages decides, showing and merging, on one node's life: full view of c = ${VIEW_SIZE}, ` +
    `${RECEIVED} records received from a network of ${NETWORK}, ${RECEIVED - 1} shown. Seeded. Processor time; median of 15 runs of at least 100 ms.`,

  async run({ scale }: Circumstances): Promise<readonly Figure[]> {
    return [casm(), healerSwapper()].map(policy => {
      const turn = life(policy, seeded(1))
      const micros = microsPerCall(scale, TURNS, () => {
        for (let i = 0; i < TURNS; i++) turn(i)
      })
      return {
        name: `${policy.name}, c = ${VIEW_SIZE}`,
        value: 1_000_000 / micros,
        unit: 'merges/s',
        target: { of: 'value', bound: 'at least', value: 200_000 }
      }
    })
  }
}

/** A node whose view is full, and what it does in its i-th turn. */
function life(policy: Policy, rng: Rng): (i: number) => void {
  const hashes = Uint32Array.from({ length: NETWORK + 1 }, rng)
  const groups = new Uint32Array(NETWORK + 1)
  const sampling = new Sampling({
    policy,
    nodes: 1,
    viewSize: VIEW_SIZE,
    exchangeSize: RECEIVED,
    peers: { hashes, groups },
    rng
  })
  sampling.join(SELF)
  const messages = Array.from({ length: TURNS }, () => message(rng))
  const partners = new Uint32Array(VIEW_SIZE)
  const sent = new Offer()
  function turn(i: number): void {
    const received = messages[i]!
    sampling.begin(SELF, partners)
    sampling.show(SELF, nobody, sent)
    sampling.merge(SELF, received.peers[RECEIVED - 1]!, role.initiator, received, sent)
  }
  for (let i = 0; i < TURNS; i++) turn(i)
  if (!sampling.views.isFull(SELF)) throw new Error('the view is not full')
  return turn
}

/** Different peers with hops as they occur; the sender's own record last. */
function message(rng: Rng): Offer {
  const offer = new Offer()
  const chosen = new Set<number>()
  while (chosen.size < RECEIVED) chosen.add(1 + below(rng, NETWORK))
  for (const peer of chosen) offer.push(peer, offer.count === RECEIVED - 1 ? 0 : 1 + (offer.count % 10))
  return offer
}
