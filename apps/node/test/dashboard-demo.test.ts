/** `pex demo`: a dashboard for the cluster, and one for each of its hosts. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ask } from './dashboard-world.ts'
import { pex, Running } from './processes.ts'

describe('pex demo', () => {
  it('opens a dashboard that knows all hosts, and leads to that of each', { timeout: 60_000 }, async () => {
    const demo = new Running([
      'demo',
      '--nodes',
      '2',
      '--tick',
      '300ms',
      '--json',
      '--dashboard',
      '127.0.0.1:0'
    ])
    const url = String((await demo.event('dashboard'))['url'])
    const get = async (at: string, name: string) => JSON.parse((await ask(at, `/api/v1/${name}`)).text)
    expect(await get(url, 'self')).toMatchObject({ kind: 'demo', hosts: 2, tick: '300ms' })
    await demo.event('converged')
    await expect.poll(async () => (await get(url, 'self')).converged, { timeout: 10_000 }).toBe(true)
    const { hosts } = await get(url, 'hosts')
    expect(hosts).toMatchObject([
      { name: 'n1', state: 'up', knows: 1, inDegree: 1 },
      { name: 'n2', state: 'up', knows: 1, inDegree: 1 }
    ])
    const { nodes, edges } = await get(url, 'overlay')
    expect([nodes[1], edges]).toEqual([
      { id: hosts[1].id, name: 'n2', kind: 'host' },
      [
        [0, 1],
        [1, 0]
      ]
    ])
    for (const host of hosts) expect((await get(host.dashboard, 'self')).id).toBe(host.id)
    await expect
      .poll(async () => (await get(url, 'traffic')).sent.bytes, { timeout: 10_000 })
      .toBeGreaterThan(0)
    const { counts } = await get(url, 'history')
    const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)
    expect(sum(counts.sentBytes)).toBeGreaterThan(0)
    expect(sum(counts.receivedBytes)).toBeGreaterThan(0)
    process.kill(hosts[1].pid, 'SIGKILL')
    await demo.event('exited')
    expect((await get(url, 'hosts')).hosts[1]).toMatchObject({ state: 'down', dashboard: null, knows: 0 })
    expect((await ask(url, '/readyz')).status).toBe(503)
    demo.kill('SIGINT')
    expect(await demo.ended).toEqual({ code: 0, signal: null })
    expect(demo.stderr).toBe('')
  })

  it(
    'takes another port where the usual one is taken, and none that others could reach',
    { timeout: 60_000 },
    async () => {
      const other = createServer()
      await new Promise<void>(resolve =>
        other.once('error', () => resolve()).listen(7_777, '127.0.0.1', resolve)
      )
      try {
        const demo = new Running(['demo', '--nodes', '2', '--json'])
        const { url } = await demo.event('dashboard')
        expect(url).not.toBe('http://127.0.0.1:7777')
        demo.kill('SIGINT')
        expect((await demo.ended).code).toBe(0)
      } finally {
        other.close()
      }
      for (const address of ['0.0.0.0:0', 'example.org:80', 'x'])
        expect(await pex(['demo', '--dashboard', address])).toMatchObject({
          code: 2,
          stderr: expect.stringContaining('7777')
        })
    }
  )

  it(
    'fails where a port that was asked for is taken, and leaves nothing behind',
    { timeout: 60_000 },
    async () => {
      const other = createServer()
      await new Promise<void>(resolve => void other.listen(0, '127.0.0.1', resolve))
      const { port } = other.address() as AddressInfo
      const refused = await pex(['demo', '--nodes', '2', '--dashboard', `127.0.0.1:${port}`])
      other.close()
      expect(refused).toMatchObject({ code: 1, stdout: '' })
      expect(refused.stderr).toMatch(
        /^pex: the dashboard cannot be served on 127\.0\.0\.1:\d+ \(EADDRINUSE\); try --dashboard /
      )
    }
  )

  it('opens none where it ends by itself, or is told to', { timeout: 60_000 }, async () => {
    const once = new Running(['demo', '--nodes', '2', '--tick', '300ms', '--exit-when-converged', '--json'])
    expect((await once.ended).code).toBe(0)
    const none = new Running(['demo', '--nodes', '2', '--json', '--no-dashboard'])
    await none.event('listening')
    none.kill('SIGINT')
    await none.ended
    for (const { lines } of [once, none])
      expect(lines.filter(line => line['event'] === 'dashboard' || 'dashboard' in line)).toEqual([])
  })
})
