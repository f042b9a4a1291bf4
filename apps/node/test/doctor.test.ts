/** What `pex doctor` says: of a sound host nothing wrong, and of each planted fault its name and how to mend it. */
import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { areas } from '../src/doctor/finding.ts'
import type { Finding } from '../src/doctor/finding.ts'
import { examineSettings } from '../src/doctor/settings.ts'
import { doctorShapes } from '../src/doctor/shapes.ts'
import { plants, stranger } from './doctor-plants.ts'
import { pex, temporaryDirectory, TestHost } from './processes.ts'

// Each test runs the command as a process, and some of them whole hosts: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

interface Examined {
  readonly code: number | null
  readonly findings: readonly Finding[]
}

/** Examines as a program does; every line is held to its shape. */
async function examine(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Examined> {
  const { code, stdout } = await pex(['doctor', '--json', ...args], env)
  return { code, findings: findingsIn(stdout) }
}

function findingsIn(stdout: string): readonly Finding[] {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Finding & { event: string })
  for (const line of lines) v.parse(doctorShapes.get(line.event)!, line)
  expect(lines.at(-1)!.event).toBe('done')
  return lines.slice(0, -1)
}

function faults(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ verdict }) => verdict !== 'well')
}

/** The directory of a host that has been started once and stopped: with a key, and a store. */
let left: string

beforeAll(async () => {
  left = mkdtempSync(join(tmpdir(), 'pex-test-'))
  const host = new TestHost(left)
  await host.listening()
  host.kill('SIGTERM')
  await host.ended
})

afterAll(() => rmSync(left, { recursive: true, force: true }))

function stoppedHost(): string {
  const data = join(temporaryDirectory(), 'host')
  cpSync(left, data, { recursive: true, preserveTimestamps: true })
  return data
}

