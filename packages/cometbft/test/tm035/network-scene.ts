/** Nodes of a real switch, a connection manager and the adaptive reactor, on a network in memory and in virtual time. */
import { nodeIdOf, nodeKey } from '@pex/mconnection'
import type { NodeKey } from '@pex/mconnection'
import { Switch } from '@pex/switch'
import type { Reactor, SwitchEvent, SwitchInit } from '@pex/switch'
import { seeded, streamNetwork, virtualClock } from '@pex/testkit'
import type { SeededRng, StreamNetwork, VirtualClock } from '@pex/testkit'
import type { NodeAddress } from '@pex/cometbft'
import { adaptivePexReactor } from '../../src/tm035/adaptive-pex.ts'
import type { AdaptivePexInit, AdaptivePexReactor } from '../../src/tm035/adaptive-pex.ts'
import { connectionManager } from '../../src/tm035/connection-manager.ts'
import type { ConnectionManagerInit } from '../../src/tm035/connection-options.ts'
import { PeerManager } from '../../src/tm035/peer-manager.ts'
import type { PeerManagerInit } from '../../src/tm035/options.ts'
import { tcp } from './scene.ts'

const PORT = 26_656

export function keyOf(n: number): NodeKey {
  return nodeKey(Uint8Array.from({ length: 32 }, (_, i) => (i < 31 ? 9 : n)))
}

/** The n-th node, at 10.0.0.n. */
export function addressOf(n: number): NodeAddress {
  return tcp(nodeIdOf(keyOf(n).publicKey), `10.0.0.${n}`, PORT)
}

export interface NodeInit {
  readonly manager?: Partial<PeerManagerInit>
  readonly connections?: Partial<ConnectionManagerInit>
  readonly pex?: Partial<AdaptivePexInit>
  readonly network?: string
  readonly switch?: SwitchInit
}

export interface Node {
  readonly n: number
  readonly address: NodeAddress
  readonly manager: PeerManager
  readonly reactor: AdaptivePexReactor
  readonly node: Switch
  readonly events: SwitchEvent[]
}

export class World {
  readonly clock: VirtualClock = virtualClock(1_770_000_000_000)
  readonly rng: SeededRng
  readonly network: StreamNetwork
  readonly nodes: Node[] = []

  constructor(seed: number = 1) {
    this.rng = seeded(seed)
    this.network = streamNetwork({ clock: this.clock, latencyMs: 5 })
  }

  /** A node that knows some others. */
  async node(n: number, known: readonly number[] = [], init: NodeInit = {}): Promise<Node> {
    const address = addressOf(n)
    const manager = new PeerManager({ id: address.id, rng: this.rng.fork(`manager ${n}`), ...init.manager })
    const connections = connectionManager({ manager, bootstrap: known.map(addressOf), ...init.connections })
    const reactor = adaptivePexReactor({ manager, ...init.pex })
    const node = this.#switch(n, [connections, reactor], init)
    const events: SwitchEvent[] = []
    node.notify(connections.notice)
    node.notify(event => events.push(event))
    const made = { n, address, manager, reactor, node, events }
    await node.start()
    this.nodes.push(made)
    return made
  }

  /** A switch with reactors of one's own, started. */
  async host(n: number, reactors: readonly Reactor[], init: NodeInit = {}): Promise<Switch> {
    const node = this.#switch(n, reactors, init)
    await node.start()
    this.#hosts.push(node)
    return node
  }

  readonly #hosts: Switch[] = []

  #switch(n: number, reactors: readonly Reactor[], init: NodeInit): Switch {
    const ip = `10.0.0.${n}`
    const connections = reactors.find(reactor => 'filter' in reactor) as
      | ReturnType<typeof connectionManager>
      | undefined
    return new Switch(
      {
        key: keyOf(n),
        nodeInfo: { network: init.network ?? 'test' },
        carrier: this.network.carrier(ip),
        clock: this.clock,
        rng: this.rng.fork(`switch ${n}`),
        reactors
      },
      {
        listen: [{ ip, port: PORT }],
        maxInbound: 100,
        maxOutbound: 100,
        filters: connections === undefined ? [] : [connections.filter],
        ...init.switch
      }
    )
  }

  async until(reached: () => boolean, maxMs: number): Promise<number> {
    return this.clock.runUntil(reached, { maxMs })
  }

  async stop(...nodes: readonly Node[]): Promise<void> {
    for (const node of nodes) {
      this.nodes.splice(this.nodes.indexOf(node), 1)
      await this.#settled(node.node.stop())
    }
  }

  async stopAll(): Promise<void> {
    await this.stop(...this.nodes)
    for (const host of this.#hosts) await this.#settled(host.stop())
  }

  async #settled(work: Promise<void>): Promise<void> {
    let isOver = false
    const over = work.finally(() => (isOver = true))
    over.catch(() => {})
    await this.until(() => isOver, 60_000)
    await over
  }
}

/** Whether a node knows so many others. */
export const knows =
  (count: number) =>
  ({ manager }: Node): boolean =>
    manager.size >= count
