/** Files with secrets: an identity, a network's key. */
import { chmodSync, writeFileSync } from 'node:fs'
import { generateKeyPairFromSeed, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { readIdentity } from '../../../apps/node/src/identity.ts'
import { readSecret } from '../../../apps/node/src/secret.ts'
import { attempt, hasCode, must, Refused, utf8 } from '../kit/oracle.ts'
import { scratchFile } from '../kit/scratch.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = async () => {
  const path = scratchFile('key')
  writeFileSync(path, '')
  chmodSync(path, 0o600)
  const keys = await Promise.all(
    [1, 2].map(n => generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(n)))
  )
  return {
    seeds: [
      ...keys.map(privateKeyToProtobuf),
      utf8.encode(`${'0a'.repeat(32)}\n`),
      utf8.encode('F'.repeat(64))
    ],
    maxBytes: 5_000,
    check(input) {
      writeFileSync(path, input)
      const who = attempt(() => readIdentity(path), hasCode('PEX_KEY'))
      const secret = attempt(() => readSecret(path), hasCode('PEX_KEY'))
      must(secret instanceof Refused || secret.length === 32, 'a secret has another length')
      if (!(who instanceof Refused)) {
        must(who !== undefined && who.id.startsWith('12D3Koo'), 'it is nobody')
        return 'identity'
      }
      return secret instanceof Refused ? 'refused' : 'secret'
    }
  }
}
