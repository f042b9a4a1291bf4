/**
 * One reactor on a switch that does nothing by itself: peers come, speak and go when the test says so, and every dial ends as
 * the test has arranged. Time is virtual.
 */
import { AddressBook, dialString, netAddresses, rules } from '@pex/address-book'
import type { AddressBookInit, NetAddress } from '@pex/address-book'
import { dialects, pexReactor, PEX_CHANNEL } from '@pex/cometbft'
import type { PexEvent, PexMessage, PexReactor, PexReactorInit } from '@pex/cometbft'
import { SwitchError } from '@pex/switch'
import type { NodeInfo, Peer, Refusal, SwitchHandle } from '@pex/switch'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'

export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour
/** Some time in 2026. */
export const start = 1_770_000_000_000

/** A number as 40 hexadecimal digits. */
export function nodeId(n: number): string {
  return n.toString(16).padStart(40, '0')
}

/** The n-th node, in a group of its own. */
export function node(n: number): NetAddress {
  return { id: nodeId(n), ip: `${20 + Math.floor(n / 250)}.${n % 250}.7.1`, port: 26_656 }
}

export function nodes(from: number, count: number): NetAddress[] {
  return Array.from({ length: count }, (_, i) => node(from + i))
}

export const own: NetAddress = node(49_999)

export class FakePeer implements Peer {
  readonly id: string
  readonly direction: 'inbound' | 'outbound'
  readonly isPersistent: boolean
  readonly isUnconditional = false
  readonly nodeInfo: NodeInfo
  readonly socket: { readonly ip: string; readonly port: number }
  readonly address: NetAddress | undefined
  readonly connectedAt: number
  isRunning = true
  hasRoom: boolean
  readonly sent: PexMessage[] = []

  constructor(address: NetAddress, direction: 'inbound' | 'outbound', now: number, init: FakePeerInit) {
    this.id = address.id
    this.direction = direction
    this.isPersistent = init.isPersistent ?? false
    this.hasRoom = init.isFull !== true
    this.nodeInfo = nodeInfo(address, init.version)
    this.socket = { ip: init.socketIp ?? address.ip, port: direction === 'inbound' ? 50_000 : address.port }
    this.address = init.isUnlisted === true ? undefined : address
    this.connectedAt = now
  }

  /** Requests that have come to it. */
  get requests(): number {
    return this.sent.filter(({ kind }) => kind === 'request').length
  }

  /** The answers that have come to it, as ids. */
  get answers(): string[][] {
    return this.sent.flatMap(message =>
      message.kind === 'addresses' && message.version === 1 ? [message.addresses.map(({ id }) => id)] : []
    )
  }

  async send(channel: number, message: Uint8Array): Promise<boolean> {
    return this.trySend(channel, message)
  }

  trySend(channel: number, bytes: Uint8Array): boolean {
    if (!this.isRunning || !this.hasRoom || channel !== PEX_CHANNEL) return false
    const message = dialects.tm035.decode(bytes)
    if (typeof message === 'string') throw new Error(message)
    this.sent.push(message)
    return true
  }

  canSend(): boolean {
    return this.isRunning
  }

  status(): never {
    throw new Error('nobody asks')
  }
}

export interface FakePeerInit {
  readonly isPersistent?: boolean
  readonly version?: string
  readonly socketIp?: string
  /** Nothing can be sent to it. */
  readonly isFull?: boolean
  /** It says to listen nowhere. */
  readonly isUnlisted?: boolean
}

function nodeInfo({ id, ip, port }: NetAddress, version: string = '1.0.1'): NodeInfo {
  return {
    protocol: { p2p: 8, block: 11, app: 0 },
    id,
    listenAddress: `tcp://${ip}:${port}`,
    network: 'test',
    version,
    channels: [PEX_CHANNEL],
    moniker: 'test',
    txIndex: '',
    rpcAddress: ''
  }
}

export interface SceneInit extends Partial<Omit<PexReactorInit, 'book'>> {
  readonly known?: readonly NetAddress[]
  readonly good?: readonly NetAddress[]
  readonly maxOutbound?: number
  readonly book?: Partial<AddressBookInit<NetAddress>>
  readonly persistent?: readonly string[]
  readonly privates?: readonly string[]
  readonly seed?: number
  /** Peers that are disconnected stay until the test has them leave, as those do whose last messages go out. */
  readonly lingers?: boolean
  /** Whether the test starts the reactor itself. */
  readonly isIdle?: boolean
}

export interface Scene {
  readonly clock: VirtualClock
  readonly book: AddressBook<NetAddress>
  readonly reactor: PexReactor
  readonly handle: SwitchHandle
  readonly events: PexEvent[]
  /** Every dial: whom, and when it began. */
  readonly dials: { readonly address: NetAddress; readonly at: number }[]
  /** Every end that the reactor asked for. */
  readonly ends: { readonly id: string; readonly reason: Error | undefined }[]
  /** What a dial of a place meets: a peer, or a refusal; nobody is there otherwise. */
  readonly places: Map<string, FakePeerInit | Refusal>
  readonly peers: Map<string, FakePeer>
  /** What the operator is said to have named. */
  readonly vouched: readonly NetAddress[]
  /** Somebody calls. */
  calls(address: NetAddress, init?: FakePeerInit): FakePeer
  /** Somebody was dialled, not by the reactor. */
  dialled(address: NetAddress, init?: FakePeerInit): FakePeer
  leaves(peer: FakePeer): void
  says(peer: FakePeer, bytes: Uint8Array): void
  asks(peer: FakePeer): void
  tells(peer: FakePeer, addresses: readonly NetAddress[]): void
  /** The places answer. */
  up(...addresses: readonly NetAddress[]): void
  count(kind: PexEvent['kind']): number
  advance(ms: number): Promise<void>
  begin(): void
  stop(): Promise<void>
}

