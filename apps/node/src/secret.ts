/**
 * The secret of a closed network: 32 bytes that all its hosts share, in a file as 64 hexadecimal digits. Whoever lacks it gets
 * no answer: over UDP it is the network key, over libp2p the key of a private network.
 */
import { readKeyFile } from './key-file.ts'
import { Failure } from './failure.ts'

const BYTES = 32
const advice = 'to make one with: (umask 077; openssl rand -hex 32 > network.key)'

/** The secret in a file. Fails with `PEX_KEY` for a file that is not there, is no secret, or that others can read. */
export function readSecret(path: string): Uint8Array {
  const content = readKeyFile(path)
  if (content === undefined) throw new Failure('PEX_KEY', `there is no network secret in ${path}`, advice)
  const text = new TextDecoder().decode(content).trim()
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new Failure(
      'PEX_KEY',
      `${path} is no network secret: it holds other things than 64 hexadecimal digits`,
      advice
    )
  return Uint8Array.from({ length: BYTES }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

/** The secret as libp2p's private networks have it in a file (go-libp2p's swarm.key). */
export function swarmKey(secret: Uint8Array): Uint8Array {
  const digits = Array.from(secret, byte => byte.toString(16).padStart(2, '0')).join('')
  return new TextEncoder().encode(`/key/swarm/psk/1.0.0/\n/base16/\n${digits}\n`)
}
