/** Real hosts in processes of their own, over real TCP: they find each other, and find each other again. */
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pex, Running, temporaryDirectory, TestHost } from './processes.ts'

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** What a host knows is written within a second: 12 rounds of at least 100 ms each. */
function untilWritten(run: Running, name?: string): Promise<void> {
  const rounds = (): number =>
    run.lines.filter(line => line['event'] === 'round' && line['host'] === name).length
  const seen = rounds()
  return run.when(() => rounds() >= seen + 12)
}

async function expectAllKnowAll(hosts: readonly TestHost[], ids: readonly string[]): Promise<void> {
  await Promise.all(hosts.map((host, i) => host.knows(ids.filter((_, j) => j !== i))))
}

describe('five hosts', () => {
  it(
    'find each other through the first; three that are killed come back without any bootstrap address',
    { timeout: 120_000 },
    async () => {
      const hosts = [new TestHost(temporaryDirectory())]
      const { address } = await hosts[0]!.listening()
      for (let i = 1; i < 5; i++) hosts.push(new TestHost(temporaryDirectory(), ['--bootstrap', address]))
      const ids = await Promise.all(hosts.map(async host => (await host.listening()).id))
      await expectAllKnowAll(hosts, ids)
      await Promise.all(hosts.map(host => untilWritten(host)))

      const killed = [0, 2, 4]
      for (const i of killed) hosts[i]!.kill('SIGKILL')
      await Promise.all(killed.map(i => hosts[i]!.ended))
      const heard = [1, 3].map(i => hosts[i]!.lines.length)
      for (const i of killed) hosts[i] = new TestHost(hosts[i]!.data)

      expect(await Promise.all(hosts.map(async host => (await host.listening()).id))).toEqual(ids)
      await expectAllKnowAll(hosts, ids)
      // Those that stayed have heard of each of the others anew: of the addresses that they have now.
      for (const [n, i] of [1, 3].entries()) {
        for (const j of killed) {
          await hosts[i]!.until(
            line => line['event'] === 'view' && (line['added'] as string[]).includes(ids[j]!),
            heard[n]
          )
        }
      }
      for (const host of hosts) host.kill('SIGTERM')
      for (const host of hosts) expect(await host.ended).toEqual({ code: 0, signal: null })
      expect(hosts.map(host => alive(host.pid))).toEqual([false, false, false, false, false])
    }
  )
})

describe('pex demo', () => {
  it('converges, says so in its last line, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const demo = new Running(['demo', '--exit-when-converged', '--json', '--tick', '200ms'])
    expect(await demo.ended).toEqual({ code: 0, signal: null })
    expect(demo.stderr).toBe('')
    expect(demo.lines.at(-1)).toMatchObject({ event: 'converged', nodes: 5 })
    const started = demo.lines.filter(line => line['event'] === 'started')
    expect(started.map(line => line['host'])).toEqual(['n1', 'n2', 'n3', 'n4', 'n5'])
    for (const { pid, data } of started) {
      expect(alive(Number(pid))).toBe(false)
      expect(existsSync(String(data))).toBe(false)
    }
    const ids = demo.lines.filter(line => line['event'] === 'listening').map(line => line['id'])
    expect(new Set(ids).size).toBe(5)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'takes its hosts along when it gets %s',
    { timeout: 60_000 },
    async signal => {
      const demo = new Running(['demo', '--nodes', '3', '--json', '--tick', '200ms'])
      await demo.event('converged')
      const pids = demo.lines.filter(line => line['event'] === 'started').map(line => Number(line['pid']))
      demo.kill(signal)
      expect(await demo.ended).toEqual(
        signal === 'SIGKILL' ? { code: null, signal } : { code: 0, signal: null }
      )
      // A host whose demo was killed stops by itself, when it finds its standard input at its end.
      await expect.poll(() => pids.filter(alive), { timeout: 20_000 }).toEqual([])
      const started = demo.lines.filter(line => line['event'] === 'started')
      // Only a demo that could not do it itself has left its directories.
      const left = started.some(({ data }) => existsSync(String(data)))
      expect(left).toBe(signal === 'SIGKILL')
      if (left) rmSync(dirname(String(started[0]!['data'])), { recursive: true })
    }
  )

  it(
    'brings back a host that was killed, and the hosts know each other again',
    { timeout: 60_000 },
    async () => {
      const data = temporaryDirectory()
      const demo = new Running(['demo', '--nodes', '3', '--json', '--tick', '200ms', '--data', data])
      await demo.event('converged')
      await untilWritten(demo, 'n1')
      const { pid } = await demo.until(line => line['event'] === 'started' && line['host'] === 'n1')
      const { id } = await demo.until(line => line['event'] === 'listening' && line['host'] === 'n1')
      const from = demo.lines.length
      process.kill(Number(pid), 'SIGKILL')
      expect(await demo.event('exited', from)).toMatchObject({ host: 'n1', pid, signal: 'SIGKILL' })
      expect(await demo.event('listening', from)).toMatchObject({ host: 'n1', id })
      await demo.event('converged', from)
      demo.kill('SIGINT')
      await demo.ended
      expect(existsSync(join(data, 'n3', 'identity.key'))).toBe(true)
    }
  )

  it('can be read without a terminal', { timeout: 60_000 }, async () => {
    const { code, stdout } = await pex(['demo', '--nodes', '2', '--exit-when-converged', '--tick', '200ms'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/n1 knows 1 of 1\n(.*\n)*converged in .*: each of 2 hosts knows all others\n$/)
    expect(stdout).not.toContain('\u001B')
  })

  it('gives up when there is no time for it', { timeout: 60_000 }, async () => {
    const { code, stderr } = await pex(['demo', '--exit-when-converged', '--timeout', '50ms', '--json'])
    expect(code).toBe(1)
    expect(stderr).toBe(
      'pex: the hosts do not all know each other after 50 ms; try a longer --timeout, or fewer --nodes\n'
    )
  })
})
