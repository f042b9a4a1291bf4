/**
 * The kinds of message, by their first byte. A question is below 16; the answer to it has its kind plus 16; a refusal may
 * answer any.
 */
export const ASK = 0x01
/** An ask whose initiator will settle. */
export const SETTLING_ASK = 0x02
export const SETTLE = 0x03
export const PING = 0x04

export const REFUSAL = 0x10
export const REPLY = 0x11
/** A reply with picks: only to an ask whose initiator will settle. */
export const PICKING_REPLY = 0x12
export const ACK = 0x13
export const PONG = 0x14