export function scene(init: SceneInit = {}): Scene {
  const {
    known = [],
    good = [],
    maxOutbound = 10,
    persistent = [],
    privates = [],
    seed = 1,
    isIdle = false,
    lingers = false,
    ...rest
  } = init
  const { book: bookInit, ...options } = rest
  const rng = seeded(seed)
  const clock = virtualClock(start)
  const book = new AddressBook({ kind: netAddresses(), rules: rules.cometbft, rng, own: [own], ...bookInit })
  for (const address of [...known, ...good]) book.add(address, address, clock.now())
  for (const { id } of good) book.good(id, clock.now())
  const peers = new Map<string, FakePeer>()
  const under = new Set<string>()
  const events: PexEvent[] = []
  const dials: Scene['dials'][number][] = []
  const ends: Scene['ends'][number][] = []
  const vouched: NetAddress[] = []
  const places: Scene['places'] = new Map()
  const reactor = pexReactor({ ...options, book, onEvent: event => events.push(event) })

  const remove = (peer: FakePeer, reason: Error | undefined): void => {
    if (peers.get(peer.id) !== peer) return
    peers.delete(peer.id)
    peer.isRunning = false
    reactor.removePeer!(peer, reason)
  }
  const add = (peer: FakePeer): FakePeer => {
    peers.set(peer.id, peer)
    reactor.initPeer!(peer)
    reactor.addPeer!(peer)
    return peer
  }
  const countOf = (direction: string): number =>
    [...peers.values()].filter(peer => peer.direction === direction).length
  const handle: SwitchHandle = {
    id: own.id,
    nodeInfo: nodeInfo(own),
    clock,
    rng,
    peers: {
      get size() {
        return peers.size
      },
      get: id => peers.get(id),
      has: id => peers.has(id),
      list: () => [...peers.values()],
      [Symbol.iterator]: () => peers.values()
    },
    get counts() {
      return { outbound: countOf('outbound'), inbound: countOf('inbound'), dialling: under.size }
    },
    limits: { maxOutbound, maxInbound: 40 },
    isDialling: id => under.has(id),
    isPersistent: id => persistent.includes(id),
    isUnconditional: () => false,
    isPrivate: id => privates.includes(id),
    isOwn: ({ ip, port }) => ip === own.ip && port === own.port,
    vouch: addresses => vouched.push(...addresses),
    broadcast: async () => new Map(),
    hasIp: ip => [...peers.values()].some(({ socket }) => socket.ip === ip),
    dial: (address, { signal } = {}) =>
      new Promise((resolve, reject) => {
        const isFull = countOf('outbound') + under.size >= maxOutbound
        if (isFull) return reject(new SwitchError('PEX_GATED', 'full', 'full'))
        dials.push({ address, at: clock.now() - start })
        under.add(address.id)
        const met = places.get(dialString(address)) ?? 'unreachable'
        const refuse = (refusal: Refusal): void =>
          reject(new SwitchError('PEX_UNREACHABLE', refusal, refusal))
        const cancel = clock.after(met === 'unreachable' ? second : 10, () => {
          under.delete(address.id)
          if (typeof met === 'string') refuse(met)
          else resolve(add(new FakePeer(address, 'outbound', clock.now(), met)))
        })
        signal?.addEventListener('abort', () => {
          cancel()
          under.delete(address.id)
          refuse('stopped')
        })
      }),
    disconnect: async (peer, reason) => {
      ends.push({ id: peer.id, reason })
      if (!lingers) remove(peer as FakePeer, reason)
    }
  }
  const self: Scene = {
    clock,
    book,
    reactor,
    handle,
    events,
    dials,
    ends,
    places,
    peers,
    vouched,
    calls: (address, peerInit = {}) => add(new FakePeer(address, 'inbound', clock.now(), peerInit)),
    dialled: (address, peerInit = {}) => add(new FakePeer(address, 'outbound', clock.now(), peerInit)),
    leaves: peer => remove(peer, undefined),
    says: (peer, bytes) => void reactor.receive(peer, PEX_CHANNEL, bytes),
    asks: peer => self.says(peer, (options.dialect ?? dialects.cometbft).request()),
    tells: (peer, addresses) => self.says(peer, dialects.cometbft.answer(addresses, 1)),
    up: (...addresses) => {
      for (const address of addresses) places.set(dialString(address), {})
    },
    count: kind => events.filter(event => event.kind === kind).length,
    advance: ms => clock.advance(ms),
    begin: () => void reactor.start!(handle),
    stop: async () => {
      for (const peer of peers.values()) remove(peer, undefined)
      await reactor.stop!()
      await clock.settle()
    }
  }
  if (!isIdle) self.begin()
  return self
}