describe('pex doctor', () => {
  it.each(plants)('names one planted fault and how to mend it: %s', async (_, plant) => {
    const { args, env, area, found, mend, end } = await plant(stoppedHost)
    let examined: Examined
    try {
      examined = await examine(args, env)
    } finally {
      await end?.()
    }
    const { code, findings } = examined
    const [fault, ...others] = faults(findings)
    expect({ area: fault?.area, others }).toEqual({ area, others: [] })
    expect(fault!.found).toMatch(found)
    expect(fault!.mend).toMatch(mend)
    expect(code).toBe(fault!.verdict === 'wrong' ? 1 : 0)
  })

  it('finds nothing wrong with a machine on which no host has been, nor with a stopped host', async () => {
    const fresh = await examine(['--data', join(temporaryDirectory(), 'none')])
    expect({ code: fresh.code, faults: faults(fresh.findings) }).toEqual({ code: 0, faults: [] })
    const stopped = await examine(['--data', stoppedHost()])
    expect({ code: stopped.code, faults: faults(stopped.findings) }).toEqual({ code: 0, faults: [] })
    expect(stopped.findings.find(({ area }) => area === 'store')!.found).toMatch(/\d+ entries are sound/)
  })

  it('names two faults at once', async () => {
    const data = stoppedHost()
    chmodSync(join(data, 'identity.key'), 0o644)
    const bootstrap = `/ip4/127.0.0.1/tcp/1/p2p/${stranger}`
    const { code, findings } = await examine(['--data', data, '--bootstrap', bootstrap])
    expect(code).toBe(1)
    expect(faults(findings).map(({ area }) => area)).toEqual(['key', 'bootstrap'])
  })

  it('names a fault in each source of settings, and goes on with the sound ones', () => {
    const file = join(temporaryDirectory(), 'pex.json')
    writeFileSync(file, '{ "wire": "copper", "data": "there" }')
    const flags = { config: file, listen: ['/ip4/127.0.0.1/tcp/1', 'nowhere'], scope: 'global' }
    const { findings } = examineSettings(flags, { PEX_TICK: '1' })
    expect(findings.map(({ found }) => found)).toEqual([
      '--scope "global" is no scope',
      'PEX_TICK "1" is not a duration',
      `the key "wire" in ${file} "copper" is no wire`,
      expect.stringContaining('nowhere')
    ])
    const all = examineSettings({ ...flags, config: undefined, tick: '2s' }, { PEX_STORE: 'memory' })
    expect(all.settings, 'one wrong option costs that option').toMatchObject({
      tickMs: 2_000,
      store: 'memory'
    })
    const { settings } = examineSettings({ listen: ['/ip4/127.0.0.1/tcp/1', 'nowhere'] }, { PEX_TICK: '1' })
    expect(settings.listen).toEqual(['/ip4/127.0.0.1/tcp/1'])
  })

  it('knows whose port it is and who the bootstrap host is while hosts run', async () => {
    const other = new TestHost(temporaryDirectory())
    const { id, address } = await other.listening()
    const data = temporaryDirectory()
    const host = new TestHost(data, ['--bootstrap', address])
    const own = await host.listening()
    await host.knows([id])
    const place = address.replace(/\/p2p\/.*/, '')
    const args = ['--data', data, '--listen', own.address.replace(/\/p2p\/.*/, '')]
    const [sound, named, elsewhere, itself] = await Promise.all([
      examine([...args, '--bootstrap', address]),
      examine([...args, '--bootstrap', `${place}/p2p/${stranger}`]),
      examine([...args, '--bootstrap', address, '--namespace', 'chat']),
      examine([...args, '--bootstrap', own.address])
    ])
    expect(faults(sound.findings)).toEqual([])
    const said = sound.findings.map(({ found }) => found).join('\n')
    expect(said).toMatch(/in use, as it should be/)
    expect(said).toMatch(/the running host has it open/)
    expect(said).toMatch(/knows (?:1 peer|nobody) in pex/)
    expect(faults(named.findings)).toMatchObject([
      {
        area: 'bootstrap',
        found: expect.stringMatching(`somebody else: ${id}`),
        mend: expect.stringMatching(id)
      }
    ])
    expect(faults(elsewhere.findings)).toMatchObject([
      { area: 'bootstrap', found: expect.stringMatching(/does not exchange peers in chat/) }
    ])
    expect(faults(itself.findings)).toMatchObject([
      { area: 'bootstrap', found: expect.stringMatching(/is this host itself/) }
    ])
  })

  it('calls a host over UDP, and one with a secret of its own gets no answer', async () => {
    const secret = join(temporaryDirectory(), 'secret')
    writeFileSync(secret, 'ab'.repeat(32), { mode: 0o600 })
    const host = new TestHost(temporaryDirectory(), [
      '--listen',
      '/ip4/127.0.0.1/udp/0/noise',
      '--secret',
      secret
    ])
    const { address } = await host.listening()
    const args = [
      '--data',
      join(temporaryDirectory(), 'd'),
      '--listen',
      '/ip4/127.0.0.1/udp/0',
      '--bootstrap',
      address
    ]
    const [inside, outside] = await Promise.all([examine([...args, '--secret', secret]), examine(args)])
    expect(faults(inside.findings)).toEqual([])
    expect(faults(outside.findings)).toMatchObject([
      {
        area: 'bootstrap',
        found: expect.stringMatching(/does not answer/),
        mend: expect.stringMatching(/--secret/)
      }
    ])
  })

  it('names a limit on open files', async () => {
    const command = `ulimit -n 200; exec "${process.execPath}" --conditions=@pex/source "${main}" doctor --json --data "$1"`
    const data = join(temporaryDirectory(), 'd')
    const { stdout } = await promisify(execFile)('bash', ['-c', command, 'bash', data])
    expect(faults(findingsIn(stdout))).toMatchObject([
      {
        area: 'limits',
        verdict: 'warning',
        found: expect.stringMatching(/200 files/),
        mend: expect.stringMatching(/ulimit -n/)
      }
    ])
  })

  it('tells people each fault on a line, the next step below it, and no colours in a pipe', async () => {
    const data = temporaryDirectory()
    chmodSync(data, 0o777)
    const { code, stdout, stderr } = await pex(['doctor', '--data', data])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(
      /^wrong {4}data {7}the data directory .* can be written by others.*\n {20}try chmod 700/m
    )
    expect(stdout).toMatch(/^1 thing is wrong, 0 warnings, \d+ well\n$/m)
    expect(stdout).not.toContain('\u001B')
  })

  it('changes nothing in the store that it looks at', async () => {
    const data = stoppedHost()
    const before = readdirSync(join(data, 'store')).toSorted()
    await examine(['--data', data])
    expect(readdirSync(join(data, 'store')).toSorted()).toEqual(before)
  })
})

describe('README.md', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const rows = (heading: string): readonly (readonly string[])[] =>
    readme
      .split(`${heading}\n`)[1]!
      .split('\n#')[0]!
      .split('\n')
      .filter(line => line.startsWith('| `'))
      .map(line =>
        line
          .split('|')
          .slice(1, 3)
          .flatMap(cell => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!))
      )

  it('documents every line with every field, and every area', () => {
    const fields = [...doctorShapes].map(([name, { entries }]) => [
      name,
      ...Object.keys(entries).filter(key => key !== 'at' && key !== 'event')
    ])
    expect(rows('### Lines of `pex doctor --json`')).toEqual(fields)
    expect(rows('## The doctor').map(([area]) => area)).toEqual(areas)
  })
})
