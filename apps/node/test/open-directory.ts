/** Opens a data directory as a user without special rights: the other half of a test in `wrong-input.test.ts`. */
import { chownSync } from 'node:fs'
import { openDataDirectory } from '../src/data-directory.ts'
import type { Failure } from '../src/failure.ts'

const path = process.argv[2]!
const nobody = 65_534
if (process.getuid!() === 0) {
  chownSync(path, nobody, nobody)
  process.setuid!(nobody)
}
try {
  openDataDirectory(path)
  process.stdout.write('opened')
} catch (error) {
  const { code, message } = error as Failure
  process.stdout.write(`${code} ${message}`)
}
