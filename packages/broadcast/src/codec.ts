/**
 * Frames as bytes, one after another; integers are big-endian.
 *
 *     data      0x00, hop (1 byte), time published (ms, 6 bytes), nonce (8 bytes), length of the protocol (1 byte),
 *               length of the payload (3 bytes), protocol, payload
 *     announce  0x01, how many (2 bytes), and for each: hop (1 byte), id (32 bytes)
 *     graft     0x02, how many (2 bytes), ids
 *     prune     0x03
 *
 * The decoder is total: frames, or the reason why there are none. One bad frame condemns all that came with it.
 */
import { bounds, DATA_HEAD_BYTES, maxPayloadBytes } from './bounds.ts'
import type { BroadcastRejection } from './counts.ts'
import { fromHex, ID_BYTES, idOf, NONCE_BYTES, toHex } from './identity.ts'
import type { Announced, Frame } from './message.ts'

const kinds = { data: 0, announce: 1, graft: 2, prune: 3 } as const
const LIST_HEAD_BYTES = 3
const ANNOUNCED_BYTES = 1 + ID_BYTES
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes of a protocol's name, or nothing where no protocol may have it. */
export function protocolBytes(protocol: string): Uint8Array | undefined {
  const name = encoder.encode(protocol)
  if (name.length === 0 || name.length > bounds.maxProtocolBytes) return undefined
  // Half a surrogate pair would arrive as another name.
  return decoder.decode(name) === protocol ? name : undefined
}

/** Bytes that a frame takes. */
export function sizeOf(frame: Frame): number {
  switch (frame.kind) {
    case 'data':
      return DATA_HEAD_BYTES + encoder.encode(frame.message.protocol).length + frame.message.payload.length
    case 'announce':
      return LIST_HEAD_BYTES + frame.announced.length * ANNOUNCED_BYTES
    case 'graft':
      return LIST_HEAD_BYTES + frame.ids.length * ID_BYTES
    case 'prune':
      return 1
  }
}

export function encode(frames: readonly Frame[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + sizeOf(frame), 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const frame of frames) {
    write(frame, bytes, view, at)
    at += sizeOf(frame)
  }
  return bytes
}

function write(frame: Frame, bytes: Uint8Array, view: DataView, start: number): void {
  bytes[start] = kinds[frame.kind]
  let at = start + LIST_HEAD_BYTES
  switch (frame.kind) {
    case 'data': {
      const { protocol, publishedAt, nonce, payload } = frame.message
      const name = encoder.encode(protocol)
      bytes[start + 1] = frame.hop
      view.setUint16(start + 2, Math.floor(publishedAt / 2 ** 32))
      view.setUint32(start + 4, publishedAt % 2 ** 32)
      bytes.set(fromHex(nonce), start + 8)
      bytes[start + 16] = name.length
      bytes[start + 17] = payload.length >>> 16
      view.setUint16(start + 18, payload.length & 0xffff)
      bytes.set(name, start + DATA_HEAD_BYTES)
      bytes.set(payload, start + DATA_HEAD_BYTES + name.length)
      return
    }
    case 'announce':
      view.setUint16(start + 1, frame.announced.length)
      for (const { id, hop } of frame.announced) {
        bytes[at] = hop
        bytes.set(fromHex(id), at + 1)
        at += ANNOUNCED_BYTES
      }
      return
    case 'graft':
      view.setUint16(start + 1, frame.ids.length)
      for (const id of frame.ids) {
        bytes.set(fromHex(id), at)
        at += ID_BYTES
      }
      return
    case 'prune':
  }
}

/** Reads frames; those that it gives hold no part of the bytes that came. */
export function decode(bytes: Uint8Array): Frame[] | BroadcastRejection {
  const reader = new Reader(bytes)
  const frames: Frame[] = []
  while (reader.left > 0) {
    if (frames.length === bounds.frames) return 'too-many-frames'
    const frame = reader.frame()
    if (typeof frame === 'string') return frame
    frames.push(frame)
  }
  return frames
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  frame(): Frame | BroadcastRejection {
    switch (this.#bytes[this.#at]) {
      case kinds.data:
        return this.#data()
      case kinds.announce:
        return this.#announce()
      case kinds.graft:
        return this.#graft()
      case kinds.prune:
        this.#at++
        return { kind: 'prune' }
      default:
        return 'unknown-kind'
    }
  }

  #data(): Frame | BroadcastRejection {
    if (this.left < DATA_HEAD_BYTES) return 'truncated'
    const start = this.#at
    const hop = this.#bytes[start + 1]!
    const publishedAt = this.#view.getUint16(start + 2) * 2 ** 32 + this.#view.getUint32(start + 4)
    const nonce = toHex(this.#bytes.subarray(start + 8, start + 8 + NONCE_BYTES))
    const nameLength = this.#bytes[start + 16]!
    const length = this.#bytes[start + 17]! * 2 ** 16 + this.#view.getUint16(start + 18)
    if (hop === 0) return 'bad-hop'
    if (nameLength === 0 || nameLength > bounds.maxProtocolBytes) return 'bad-protocol'
    if (length > maxPayloadBytes) return 'oversize'
    if (this.left < DATA_HEAD_BYTES + nameLength + length) return 'truncated'
    this.#at += DATA_HEAD_BYTES
    const protocol = textOf(this.#take(nameLength))
    if (protocol === undefined) return 'bad-protocol'
    // It is kept for minutes, and a carrier's bytes may be a small part of something large: a Buffer's slice() is no copy.
    const message = { protocol, publishedAt, nonce, payload: new Uint8Array(this.#take(length)) }
    return { kind: 'data', id: idOf(message), hop, message }
  }

  #announce(): Frame | BroadcastRejection {
    const count = this.#count(bounds.announced, ANNOUNCED_BYTES)
    if (typeof count === 'string') return count
    const announced: Announced[] = []
    for (let i = 0; i < count; i++) {
      const [hop] = this.#take(1)
      if (hop === 0) return 'bad-hop'
      announced.push({ hop: hop!, id: toHex(this.#take(ID_BYTES)) })
    }
    return { kind: 'announce', announced }
  }

  #graft(): Frame | BroadcastRejection {
    const count = this.#count(bounds.grafted, ID_BYTES)
    if (typeof count === 'string') return count
    return { kind: 'graft', ids: Array.from({ length: count }, () => toHex(this.#take(ID_BYTES))) }
  }

  #count(most: number, bytesEach: number): number | BroadcastRejection {
    if (this.left < LIST_HEAD_BYTES) return 'truncated'
    const count = this.#view.getUint16(this.#at + 1)
    if (count > most) return 'too-many-ids'
    if (this.left < LIST_HEAD_BYTES + count * bytesEach) return 'truncated'
    this.#at += LIST_HEAD_BYTES
    return count
  }

  #take(length: number): Uint8Array {
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
