/** The adaptive reactor on a switch that does nothing by itself: peers come, speak and go when the test says so. */
import { dialects } from '@pex/cometbft'
import type { PexMessage } from '@pex/cometbft'
import type { Peer, SwitchHandle } from '@pex/switch'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import { adaptivePexReactor } from '../../src/tm035/adaptive-pex.ts'
import type { AdaptivePexInit, AdaptivePexReactor } from '../../src/tm035/adaptive-pex.ts'
import type { AdaptivePexEvent } from '../../src/tm035/pex-events.ts'
import type { PeerManager } from '../../src/tm035/peer-manager.ts'
import { managerOf, self } from './scene.ts'

export class FakePeer implements Peer {
  readonly id: string
  readonly direction = 'inbound'
  readonly isPersistent = false
  readonly isUnconditional = false
  readonly nodeInfo: Peer['nodeInfo']
  readonly socket = { ip: '10.0.0.1', port: 1 }
  readonly address = undefined
  readonly connectedAt = 0
  readonly isRunning = true
  hasRoom = true
  /** What came to it, and when. */
  readonly heard: { readonly at: number; readonly message: PexMessage }[] = []
  readonly #clock: VirtualClock

  constructor(id: string, clock: VirtualClock, channels: readonly number[] = [0]) {
    this.id = id
    this.#clock = clock
    this.nodeInfo = { channels } as unknown as Peer['nodeInfo']
  }

  async send(channel: number, bytes: Uint8Array): Promise<boolean> {
    return this.trySend(channel, bytes)
  }

  trySend(channel: number, bytes: Uint8Array): boolean {
    if (!this.hasRoom || channel !== 0) return false
    const message = dialects.tm035.decode(bytes)
    if (typeof message === 'string') throw new Error(message)
    this.heard.push({ at: this.#clock.now(), message })
    return true
  }

  canSend(): boolean {
    return this.hasRoom
  }

  status(): never {
    throw new Error('nobody asks')
  }

  get requests(): number[] {
    return this.heard.flatMap(({ at, message }) => (message.kind === 'request' ? [at] : []))
  }

  get answers(): PexMessage[] {
    return this.heard.flatMap(({ message }) => (message.kind === 'addresses' ? [message] : []))
  }
}

export interface PexScene {
  readonly clock: VirtualClock
  readonly manager: PeerManager
  readonly reactor: AdaptivePexReactor
  readonly events: AdaptivePexEvent[]
  comes(id: string, channels?: readonly number[]): FakePeer
  goes(peer: FakePeer): void
  says(peer: FakePeer, message: PexMessage): void
  /** Bytes as they are. */
  saysBytes(peer: FakePeer, bytes: Uint8Array): void | Promise<void>
  kinds(): string[]
}

export function pexScene(
  init: Partial<AdaptivePexInit> = {},
  manager: PeerManager = managerOf({ maxConnected: 64, maxPeers: 2_000 })
): PexScene {
  const clock = virtualClock()
  const events: AdaptivePexEvent[] = []
  const reactor = adaptivePexReactor({ manager, onEvent: event => events.push(event), ...init })
  const handle = { id: self, clock, rng: seeded(1) } as unknown as SwitchHandle
  void reactor.start!(handle)
  const saysBytes = (peer: FakePeer, bytes: Uint8Array): void | Promise<void> =>
    reactor.receive(peer, 0, bytes)
  return {
    clock,
    manager,
    reactor,
    events,
    comes(id, channels) {
      const peer = new FakePeer(id, clock, channels)
      manager.accepted(id, clock.now())
      reactor.initPeer!(peer)
      reactor.addPeer!(peer)
      return peer
    },
    goes(peer) {
      reactor.removePeer!(peer, undefined)
      manager.disconnected(peer.id, clock.now())
    },
    says: (peer, message) => void saysBytes(peer, encode(message)),
    saysBytes,
    kinds: () => events.map(({ kind }) => kind)
  }
}

export const request: PexMessage = { kind: 'request', version: 2 }

export function answer(...urls: readonly string[]): PexMessage {
  return { kind: 'addresses', version: 2, urls }
}

/** Without the bounds on what an honest node says. */
function encode(message: PexMessage): Uint8Array {
  if (message.kind === 'request' || message.version === 1) return dialects.tm035.encode(message)
  const parts = [[]] as string[][]
  for (const url of message.urls) {
    if (parts.at(-1)!.length === 100) parts.push([])
    parts.at(-1)!.push(url)
  }
  const bodies = parts.map(urls => inner(dialects.tm035.encode({ kind: 'addresses', version: 2, urls })))
  const body = Uint8Array.from(bodies.flatMap(part => [...part]))
  return Uint8Array.from([0x22, ...varint(body.length), ...body])
}

function inner(bytes: Uint8Array): Uint8Array {
  let at = 1
  while (bytes[at]! >= 0x80) at++
  return bytes.subarray(at + 1)
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))]
}
