/**
 * Bytes to message and back: the native wire of peer exchange.
 *
 * @packageDocumentation
 */
export { decodeQuestion, decodeResponse } from './decode.ts'
export type { Claim } from './descriptors.ts'
export { encodeMessage, encodeRefusal } from './encode.ts'
export type {
  ClaimedAsk,
  ClaimedPong,
  ClaimedQuestion,
  ClaimedReply,
  ClaimedResponse,
  Refusal
} from './message.ts'
export { native } from './wire.ts'
export type { Wire } from './wire.ts'
