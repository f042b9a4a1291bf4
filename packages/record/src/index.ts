/**
 * Signed peer records: sign your own, verify a stranger's once and remember.
 *
 * @packageDocumentation
 */
export { parseContact, withoutPeer } from './address.ts'
export { createSigner } from './sign.ts'
export { createVerifier } from './verify.ts'
export type { VerifierInit } from './verify.ts'
