/** The seed's key: `node_key.json`, as CometBFT has it. One that a node of CometBFT has written can be put in its place. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { formatNodeKey, parseNodeKey, seededKey } from '@pex/switch'
import type { SeededKey } from '@pex/switch'
import { Failure } from '../failure.ts'
import { createKeyFile, readKeyFile } from '../key-file.ts'

/** The key in the directory, made if there is none. Fails with `PEX_KEY`. */
export function openNodeKey(directory: string): SeededKey {
  const path = join(directory, 'node_key.json')
  const made = (): Uint8Array => new TextEncoder().encode(formatNodeKey(seededKey(randomBytes(32))))
  const bytes = readKeyFile(path) ?? createKeyFile(path, made())
  try {
    return parseNodeKey(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const next = "to move it away, or a copy of the node's own"
    throw new Failure('PEX_KEY', `${path} holds no node key`, next, { cause: error })
  }
}
