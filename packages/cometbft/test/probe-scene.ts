/** Nodes for a probe to meet: honest ones, and those that misbehave at one step. */
import type { NetAddress } from '@pex/address-book'
import { dialects, PEX_CHANNEL, probe } from '@pex/cometbft'
import type { ProbeInit, Verdict } from '@pex/cometbft'
import type { Clock } from '@pex/core'
import { MConnection, MessageStream, nodeIdOf, nodeKey, secretConnection } from '@pex/mconnection'
import type { Duplex, NodeKey } from '@pex/mconnection'
import { decodeNodeInfo, encodeNodeInfo } from '@pex/switch'
import type { Carrier, CarrierListener, NodeInfo, Place } from '@pex/switch'
import { seeded, streamNetwork, virtualClock } from '@pex/testkit'
import type { StreamNetwork, VirtualClock } from '@pex/testkit'

export const chain = 'testing-1'
export const named: readonly NetAddress[] = Array.from({ length: 40 }, (_, i) => ({
  id: i.toString(16).padStart(40, '0'),
  ip: `203.0.113.${i + 1}`,
  port: 26_656
}))

/** What a node does with a stream that somebody has opened. */
export type Behaviour = (stream: Duplex, self: TestNode) => Promise<void> | void

export class TestNode {
  readonly key: NodeKey
  readonly clock: Clock
  readonly id: string
  /** What it was told: node infos, and requests. */
  readonly met: NodeInfo[] = []
  requests = 0
  connections = 0
  /** Connections that are open at once, most. */
  most = 0
  #open = 0

  constructor(clock: Clock, seed: number) {
    this.clock = clock
    this.key = nodeKey(new Uint8Array(32).fill(seed))
    this.id = nodeIdOf(this.key.publicKey)
  }

  info(changed: Partial<NodeInfo> = {}): NodeInfo {
    return {
      protocol: { p2p: 8, block: 11, app: 1 },
      id: this.id,
      listenAddress: 'tcp://198.51.100.7:26656',
      network: chain,
      version: '0.38.12',
      channels: [0x40, 0x20, PEX_CHANNEL],
      moniker: 'honest',
      txIndex: 'on',
      rpcAddress: '',
      ...changed
    }
  }

  async listen(carrier: Carrier, at: Place, behaviour: Behaviour): Promise<CarrierListener> {
    return carrier.listen(at, stream => {
      this.connections++
      this.most = Math.max(this.most, ++this.#open)
      void Promise.resolve(behaviour(stream, this))
        .catch(() => stream.abort())
        .finally(() => this.#open--)
    })
  }

  /** SecretConnection and node infos, both at once as Go does it, and what comes of it. */
  async greet(
    stream: Duplex,
    changed: Partial<NodeInfo> = {}
  ): Promise<{ duplex: Duplex; theirs: NodeInfo }> {
    const { key, clock } = this
    const secret = await secretConnection(stream, { key, clock })
    const messages = new MessageStream(secret)
    const [bytes] = await Promise.all([
      messages.read(10_240),
      messages.write(encodeNodeInfo(this.info(changed)))
    ])
    const theirs = decodeNodeInfo(bytes)
    if (typeof theirs === 'string') throw new Error(theirs)
    this.met.push(theirs)
    return { duplex: messages.unwrap(), theirs }
  }

  /** Answers each message on channel 0 with one. Resolves when the connection has ended. */
  talk(duplex: Duplex, answer: (connection: MConnection) => void | Promise<void>): Promise<void> {
    return new Promise(resolve => {
      const connection = new MConnection(duplex, {
        channels: [dialects.cometbft.channel],
        clock: this.clock,
        onReceive: () => {
          this.requests++
          return answer(connection)
        },
        onError: () => resolve()
      })
      connection.start()
    })
  }
}

export const answer = dialects.cometbft.answer(named, 1)

/** What a node of CometBFT does. */
export const honest: Behaviour = async (stream, self) => {
  const { duplex, theirs } = await self.greet(stream)
  if (theirs.network !== chain) return duplex.abort()
  await self.talk(duplex, connection => void connection.trySend(PEX_CHANNEL, answer))
}

/** And a seed: answers and hangs up. */
export const seedLike: Behaviour = async (stream, self) => {
  const { duplex } = await self.greet(stream)
  await self.talk(duplex, async connection => {
    connection.trySend(PEX_CHANNEL, answer)
    void connection.flushStop()
  })
}

export interface Scene {
  readonly clock: VirtualClock
  readonly network: StreamNetwork
  readonly node: TestNode
  readonly place: Place
  readonly target: string
  /** Probes, and lets time pass until the verdict is there. */
  probe(target?: string, init?: Partial<ProbeInit>): Promise<Verdict>
}

/** One node at 198.51.100.7:26656 in virtual time. */
export async function scene(behaviour: Behaviour): Promise<Scene> {
  const clock = virtualClock(1_700_000_000_000)
  const network = streamNetwork({ clock, rng: seeded(1), latencyMs: 20, dialMs: 60_000 })
  const node = new TestNode(clock, 1)
  const place = { ip: '198.51.100.7', port: 26_656 }
  await node.listen(network.carrier(place.ip), place, behaviour)
  const target = `${node.id}@${place.ip}:${place.port}`
  return {
    clock,
    network,
    node,
    place,
    target,
    probe: (to = target, init = {}) =>
      inTime(
        clock,
        probe(to, { chainId: chain, carrier: network.carrier('192.0.2.1'), clock, rng: seeded(2), ...init })
      )
  }
}

/** Lets time pass until the work is done. */
export async function inTime<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isDone = false
  const end = (): void => void (isDone = true)
  work.then(end, end)
  await clock.runUntil(() => isDone, { maxMs: 600_000 })
  return work
}
