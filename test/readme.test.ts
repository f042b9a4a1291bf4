/**
 * The snippet at the top of each package's README is a program: what a reader copies runs, against the sources.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const folder = join(import.meta.dirname, '..', 'packages')

/** The first block of a README that is marked js; empty where there is none. */
function snippetOf(readme: string): string {
  return /^```js\r?\n(.*?)^```/ms.exec(readme)?.[1] ?? ''
}

/** Runs a module from a package's folder, so that it resolves what the package resolves. */
function run(dir: string, code: string): Promise<{ code: unknown; output: string }> {
  return new Promise(resolve => {
    const args = ['--conditions=@pex/source', '--input-type=module', '-']
    const options = { cwd: dir, timeout: 30_000, killSignal: 'SIGKILL' } as const
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), output: stdout + stderr })
    )
    child.stdin!.end(code)
  })
}

describe.each(readdirSync(folder))('the README of %s', name => {
  const dir = join(folder, name)

  it('shows a snippet that runs and ends by itself', { timeout: 40_000 }, async () => {
    const snippet = snippetOf(readFileSync(join(dir, 'README.md'), 'utf8'))
    expect(snippet, 'a block marked js').not.toBe('')
    const { code, output } = await run(dir, snippet)
    expect(code, output).toBe(0)
  })
})
