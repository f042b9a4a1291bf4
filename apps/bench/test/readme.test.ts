/** The snippet of the README is a program: what a reader copies runs. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { benchmarks } from '@pex/bench'

const dir = join(import.meta.dirname, '..')
const readme = readFileSync(join(dir, 'README.md'), 'utf8')

it('the snippet runs, prints a table and ends by itself', { timeout: 40_000 }, async () => {
  const [, snippet = ''] = /^```js\r?\n(.*?)^```/ms.exec(readme) ?? []
  const child = promisify(execFile)(
    process.execPath,
    ['--conditions=@pex/source', '--input-type=module', '--eval', snippet],
    { cwd: dir, timeout: 30_000 }
  )
  expect((await child).stdout).toContain('merges/s')
})

it('the README tells of every benchmark', () => {
  for (const { name } of benchmarks) expect(readme).toContain(`\`${name}\``)
})
