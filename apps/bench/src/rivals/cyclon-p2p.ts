/**
 * cyclon.p2p, the Cyclon of npm, as a network that the conformance kit and the benchmarks can lead: its own nodes, whose
 * clock and carrier are handed in. Pointers are copied on the way, as any carrier would.
 */
import { below, shuffle } from '@pex/core'
import type { Rng } from '@pex/core'
import { seededRng } from '@pex/sim'
import type { Sampler, SamplerNetwork } from '@pex/testkit/conformance'
import { builder } from 'cyclon.p2p'
import type { Comms, CyclonNode, CyclonNodePointer } from 'cyclon.p2p'

export interface CyclonP2pOptions {
  /** @default 20, its own */
  readonly viewSize?: number
  /** @default 5, its own */
  readonly shuffleSize?: number
  /**
   * True to keep whole what a node answers. As published, it takes entries out of its answer while it makes room for what
   * it has received, and the rest is what it sends.
   * @default false
   */
  readonly repaired?: boolean
}

export function cyclonP2p(options: CyclonP2pOptions = {}): Sampler {
  return {
    name: `cyclon.p2p${options.repaired === true ? ', its answer repaired' : ''}`,
    viewSize: options.viewSize ?? 20,
    create: (_nodes, seed) => new CyclonNetwork(options, seededRng(seed, 6))
  }
}

const silent = { error() {}, warn() {}, info() {}, log() {}, debug() {} }

interface Member {
  readonly node: CyclonNode
  tick: () => unknown
}

export class CyclonNetwork implements SamplerNetwork {
  readonly #options: CyclonP2pOptions
  readonly #rng: Rng
  /** Undefined for the dead. Bounded by the nodes that join. */
  readonly #members: (Member | undefined)[] = []
  #split = false

  constructor(options: CyclonP2pOptions, rng: Rng) {
    this.#options = options
    this.#rng = rng
  }

  join(number: number, contact: number | undefined): void {
    const { viewSize = 20, shuffleSize = 5, repaired = false } = this.#options
    const contacts = contact === undefined ? [] : [pointerTo(contact)]
    const member: { node?: CyclonNode; tick: () => unknown } = { tick: () => undefined }
    const node = builder(this.#comms(number), { getInitialPeerSet: async () => contacts })
      .withNumNeighbours(viewSize)
      .withShuffleSize(shuffleSize)
      .withLogger(silent)
      .withAsyncExecService({
        setTimeout: () => 0,
        clearTimeout() {},
        setInterval: callback => {
          member.tick = () => callback() as unknown
          return 1
        },
        clearInterval() {
          member.tick = () => undefined
        }
      })
      .build()
    if (repaired) repair(node)
    for (const pointer of contacts) node.getNeighbourSet().insert(pointer)
    this.#members[number] = Object.assign(member, { node })
    node.start()
  }

  /** Fills the view of everybody with random others. */
  mix(): void {
    const { viewSize = 20 } = this.#options
    const { length } = this.#members
    for (const [number, member] of this.#members.entries()) {
      const set = member!.node.getNeighbourSet()
      while (set.size() < Math.min(viewSize, length - 1)) {
        const other = below(this.#rng, length)
        if (other !== number) set.insert(pointerTo(other))
      }
    }
  }

  kill(node: number): void {
    this.#members[node] = undefined
  }

  split(isSplit: boolean): void {
    this.#split = isSplit
  }

  async round(): Promise<void> {
    const live = this.#members.filter(member => member !== undefined)
    const { random } = Math
    // It draws from the platform: for the round it is lent our seeded source.
    Math.random = () => this.#rng() / 2 ** 32
    try {
      // Nobody is waited for in between: what is over at once need not be, and what fails is tidied up behind us.
      const pending = shuffle(this.#rng, live).map(({ tick }) => tick())
      await Promise.all(pending)
    } finally {
      Math.random = random
    }
  }

  view(node: number): number[] {
    return [...this.#members[node]!.node.getNeighbourSet().getContents().keys()].map(Number)
  }

  #comms(number: number): Comms {
    let seq = 0
    const own = (): CyclonNodePointer => ({ ...pointerTo(number), seq: seq++ })
    return {
      initialize() {},
      getLocalId: () => String(number),
      createNewPointer: own,
      sendShuffleRequest: async (to, shown) => {
        const asked = this.#members[Number(to.id)]
        if (asked === undefined || (this.#split && Number(to.id) % 2 !== number % 2))
          throw new Error('nobody answers')
        const answer = asked.node.handleShuffleRequest(own(), shown.map(copy))
        this.#members[number]!.node.handleShuffleResponse(to, answer.map(copy))
      }
    }
  }
}

function pointerTo(number: number): CyclonNodePointer {
  return { id: String(number), age: 0, seq: 0, metadata: {} }
}

function copy(pointer: CyclonNodePointer): CyclonNodePointer {
  return { ...pointer }
}

/** What is taken out of an answer is taken out of a copy. */
function repair(node: CyclonNode): void {
  const set = node.getNeighbourSet()
  const choose = set.randomSelection.bind(set)
  set.randomSelection = size => {
    const chosen = choose(size)
    const left = [...chosen]
    chosen.pop = () => left.pop()
    return chosen
  }
}
