/** What a peer can do wrong, and how CometBFT's nodes treat it: a table for nodes of either language. */
import type { Introduction } from './go.ts'

/** A connection that must not become a peer. */
export interface Stranger {
  readonly name: string
  readonly introduction: Introduction
  /** Whether it is closed only when the time for the handshake is over: 3 s. */
  readonly isSlow?: boolean
}

export const strangers: readonly Stranger[] = [
  { name: 'a node of another chain', introduction: { network: 'interop-2' } },
  { name: 'a node with no chain', introduction: { network: '' } },
  { name: 'another block protocol', introduction: { block: 10 } },
  { name: 'no channel in common', introduction: { channels: [0x20, 0x21] } },
  { name: 'no channels', introduction: { channels: [] } },
  { name: 'the same channel twice', introduction: { channels: [0, 0] } },
  { name: 'seventeen channels', introduction: { channels: Array.from({ length: 17 }, (_, i) => i) } },
  { name: 'an id of another key', introduction: { id: '0123456789abcdef0123456789abcdef01234567' } },
  { name: 'a moniker that is not ASCII', introduction: { moniker: 'höhle' } },
  { name: 'a moniker of blanks', introduction: { moniker: '   ' } },
  { name: 'a listen address without a port', introduction: { listen: '127.0.0.1' } },
  { name: 'a listen address without a host', introduction: { listen: ':26656' } },
  { name: 'a tx_index that is neither on nor off', introduction: { txIndex: 'maybe' } },
  { name: 'a NodeInfo of more than 10 240 bytes', introduction: { filling: 10_240 } },
  { name: 'bytes that are no handshake', introduction: { fault: 'garbage' } },
  { name: 'an ephemeral key of zeros', introduction: { fault: 'zero-key' } },
  { name: 'a handshake that stops after the first key', introduction: { fault: 'half' }, isSlow: true },
  { name: 'a handshake that stops before the NodeInfo', introduction: { fault: 'no-info' }, isSlow: true },
  { name: 'a connection that says nothing', introduction: { fault: 'silent' }, isSlow: true }
]

/** What a peer sends of its own accord, and what becomes of it. */
export interface Abuse {
  readonly name: string
  readonly send: string
  readonly times?: number
  readonly treatment: Treatment
}

export interface Treatment {
  readonly isClosed: boolean
  readonly isBanned: boolean
}

const stays: Treatment = { isClosed: false, isBanned: false }
const ends: Treatment = { isClosed: true, isBanned: false }
const banned: Treatment = { isClosed: true, isBanned: true }

export const abuses: readonly Abuse[] = [
  { name: 'two requests at once', send: 'request', times: 2, treatment: stays },
  { name: 'a third request within ten seconds', send: 'request', times: 3, treatment: banned },
  { name: 'a list that nobody asked for', send: 'list', treatment: banned },
  { name: 'an empty list that nobody asked for', send: 'empty-list', treatment: banned },
  { name: 'an empty message', send: 'empty-message', treatment: ends },
  { name: 'a message of an unknown kind', send: 'unknown-message', treatment: ends },
  { name: 'a message that cannot be decoded', send: 'undecodable-message', treatment: ends },
  { name: 'a message of 64 001 bytes', send: 'large-message', treatment: ends },
  { name: 'a message without an end', send: 'endless-message', treatment: ends },
  { name: 'a message on a channel that nobody has', send: 'unknown-channel', treatment: ends },
  { name: 'a message on channel 256', send: 'channel-256', treatment: ends },
  { name: 'a packet of more than 1 034 bytes', send: 'large-packet', treatment: ends },
  { name: 'a packet of an unknown kind', send: 'unknown-packet', treatment: ends },
  { name: 'a packet that cannot be decoded', send: 'undecodable-packet', treatment: ends },
  { name: 'a frame with a wrong tag', send: 'bad-frame', treatment: ends },
  { name: 'a hundred pings', send: 'ping', times: 100, treatment: stays },
  { name: 'a pong to no ping', send: 'pong', treatment: stays }
]

/** What a peer answers when it is asked, and how many of the addresses are then known. */
export interface Answer {
  readonly name: string
  readonly send: string
  readonly treatment: Treatment
  readonly learned: number
}

export const answers: readonly Answer[] = [
  { name: 'one address', send: 'list', treatment: stays, learned: 1 },
  { name: 'no address', send: 'empty-list', treatment: stays, learned: 0 },
  { name: 'a list with an id that is none', send: 'bad-id', treatment: stays, learned: 2 },
  { name: 'a list with a host name', send: 'bad-ip', treatment: banned, learned: 0 },
  { name: 'a list with an entry without an IP address', send: 'no-ip', treatment: banned, learned: 0 },
  { name: 'a list with port 65 536', send: 'bad-port', treatment: banned, learned: 0 }
]
