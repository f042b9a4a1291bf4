/**
 * Probes one node: is it there, is it who it should be, on the chain, and does it tell whom it knows? One connection to one
 * address is made, and one request, as the manners of CometBFT's networks want it; only where a name stands for several
 * addresses, and nobody at one of them was the node, is the next one tried.
 */
import type { NetAddress } from '@pex/address-book'
import { abortError, PexError, shuffle } from '@pex/core'
import type { Clock, Rng } from '@pex/core'
import { nodeIdOf, nodeKey } from '@pex/mconnection'
import type { NodeKey } from '@pex/mconnection'
import type { Carrier, NodeInfo, Place } from '@pex/switch'
import type { Dialect } from '../dialects/dialect.ts'
import { dialects } from '../dialects/index.ts'
import { isTcp, netAddressOf, parseNodeAddress } from '../dialects/node-address.ts'
import type { NodeAddress, Resolve } from '../dialects/node-address.ts'
import { PEX_CHANNEL } from '../pex-messages.ts'
import { progressOf } from './verdict.ts'
import type { Elsewhere, Outcome, Verdict } from './verdict.ts'
import { visit } from './visit.ts'
import type { Visited, VisitInit } from './visit.ts'

export interface ProbeInit {
  /** The chain that the node should be on. @default any: the node is told its own, and `node.network` says which it is */
  readonly chainId?: string | undefined
  /** TCP (`@pex/switch/tcp`), or another way to reach places. */
  readonly carrier: Carrier
  readonly clock: Clock
  /** Chance: in which order the addresses of one name are tried. */
  readonly rng: Rng
  /** Looks names up. @default names are not looked up: verdict `dns` */
  readonly resolve?: Resolve | undefined
  /** This visitor's key. @default a fresh one, so that no node knows the visitor again */
  readonly key?: NodeKey | undefined
  /** @default `dialects.cometbft` */
  readonly dialect?: Dialect | undefined
  /** What the visitor calls itself; it should say what it is. @default "pex-probe" */
  readonly moniker?: string | undefined
  /** Where it says to listen. @default "tcp://0.0.0.0:26656": valid, and never stored or dialled */
  readonly listenAddress?: string | undefined
  /** Block protocol. @default 11, that of every live version */
  readonly block?: number | undefined
  /** Longest look-up, connect, wait for each of both handshakes, and wait for the answer, ms. @default 3 000 each */
  readonly dnsMs?: number | undefined
  readonly dialMs?: number | undefined
  readonly handshakeMs?: number | undefined
  readonly answerMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Waits until a place may be visited; the function that comes back ends the visit. */
export type Admit = (place: Place, signal: AbortSignal) => Promise<() => void>

/** One step, ms. The other side gives the handshakes 3 s, and a connect its third try after 3 s. */
const STEP_MS = 3_000
/** Addresses of one name that are tried, most. Guess: more are no name of one node. */
const MAX_ADDRESSES = 8
/** Of every version since v0.34; not compared. */
const P2P_PROTOCOL = 8

/** Whether this is the node, or nobody else than the node can be at another address of its name. */
const final: ReadonlySet<Outcome['verdict']> = new Set([
  'ok',
  'wrong-chain',
  'incompatible',
  'pex-off',
  'bad-answer'
])

/** Probes a target `id@host:port`. Fails with `PEX_ABORTED` alone, and with `PEX_INVALID_PARAMETER` for an empty chain id. */
export function probe(target: string, init: ProbeInit): Promise<Verdict> {
  return probeOne(target, init, () => Promise.resolve(() => {}))
}

/** The same, with somebody who says when. */
export async function probeOne(target: string, init: ProbeInit, admit: Admit): Promise<Verdict> {
  if (init.chainId === '') throw new PexError('PEX_INVALID_PARAMETER', 'a chain id is not empty')
  const signal = init.signal ?? new AbortController().signal
  if (signal.aborted) throw abortError(signal)
  const address = addressOf(target)
  if (typeof address === 'string') return verdict(target, { verdict: 'bad-target', why: address })
  const places = await placesOf(address, init, signal)
  if (!Array.isArray(places)) return verdict(target, places)
  return visitAll(target, address.id, places, visitInit(init), admit, signal)
}

async function visitAll(
  target: string,
  id: string,
  places: readonly Place[],
  init: VisitInit,
  admit: Admit,
  signal: AbortSignal
): Promise<Verdict> {
  let best: { readonly place: Place; readonly visited: Visited } | undefined
  const elsewhere: Elsewhere[] = []
  for (const place of places) {
    const end = await admit(place, signal)
    const visited = await visit(id, place, init, signal).finally(end)
    const isBetter = best === undefined || progressOf(visited) > progressOf(best.visited)
    const other = isBetter ? best : { place, visited }
    if (other !== undefined) elsewhere.push({ place: other.place, verdict: other.visited.verdict })
    if (isBetter) best = { place, visited }
    if (isFinal(visited)) break
  }
  const { place, visited } = best!
  return { target, place, elsewhere, ...visited }
}

/** Whether the node itself was met: then no other address of its name is called. */
function isFinal(outcome: Outcome): boolean {
  return final.has(outcome.verdict) || ('node' in outcome && outcome.node !== undefined)
}

function verdict(target: string, outcome: Outcome): Verdict {
  return { target, latency: {}, elsewhere: [], ...outcome }
}

/** The target, or why it is none. */
export function addressOf(target: string): NodeAddress | string {
  const address = parseNodeAddress(target)
  if (address === undefined) {
    return /^[^@]*@/.test(target)
      ? 'in front of the @ stand 40 hexadecimal digits, behind it a host and a port'
      : 'it names no node id: it is written id@host:port'
  }
  if (!isTcp(address)) return `nodes are called over TCP, not ${address.protocol}`
  if (address.host === '') return 'it names no host'
  return address.port === 0 ? 'it names no port' : address
}

async function placesOf(
  address: NodeAddress,
  { resolve, rng, clock, dnsMs = STEP_MS }: ProbeInit,
  signal: AbortSignal
): Promise<Place[] | Outcome> {
  const literal = netAddressOf(address)
  if (literal !== undefined) return [placeOf(literal)]
  if (resolve === undefined) return { verdict: 'dns', why: 'names are not looked up' }
  const controller = new AbortController()
  const late = new PexError('PEX_TIMEOUT', `no answer within ${dnsMs} ms`)
  const cancel = clock.after(dnsMs, () => controller.abort(late))
  const follow = (): void => controller.abort(abortError(signal))
  signal.addEventListener('abort', follow, { once: true })
  try {
    const found = await untilAborted(resolve(address.host, { signal: controller.signal }), controller.signal)
    const ips = new Set(found.flatMap(host => netAddressOf({ ...address, host })?.ip ?? []))
    if (ips.size === 0) return { verdict: 'dns', why: 'no IP address' }
    return shuffle(rng, [...ips].slice(0, MAX_ADDRESSES)).map(ip => ({ ip, port: address.port }))
  } catch (error) {
    if (signal.aborted) throw abortError(signal)
    if (controller.signal.aborted) return { verdict: 'timeout', stage: 'dns' }
    const { code } = error as { code?: unknown }
    return { verdict: 'dns', why: typeof code === 'string' ? code : 'it cannot be looked up' }
  } finally {
    cancel()
    signal.removeEventListener('abort', follow)
  }
}

/** The promise, or the failure of the signal: a look-up need not heed it. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(abortError(signal))
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    work.then(resolve, reject)
  })
}

function placeOf({ ip, port }: NetAddress): Place {
  return { ip, port }
}

function visitInit(init: ProbeInit): VisitInit {
  const { carrier, clock, key = nodeKey(), dialect = dialects.cometbft } = init
  const { dialMs = STEP_MS, handshakeMs = STEP_MS, answerMs = STEP_MS } = init
  const nodeInfo: NodeInfo = {
    protocol: { p2p: P2P_PROTOCOL, block: init.block ?? 11, app: 0 },
    id: nodeIdOf(key.publicKey),
    listenAddress: init.listenAddress ?? 'tcp://0.0.0.0:26656',
    network: init.chainId ?? '',
    version: '',
    channels: [PEX_CHANNEL],
    moniker: init.moniker ?? 'pex-probe',
    txIndex: 'off',
    rpcAddress: ''
  }
  return { carrier, clock, key, dialect, nodeInfo, dialMs, handshakeMs, answerMs }
}
