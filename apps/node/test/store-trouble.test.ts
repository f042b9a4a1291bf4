/** A host whose store ends the process when it is opened, and one on a disk without room: it starts, and exchanges all the same. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { parseLine } from '../src/shapes.ts'
import { Running, temporaryDirectory, TestHost } from './processes.ts'
import type { Line } from './processes.ts'

const hook = new URL('../../../packages/store-level/test/abort-hook.ts', import.meta.url).href

/** A data directory whose host has met the friend; its store has a table, too. */
async function used(friend: string): Promise<string> {
  const data = temporaryDirectory()
  for (let run = 0; run < 2; run++) {
    const host = new TestHost(data, ['--bootstrap', friend])
    await host.event('exchange')
    host.kill('SIGTERM')
    expect((await host.ended).code).toBe(0)
  }
  return data
}

const tablesOf = (data: string): string[] =>
  readdirSync(join(data, 'store')).filter(name => name.endsWith('.ldb'))

describe('a store that ends the process with SIGABRT when it is opened', () => {
  it('is set aside by the third start, which is whole', { timeout: 120_000 }, async () => {
    const friend = new TestHost(temporaryDirectory())
    const { id, address } = await friend.listening()
    const data = await used(address)
    const files = readdirSync(join(data, 'store'))
    const [table] = tablesOf(data)
    const env = { NODE_OPTIONS: `--import=${hook}`, ABORT_ON: table! }
    const start = (): Running =>
      new Running(['start', '--json', '--data', data, '--tick', '200ms', '--bootstrap', address], env)
    for (let death = 1; death <= 2; death++) expect(await start().ended).toMatchObject({ signal: 'SIGABRT' })

    const third = start()
    const { problem, message } = await third.event('store')
    expect(problem).toBe('set-aside')
    await third.until(({ event, added }) => event === 'view' && (added as string[]).includes(id))
    third.kill('SIGTERM')
    expect(await third.ended).toMatchObject({ code: 0 })
    const aside = readdirSync(data).find(name => name.startsWith('store.corrupt-'))!
    expect(message).toContain(aside)
    expect(readdirSync(join(data, aside))).toEqual(expect.arrayContaining(files))

    const fourth = start()
    await fourth.until(({ event, added }) => event === 'view' && (added as string[]).includes(id))
    expect(fourth.lines.filter(({ event }) => event === 'store')).toEqual([])
  })
})

/** Runs a command with a file system of 3 MB over a directory, which nobody else sees and which goes with the process. */
const onSmallDisk = (path: string, command: string): string =>
  `unshare -m bash -c 'mount -t tmpfs -o size=3m pex-test ${path} && ${command}' bash "$@"`
const canMount =
  process.platform === 'linux' && spawnSync('bash', ['-c', onSmallDisk('/mnt', 'true')]).status === 0
const skipped = canMount ? '' : ' (skipped: no right to mount)'

describe.runIf(canMount)(`a disk of 3 MB that is full${skipped}`, () => {
  const children: ReturnType<typeof spawn>[] = []
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'close')
      child.kill('SIGKILL')
      await ended
    }
  })

  it('costs the host its memory alone, for as long as it is full', { timeout: 120_000 }, async () => {
    const friend = new TestHost(temporaryDirectory())
    const { id, address } = await friend.listening()
    const data = await used(address)
    const disk = join(data, 'disk')
    mkdirSync(disk)
    const inner = join(disk, 'data')
    const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
    const args = ['start', '--json', '--data', inner, '--tick', '200ms', '--bootstrap', address]
    const script = [
      `mkdir -m 700 ${inner}`,
      `cp -p ${data}/identity.key ${inner}/`,
      `cp -rp ${data}/store ${inner}/`,
      `{ cat /dev/zero > ${disk}/ballast 2> /dev/null; true; }`,
      'exec "$@"'
    ].join(' && ')
    const command = [process.execPath, '--conditions=@pex/source', main, ...args, '--metrics', '127.0.0.1:0']
    const child = spawn('bash', ['-c', `exec ${onSmallDisk(disk, script)}`, 'bash', ...command])
    children.push(child)
    let errors = ''
    child.stderr.on('data', (part: Buffer) => (errors += part.toString()))
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const seen: Line[] = []
    const until = async (wanted: (line: Line) => boolean): Promise<Line> => {
      for (;;) {
        const { value, done } = await lines.next()
        if (done === true) throw new Error(`the host ended: ${errors}`)
        const line = parseLine(value)
        seen.push(line)
        if (wanted(line)) return line
      }
    }
    const { metrics } = await until(({ event }) => event === 'listening')
    await until(({ event, added }) => event === 'view' && (added as string[]).includes(id))
    for (let i = 0; i < 3; i++) await until(({ event }) => event === 'exchange')
    expect(seen.find(({ event }) => event === 'store')).toMatchObject({ problem: 'failed' })
    const isFailing = async (): Promise<boolean> =>
      /^pex_store_failing 1$/m.test(await (await fetch(String(metrics))).text())
    expect(await isFailing()).toBe(true)

    // The way into the mounts that the child alone sees.
    rmSync(join('/proc', `${child.pid}`, 'root', disk, 'ballast'))
    while (await isFailing()) await until(({ event }) => event === 'round')
    const closed = once(child, 'close')
    cpSync(join('/proc', `${child.pid}`, 'root', inner, 'store'), join(data, 'copy'), { recursive: true })
    child.kill('SIGTERM')
    expect(await closed).toEqual([0, null])
    expect(readdirSync(join(data, 'copy'))).toContain('CURRENT')
  })
})
