/** Makes one key after another until it is killed, or its parent is: the other half of a test in `key-file.test.ts`. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyFile } from '../src/key-file.ts'

const root = process.argv[2]!
const key = Uint8Array.from({ length: 68 }, (_, i) => i)
const parent = process.ppid
for (let i = 0; process.ppid === parent; i++) {
  const directory = join(root, `${i}`)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  createKeyFile(join(directory, 'identity.key'), key)
  if (i === 0) process.stdout.write('first\n')
}
