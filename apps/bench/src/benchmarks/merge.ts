/** Merges per second on one core: what bounds a simulation of the shipped core, and nothing that a real host would feel. */
import { casm, healerSwapper, sample, View } from '@pex/core'
import type { Descriptor, Entry, PeerRecord, Policy, Rng, Turn } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import type { Benchmark, Circumstances, Figure } from '../figure.ts'
import { microsPerCall } from '../measure.ts'

const VIEW_SIZE = 32
const RECEIVED = 16
/** Peers of the network from which the messages come; some of each message is then in the view already. */
const NETWORK = 200
const TURNS = 256
/** Turns before the view is full and mixed. */
const WARM_UP = 64

/** One merge of a node's life, ready to be done again. */
interface Step {
  readonly view: View
  readonly received: readonly Descriptor[]
  readonly sent: readonly Entry[]
  readonly turn: Turn
}

export const merge: Benchmark = {
  name: 'merge',
  question: 'How many merges does one core do?',
  method:
    `The policy's merge alone, on ${TURNS} turns of one node's life recorded before: full view of c = ${VIEW_SIZE}, ` +
    `${RECEIVED} records received from a network of ${NETWORK}, ${VIEW_SIZE / 2 - 1} sent. Seeded. Processor time; median of 15 runs of at least 100 ms.`,

  async run({ scale }: Circumstances): Promise<readonly Figure[]> {
    return [casm(), healerSwapper()].map(policy => {
      const steps = life(policy, seeded(1))
      const micros = microsPerCall(scale, steps.length, () => {
        for (const { view, received, sent, turn } of steps) policy.merge(view, received, sent, turn)
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

/** The merges of one node, from when its view is full. */
function life(policy: Policy, rng: Rng): Step[] {
  const network = Array.from({ length: NETWORK }, (_, i) => stranger(i))
  const steps: Step[] = []
  let view = View.empty('self', VIEW_SIZE)
  for (let round = 1; round <= WARM_UP + TURNS; round++) {
    const turn = { round, rng }
    const sent = policy.show(view, turn, RECEIVED - 1)
    const received = sample(rng, network, RECEIVED).map((record, i) => ({
      record,
      hop: i === RECEIVED - 1 ? 0 : 1 + (i % 10)
    }))
    if (round > WARM_UP) steps.push({ view, received, sent, turn })
    view = policy.merge(view, received, sent, turn)
  }
  if (view.size !== VIEW_SIZE) throw new Error(`the view has ${view.size} entries, not ${VIEW_SIZE}`)
  return steps
}

/** A merge looks at ids and seqs only: nobody need have signed. */
function stranger(i: number): PeerRecord {
  return { id: `peer-${i}`, seq: 1n, addresses: ['/ip4/192.0.2.1/tcp/1'], envelope: new Uint8Array(1) }
}
