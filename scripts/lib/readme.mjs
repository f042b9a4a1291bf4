// The snippet of a README: its first block marked js.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** @param {string} dir the package's folder @returns {string | undefined} the code, or nothing where there is no README or no block */
export function snippetOf(dir) {
  const file = join(dir, 'README.md')
  if (!existsSync(file)) return undefined
  return /^```js\r?\n(.*?)^```/ms.exec(readFileSync(file, 'utf8'))?.[1]
}
