/** What a handshake leaves both sides with: a key for each direction, and the challenge that each signs. */
import { KEY_BYTES } from './primitives.ts'
import type { Primitives } from './primitives.ts'
import { Transcript } from './transcript.ts'

const info = new TextEncoder().encode('TENDERMINT_SECRET_CONNECTION_KEY_AND_CHALLENGE_GEN')

export interface Keys {
  readonly receive: Uint8Array
  readonly send: Uint8Array
}

/** The keys of the shared secret: the side whose ephemeral key is the lesser one receives with the first. */
export function keysOf(primitives: Primitives, secret: Uint8Array, isLeast: boolean): Keys {
  // CometBFT asks for 32 bytes more, of an older protocol's challenge; HKDF's output does not depend on how much is asked.
  const both = primitives.hkdf(secret, info, 2 * KEY_BYTES)
  const first = both.subarray(0, KEY_BYTES)
  const second = both.subarray(KEY_BYTES)
  return isLeast ? { receive: first, send: second } : { receive: second, send: first }
}

/** What both sides sign: bound to both ephemeral keys, lesser one first, and to the secret. */
export function challengeOf(lower: Uint8Array, upper: Uint8Array, secret: Uint8Array): Uint8Array {
  const transcript = new Transcript('TENDERMINT_SECRET_CONNECTION_TRANSCRIPT_HASH')
  transcript.append('EPHEMERAL_LOWER_PUBLIC_KEY', lower)
  transcript.append('EPHEMERAL_UPPER_PUBLIC_KEY', upper)
  transcript.append('DH_SECRET', secret)
  return transcript.challenge('SECRET_CONNECTION_MAC', 32)
}

/** Which of two byte strings of one length comes first: below 0 for the first one. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return 0
}
