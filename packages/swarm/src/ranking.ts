/**
 * In which order a peer's addresses are dialled, and with what delays: the happy eyeballs of go-libp2p's DialRanker, after
 * RFC 8305. Private and public addresses are two races that start together, as they are about different wires; in each, QUIC
 * comes before TCP and the first IPv6 before the first IPv4, a delay apart. Relays wait where there is a direct way.
 */
import { placeOf } from '@pex/core'

/** An address and how long after the start of the dial it is tried, where nobody has answered by then, ms. */
export interface Ranked {
  readonly address: string
  readonly delayMs: number
}

/** Delays, ms; all from go-libp2p. */
export const delays = {
  public: { step: 250, other: 1_000 },
  private: { step: 30, other: 100 },
  relay: 500,
  unknown: 1_000
} as const

type Group = 'private' | 'public' | 'relay' | 'unknown'

/** Ranks addresses; each once. */
export function rank(addresses: readonly string[]): readonly Ranked[] {
  const groups: Record<Group, string[]> = { private: [], public: [], relay: [], unknown: [] }
  for (const address of new Set(addresses)) groups[groupOf(address)].push(address)
  const relayOffset = groups.public.length > 0 ? delays.relay : 0
  const ranked = [
    ...rankGroup(groups.private, 0, delays.private),
    ...rankGroup(groups.public, 0, delays.public),
    ...rankGroup(groups.relay, relayOffset, delays.public)
  ].toSorted((a, b) => a.delayMs - b.delayMs)
  const last = ranked.at(-1)
  const rest = groups.unknown.map(address => ({
    address,
    delayMs: last === undefined ? 0 : last.delayMs + delays.unknown
  }))
  return [...ranked, ...rest]
}

/** Whether dialling takes a file descriptor of this host: through a relay, the relay's connection does (IsFdConsuming). */
export function takesDescriptor(address: string): boolean {
  const parts = address.split('/')
  const relay = parts.indexOf('p2p-circuit')
  // Nobody has said which relay: for safety.
  if (relay === 1) return true
  const direct = relay < 0 ? parts : parts.slice(0, relay)
  return direct.includes('tcp') || direct.includes('unix')
}

/** Whether what an address leads to goes through a relay: over WebRTC the relay only makes two hosts known to each other. */
export function isRelayed(address: string): boolean {
  const [, after] = address.split('/p2p-circuit')
  return after !== undefined && !after.split('/').includes('webrtc')
}

function groupOf(address: string): Group {
  const place = placeOf(address)
  if (place.relayed) return 'relay'
  switch (place.class) {
    case 'public':
    case 'name':
    case 'documentation':
      return 'public'
    case 'private':
    case 'loopback':
    case 'shared':
    case 'link-local':
    case 'local-name':
      return 'private'
    default:
      return 'unknown'
  }
}

interface Pace {
  readonly step: number
  readonly other: number
}

function rankGroup(addresses: readonly string[], offset: number, { step, other }: Pace): Ranked[] {
  const quic = alternate(addresses.filter(isQuic))
  const tcp = alternate(addresses.filter(isTcp))
  const rest = addresses.filter(address => !isQuic(address) && !isTcp(address))
  const ranked = stagger(quic, offset, step)
  const tcpStart = ranked.length === 0 ? offset : ranked.at(-1)!.delayMs + step
  ranked.push(...stagger(tcp, tcpStart, step))
  const restStart = ranked.length === 0 ? offset : ranked.at(-1)!.delayMs + other
  return [...ranked, ...rest.map(address => ({ address, delayMs: restStart }))]
}

/** The first at once, the second a step later, all others another step later. */
function stagger(addresses: readonly string[], start: number, step: number): Ranked[] {
  return addresses.map((address, i) => ({ address, delayMs: start + Math.min(i, 2) * step }))
}

/** IPv6 first, then IPv4, then all others of either in their order. */
function alternate(addresses: readonly string[]): readonly string[] {
  const firstOf = (protocol: string): string | undefined =>
    addresses.find(address => address.startsWith(`/${protocol}/`))
  const heads = [firstOf('ip6'), firstOf('ip4')].filter(address => address !== undefined)
  return [...heads, ...addresses.filter(address => !heads.includes(address))]
}

function isQuic(address: string): boolean {
  return /\/quic(-v1)?(\/|$)/.test(address) && !address.includes('/webtransport')
}

function isTcp(address: string): boolean {
  return address.includes('/tcp/') && !/\/(ws|wss|http|https)(\/|$)/.test(address)
}
