/**
 * What the messages hold: a question the protocol's name and a body, an answer its status and a body.
 */
import { limits } from '@pex/core'

/** The first byte of an answer. */
export const STATUS = { ok: 0, unsupported: 1, failed: 2, busy: 3 } as const
export type Status = (typeof STATUS)[keyof typeof STATUS]

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export function writeQuestion(protocol: string, body: Uint8Array): Uint8Array {
  const name = encoder.encode(protocol)
  return Buffer.concat([Uint8Array.of(name.length), name, body])
}

/** Nothing where the name is cut short or no UTF-8, or the body too long. */
export function readQuestion(payload: Uint8Array): { protocol: string; body: Uint8Array } | undefined {
  const end = 1 + (payload[0] ?? Infinity)
  if (payload.length < end || payload.length - end > limits.maxMessageBytes) return undefined
  try {
    return { protocol: decoder.decode(payload.subarray(1, end)), body: payload.subarray(end) }
  } catch {
    return undefined
  }
}

/** Nothing where the status is not one of ours, or the body too long. */
export function readAnswer(payload: Uint8Array): { status: Status; body: Uint8Array } | undefined {
  const status = Object.values(STATUS).find(value => value === payload[0])
  if (status === undefined || payload.length - 1 > limits.maxMessageBytes) return undefined
  return { status, body: payload.subarray(1) }
}
