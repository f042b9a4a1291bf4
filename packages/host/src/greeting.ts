/**
 * The bytes in which two hosts greet each other: one question, one answer, on `/pex/hello/1.0.0`.
 *
 *     question  kind (1) · time (8, big-endian, ms) · length and network · length and agent · envelope, the rest
 *     answer    status (1) · time (8) · length and agent
 *
 * Lengths are one byte. A goodbye is the kind alone, and so is its answer.
 */
import { limits } from '@pex/core'
import { concat } from 'uint8arrays/concat'
import { fromString } from 'uint8arrays/from-string'
import { toString } from 'uint8arrays/to-string'
import type { Decline } from './neighbourhood/events.ts'

export const HELLO: string = '/pex/hello/1.0.0'

const GREETING = 1
const FAREWELL = 2

export interface Greeting {
  readonly network: string
  readonly agent: string
  /** Milliseconds since the epoch, by the sender's clock. */
  readonly time: number
  /** The sender's signed record. */
  readonly envelope: Uint8Array
}

/** Why a host is none to be neighbours with, whatever room there is. */
export type Mismatch = 'other-network' | 'too-old' | 'clock-skew' | 'bad-greeting' | 'too-soon'

export type Status = 'welcome' | Decline | Mismatch

export interface Reception {
  readonly status: Status
  readonly time: number
  readonly agent: string
}

/** Their places are the codes on the wire. */
export const statuses: readonly Status[] = [
  'welcome',
  'full',
  'crowded',
  'stopping',
  'other-network',
  'too-old',
  'clock-skew',
  'bad-greeting',
  'too-soon',
  'unwanted'
]

const FIXED = 9
/** The latest time that is a date. */
const MAX_TIME = 8.64e15

export const farewell: Uint8Array = Uint8Array.of(FAREWELL)

export function isFarewell(body: Uint8Array): boolean {
  return body.length === 1 && body[0] === FAREWELL
}

export function encodeGreeting({ network, agent, time, envelope }: Greeting): Uint8Array {
  return concat([head(GREETING, time), text(network), text(agent), envelope])
}

/** The greeting that a stranger sent, or nothing where it is none. */
export function decodeGreeting(body: Uint8Array): Greeting | undefined {
  const time = timeOf(body)
  if (body[0] !== GREETING || time === undefined) return undefined
  const network = textAt(body, FIXED)
  const agent = network && textAt(body, network.end)
  if (network === undefined || agent === undefined) return undefined
  const envelope = body.slice(agent.end)
  if (envelope.length > limits.maxRecordBytes) return undefined
  return { network: network.value, agent: agent.value, time, envelope }
}

export function encodeReception({ status, time, agent }: Reception): Uint8Array {
  return concat([head(statuses.indexOf(status), time), text(agent)])
}

/** The answer that a stranger gave, or nothing where it is none. */
export function decodeReception(body: Uint8Array): Reception | undefined {
  const [time, agent] = [timeOf(body), textAt(body, FIXED)]
  const status = statuses[body[0] ?? statuses.length]
  if (time === undefined || agent === undefined || status === undefined) return undefined
  return agent.end === body.length ? { status, time, agent: agent.value } : undefined
}

function head(kind: number, time: number): Uint8Array {
  const bytes = new Uint8Array(FIXED)
  bytes[0] = kind
  new DataView(bytes.buffer).setBigUint64(1, BigInt(Math.max(0, Math.trunc(time))))
  return bytes
}

function timeOf(body: Uint8Array): number | undefined {
  if (body.length < FIXED) return undefined
  const time = Number(new DataView(body.buffer, body.byteOffset, body.byteLength).getBigUint64(1))
  return time <= MAX_TIME ? time : undefined
}

function text(value: string): Uint8Array {
  const bytes = fromString(value)
  return concat([Uint8Array.of(bytes.length), bytes])
}

/** Printable ASCII behind its length: what is shown to people plays no tricks. */
function textAt(body: Uint8Array, at: number): { readonly value: string; readonly end: number } | undefined {
  const length = body[at]
  if (length === undefined || at + 1 + length > body.length) return undefined
  const end = at + 1 + length
  const bytes = body.subarray(at + 1, end)
  return bytes.every(byte => byte >= 0x20 && byte < 0x7f) ? { value: toString(bytes), end } : undefined
}
