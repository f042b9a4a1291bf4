/**
 * Requests and replies as bytes.
 *
 *     call     0x00, id (16 bytes), deadline (ms, 4 bytes, big-endian), length of the type (1 byte), type, body
 *     cancel   0x01, id (16 bytes)
 *
 *     result   0x00, body
 *     refusal  0x01, its number (1 byte)
 *     failure  0x02, length of the code (1 byte), code, message
 *
 * Decoders are total: a value, or the reason why there is none.
 */
import { limits } from '@pex/core'
import { bounds, CALL_HEAD_BYTES } from './bounds.ts'
import { refusals } from './errors.ts'
import type { Refusal, RemoteFailure, RpcRejection } from './errors.ts'

export interface CallFrame {
  readonly kind: 'call'
  /** 32 hex digits, chosen by the caller's chance. */
  readonly id: string
  /** How long the caller waits for the answer, ms: from 1 to `maxTimeoutMs`. */
  readonly timeoutMs: number
  readonly type: string
  readonly body: Uint8Array
}

export type Request = CallFrame | { readonly kind: 'cancel'; readonly id: string }

export type Response =
  | { readonly kind: 'result'; readonly body: Uint8Array }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  | { readonly kind: 'failure'; readonly failure: RemoteFailure }

const kinds = { call: 0, cancel: 1, result: 0, refusal: 1, failure: 2 } as const
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const ID_END = 1 + bounds.idBytes

/** The type's bytes, or nothing where no type may have such a name. */
export function typeBytes(type: string): Uint8Array | undefined {
  const name = encoder.encode(type)
  if (name.length === 0 || name.length > bounds.maxTypeBytes) return undefined
  // Half a surrogate pair would arrive as another name.
  return text(name) === type ? name : undefined
}

export function encodeCall(
  id: Uint8Array,
  timeoutMs: number,
  type: Uint8Array,
  body: Uint8Array
): Uint8Array {
  const frame = new Uint8Array(CALL_HEAD_BYTES + type.length + body.length)
  frame[0] = kinds.call
  frame.set(id, 1)
  new DataView(frame.buffer).setUint32(ID_END, timeoutMs)
  frame[ID_END + 4] = type.length
  frame.set(type, CALL_HEAD_BYTES)
  frame.set(body, CALL_HEAD_BYTES + type.length)
  return frame
}

export function encodeCancel(id: Uint8Array): Uint8Array {
  const frame = new Uint8Array(ID_END)
  frame[0] = kinds.cancel
  frame.set(id, 1)
  return frame
}

export function decodeRequest(frame: Uint8Array): Request | RpcRejection {
  if (frame.length === 0) return 'truncated'
  if (frame[0] === kinds.call) return decodeCall(frame)
  if (frame[0] !== kinds.cancel) return 'unknown-kind'
  if (frame.length < ID_END) return 'truncated'
  return frame.length > ID_END ? 'trailing-bytes' : { kind: 'cancel', id: hex(frame.subarray(1)) }
}

function decodeCall(frame: Uint8Array): Request | RpcRejection {
  if (frame.length < CALL_HEAD_BYTES) return 'truncated'
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const timeoutMs = view.getUint32(ID_END)
  if (timeoutMs === 0 || timeoutMs > bounds.maxTimeoutMs) return 'bad-deadline'
  const length = frame[ID_END + 4]!
  if (length === 0 || length > bounds.maxTypeBytes) return 'bad-type'
  if (frame.length < CALL_HEAD_BYTES + length) return 'truncated'
  const type = text(frame.subarray(CALL_HEAD_BYTES, CALL_HEAD_BYTES + length))
  if (type === undefined) return 'bad-type'
  const body = frame.subarray(CALL_HEAD_BYTES + length)
  return { kind: 'call', id: hex(frame.subarray(1, ID_END)), timeoutMs, type, body }
}

/** The result as bytes, or nothing where it is too long to travel. */
export function encodeResult(body: Uint8Array): Uint8Array | undefined {
  if (body.length >= limits.maxMessageBytes) return undefined
  const frame = new Uint8Array(1 + body.length)
  frame[0] = kinds.result
  frame.set(body, 1)
  return frame
}

export function encodeRefusal(refusal: Refusal): Uint8Array {
  return Uint8Array.of(kinds.refusal, refusals.indexOf(refusal) + 1)
}

export function encodeFailure(failure: RemoteFailure): Uint8Array {
  const code = cut(failure.code || 'failed', bounds.maxFailureCodeBytes)
  const message = cut(failure.message, bounds.maxFailureMessageBytes)
  const frame = new Uint8Array(2 + code.length + message.length)
  frame.set([kinds.failure, code.length])
  frame.set(code, 2)
  frame.set(message, 2 + code.length)
  return frame
}

export function decodeResponse(frame: Uint8Array): Response | RpcRejection {
  if (frame.length === 0) return 'truncated'
  if (frame.length > limits.maxMessageBytes) return 'oversize'
  switch (frame[0]) {
    case kinds.result:
      return { kind: 'result', body: frame.subarray(1) }
    case kinds.refusal: {
      if (frame.length !== 2) return frame.length < 2 ? 'truncated' : 'trailing-bytes'
      const refusal = refusals[frame[1]! - 1]
      return refusal === undefined ? 'unknown-refusal' : { kind: 'refusal', refusal }
    }
    case kinds.failure:
      return decodeFailure(frame)
    default:
      return 'unknown-kind'
  }
}

function decodeFailure(frame: Uint8Array): Response | RpcRejection {
  if (frame.length < 2 || frame.length < 2 + frame[1]!) return 'truncated'
  const end = 2 + frame[1]!
  if (end === 2 || frame[1]! > bounds.maxFailureCodeBytes) return 'bad-failure'
  if (frame.length - end > bounds.maxFailureMessageBytes) return 'bad-failure'
  const code = text(frame.subarray(2, end))
  const message = text(frame.subarray(end))
  if (code === undefined || message === undefined) return 'bad-failure'
  return { kind: 'failure', failure: { code, message } }
}

function text(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** As many whole characters as fit. */
function cut(words: string, maxBytes: number): Uint8Array {
  const room = new Uint8Array(maxBytes)
  return room.subarray(0, encoder.encodeInto(words, room).written)
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
