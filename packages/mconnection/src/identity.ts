/** Node ids: what a peer is called in CometBFT's networks. */
import { assert } from '@pex/core'
import { ConnectionError } from './errors.ts'
import { hexOf, KEY_BYTES } from './primitives.ts'
import type { NodeKey, Primitives } from './primitives.ts'
import { primitives as native } from './platform.ts'

/** A fresh node key, or that of a seed of 32 bytes (the first 32 of the 64 in CometBFT's `node_key.json`). */
export function nodeKey(
  seed?: Uint8Array,
  { primitives = native }: { primitives?: Primitives } = {}
): NodeKey {
  if (seed !== undefined && seed.length !== KEY_BYTES) {
    throw new ConnectionError('PEX_INVALID_PARAMETER', `a seed has ${KEY_BYTES} bytes, not ${seed.length}`)
  }
  return primitives.nodeKey(seed)
}

/** The node id of an Ed25519 key: the first 20 bytes of its SHA-256, as 40 lower-case hex digits. */
export function nodeIdOf(
  publicKey: Uint8Array,
  { primitives = native }: { primitives?: Primitives } = {}
): string {
  assert(publicKey.length === KEY_BYTES, 'an Ed25519 key has 32 bytes')
  return hexOf(primitives.sha256(publicKey).subarray(0, 20))
}
