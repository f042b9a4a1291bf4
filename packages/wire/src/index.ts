/**
 * Bytes to exchange message and back: the native wire of peer exchange.
 *
 * @packageDocumentation
 */
export { decodeMessage, encodeExchange, encodeRefusal } from './message.ts'
export type { Claim, ExchangeMessage, Message, RefusalMessage } from './message.ts'
