/**
 * What a wire is: a protocol, and the way between its bytes and the messages of the core. Peers that speak different wires
 * exchange in whichever both of them know.
 */
import type { Message, Question, Rejection, RejectionReason } from '@pex/core'
import { decodeQuestion, decodeResponse } from './decode.ts'
import { encodeMessage, encodeRefusal } from './encode.ts'
import type { ClaimedQuestion, ClaimedResponse } from './message.ts'

export interface Wire {
  /** The protocol of a namespace: whoever has not joined it does not even speak it. */
  protocolOf(namespace: string): string
  /** The message in bytes; nothing where this wire has no words for it. */
  encode(message: Message): Uint8Array | undefined
  /** A refusal in bytes; nothing where whoever refuses breaks off instead. */
  encodeRefusal(reason: RejectionReason): Uint8Array | undefined
  /** Decodes any bytes as a question. Never throws. */
  decodeQuestion(bytes: Uint8Array): ClaimedQuestion | Rejection
  /** Decodes any bytes as an answer to that question. Never throws. */
  decodeResponse(bytes: Uint8Array, to: Question): ClaimedResponse | Rejection
  /** Whether a message may honestly hold one peer several times; its newest record counts then. */
  readonly repeats: boolean
}

/** Our own wire: docs/PROTOCOL.md. */
export const native: Wire = {
  protocolOf: namespace => `/pex/1.0.0/${namespace}`,
  encode: encodeMessage,
  encodeRefusal,
  decodeQuestion,
  decodeResponse,
  repeats: false
}
