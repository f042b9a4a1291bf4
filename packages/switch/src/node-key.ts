/**
 * CometBFT's `node_key.json`: a node's Ed25519 key as its seed and its public key, one behind the other. Text only; where it
 * is kept, and that nobody else reads it (mode 0600), is for the caller to see to.
 */
import { PexError } from '@pex/core'
import { nodeIdOf, nodeKey } from '@pex/mconnection'
import type { NodeKey, Primitives } from '@pex/mconnection'

/** A node key that can be written down. */
export interface SeededKey extends NodeKey {
  /** 32 bytes: the secret. */
  readonly seed: Uint8Array
  /** The node id, 40 hexadecimal digits. */
  readonly id: string
}

const TYPE = 'tendermint/PrivKeyEd25519'

/** The key of a seed of 32 bytes. */
export function seededKey(
  seed: Uint8Array,
  { primitives }: { readonly primitives?: Primitives | undefined } = {}
): SeededKey {
  const options = primitives && { primitives }
  const key = nodeKey(seed, options)
  return {
    publicKey: key.publicKey,
    sign: message => key.sign(message),
    seed: seed.slice(),
    id: nodeIdOf(key.publicKey, options)
  }
}

/** Reads the contents of a `node_key.json`. Fails with `PEX_INVALID_PARAMETER`; the message tells nothing of the key. */
export function parseNodeKey(
  text: string,
  options: { readonly primitives?: Primitives | undefined } = {}
): SeededKey {
  const bytes = bytesOf(valueOf(text))
  if (bytes?.length !== 64) throw invalid('its value is not 64 bytes in base64')
  const key = seededKey(bytes.subarray(0, 32), options)
  if (key.publicKey.some((byte, i) => byte !== bytes[32 + i])) throw invalid('its public key is another one')
  return key
}

/** The contents of a `node_key.json`, as CometBFT writes it. */
export function formatNodeKey({ seed, publicKey }: SeededKey): string {
  const value = btoa(String.fromCharCode(...seed, ...publicKey))
  return JSON.stringify({ priv_key: { type: TYPE, value } })
}

function valueOf(text: string): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw invalid('it is no JSON')
  }
  const key = parsed instanceof Object && 'priv_key' in parsed ? parsed.priv_key : undefined
  const { type, value } = key instanceof Object ? (key as { type?: unknown; value?: unknown }) : {}
  if (type !== TYPE) throw invalid(`it holds no key of type ${TYPE}`)
  if (typeof value !== 'string') throw invalid('it has no value')
  return value
}

function bytesOf(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), character => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function invalid(why: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', `this is no node_key.json: ${why}`)
}
