/** The program as a user meets it. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const main = join(import.meta.dirname, '..', 'src', 'main.ts')

function bench(...args: string[]): Promise<{ status: unknown; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    execFile(
      process.execPath,
      ['--conditions=@pex/source', main, ...args],
      { timeout: 60_000 },
      (error, stdout, stderr) => resolve({ status: error === null ? 0 : error.code, stdout, stderr })
    )
  })
}

describe('npm run bench', () => {
  it('prints figures as JSON, and nothing else, on stdout', { timeout: 60_000 }, async () => {
    const { status, stdout, stderr } = await bench('--only', 'message', '--quick', '--json')
    expect(status, stderr).toBe(0)
    const run = JSON.parse(stdout)
    expect(run).toMatchObject({ quick: true, machine: { node: process.version } })
    expect(run.figures[0]).toMatchObject({ benchmark: 'message', unit: 'µs', rival: { name: 'JSON.parse' } })
    expect(run.figures[0].ratio).toBeCloseTo(run.figures[0].value / run.figures[0].rival.value, 9)
    expect(stderr).toContain('message: ')
  })

  it.each([
    [['--only', 'nonsense'], /^bench: there is no benchmark "nonsense", only .*discovery; see .*--help\n$/],
    [['--nonsense'], /^bench: Unknown option '--nonsense'; see .*--help\n$/]
  ])('says in one line what is wrong with %o', async (args, said) => {
    const { status, stdout, stderr } = await bench(...args)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(said)
  })

  it('teaches with --help', async () => {
    const { status, stdout } = await bench('--help')
    expect(status).toBe(0)
    expect(stdout).toContain('--only')
  })
})
