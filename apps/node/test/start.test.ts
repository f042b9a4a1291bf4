/** One real host: how it starts, how it stops, how it answers, and who may ask it. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { answerShapes } from '../src/shapes.ts'
import * as v from 'valibot'
import { pex, Running, temporaryDirectory, TestHost } from './processes.ts'

function answer(command: string, text: string): { readonly [field: string]: unknown } {
  return v.parse(answerShapes.get(command)!, JSON.parse(text))
}

describe('pex start', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'says first where it listens, and %s stops it cleanly',
    async signal => {
      const host = new TestHost(temporaryDirectory())
      const { id, address } = await host.listening()
      expect(host.lines[0]).toMatchObject({ event: 'listening', id, namespaces: ['pex'] })
      expect(address).toMatch(new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/\\d+/p2p/${id}$`))
      host.kill(signal)
      expect(await host.ended).toEqual({ code: 0, signal: null })
      expect(host.lines.slice(-2)).toMatchObject([
        { event: 'stopping', reason: signal },
        { event: 'stopped' }
      ])
      expect(host.stderr).toBe('')
      expect(readdirSync(host.data).toSorted()).toEqual(['identity.key', 'store'])
    }
  )

  it('ends with its standard input where it is told to', async () => {
    const host = new TestHost(temporaryDirectory(), ['--stop-with-stdin'])
    await host.listening()
    host.child.stdin!.end()
    expect(await host.ended).toEqual({ code: 0, signal: null })
    expect(host.lines.filter(({ event }) => event === 'stopping')).toMatchObject([{ reason: 'stdin' }])
  })

  it('stops cleanly when nobody reads what it says any more', async () => {
    const host = new TestHost(temporaryDirectory())
    await host.listening()
    host.child.stdout!.destroy()
    expect(await host.ended).toEqual({ code: 0, signal: null })
    expect(host.stderr).toBe('')
  })

  it('has the same id after every restart, and another one elsewhere', async () => {
    const data = temporaryDirectory()
    const ids: string[] = []
    for (const place of [data, data, temporaryDirectory()]) {
      const host = new TestHost(place)
      ids.push((await host.listening()).id)
      host.kill('SIGTERM')
      await host.ended
    }
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('starts again where it was killed, whatever it left lying about', async () => {
    const data = temporaryDirectory()
    const first = new TestHost(data)
    const { id } = await first.listening()
    first.kill('SIGKILL')
    await first.ended
    expect(existsSync(join(data, 'control.sock'))).toBe(true)
    const second = new TestHost(data)
    expect((await second.listening()).id).toBe(id)
  })

  it('tells people what it does in calm lines', async () => {
    const host = new Running(['start', '--data', temporaryDirectory()])
    await host.when(() => host.stdout.includes('Ctrl-C stops'))
    host.kill('SIGINT')
    expect((await host.ended).code).toBe(0)
    expect(host.stdout).toMatch(
      /I am 12D3KooW.*\n.*listening on \/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/.*\n(.*\n)*.*stopped\n$/
    )
  })

  it('speaks over WebSockets as over TCP', async () => {
    const first = new TestHost(temporaryDirectory(), ['--listen', '/ip4/127.0.0.1/tcp/0/ws'])
    const { id, address } = await first.listening()
    expect(address).toContain('/ws/')
    const second = new TestHost(temporaryDirectory(), ['--bootstrap', address])
    await second.knows([id])
    await first.knows([(await second.listening()).id])
  })

  it('keeps namespaces apart', async () => {
    const first = new TestHost(temporaryDirectory(), ['--namespace', 'a', 'b'])
    const { id, address } = await first.listening()
    const second = new TestHost(temporaryDirectory(), ['--namespace', 'b', 'c', '--bootstrap', address])
    await second.knows([id])
    const views = await pex(['view', '--json', '--data', second.data, '--namespace', 'b', 'c'])
    const [b, c] = views.stdout
      .trim()
      .split('\n')
      .map(line => answer('view', line))
    expect(b).toMatchObject({ namespace: 'b', peers: [{ id }] })
    expect(c).toMatchObject({ namespace: 'c', peers: [] })
  })

  it('ends at once with status 130 on the second signal', async () => {
    const script = fileURLToPath(new URL('never-stops.ts', import.meta.url))
    const { status, stdout } = spawnSync(process.execPath, ['--conditions=@pex/source', script], {
      encoding: 'utf8'
    })
    expect({ status, stdout }).toEqual({ status: 130, stdout: 'SIGINT\nabandoned\n' })
  })
})

describe('a running host', () => {
  it('answers to pex id, view and sample, in the documented shapes', async () => {
    const first = new TestHost(temporaryDirectory())
    const { id, address } = await first.listening()
    const second = new TestHost(temporaryDirectory(), ['--bootstrap', address])
    const other = (await second.listening()).id
    await first.knows([other])
    const at = ['--json', '--data', first.data]
    expect(answer('id', (await pex(['id', ...at])).stdout)).toMatchObject({
      id,
      running: true,
      addrs: [address]
    })
    const view = answer('view', (await pex(['view', ...at])).stdout)
    expect(view).toMatchObject({ id, running: true, namespace: 'pex', peers: [{ id: other }] })
    const sample = answer('sample', (await pex(['sample', '-n', '5', ...at])).stdout)
    expect(sample).toMatchObject({ id, running: true, peers: [{ id: other }] })
    expect((await pex(['id', '--data', first.data])).stdout).toBe(`${id}\n`)
    expect((await pex(['sample', '--data', first.data])).stdout).toMatch(
      new RegExp(`^/ip4/.*/p2p/${other}\n$`)
    )
    const human = await pex(['view', '--data', first.data])
    expect(human.stdout).toContain(other)
    expect(human.stdout).toContain('pex: 1 peer in view')
  })

  it('says which namespaces there are when it is asked for another one', async () => {
    const host = new TestHost(temporaryDirectory())
    await host.listening()
    const { code, stderr } = await pex(['view', '--data', host.data, '--namespace', 'x'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'pex: the host has not joined the namespace "x"; try --namespace with one of pex\n'
    })
  })

  it('listens to its owner alone, under any umask', async () => {
    const before = process.umask(0)
    const host = new TestHost(temporaryDirectory())
    process.umask(before)
    await host.listening()
    expect(statSync(join(host.data, 'control.sock')).mode & 0o777).toBe(0o600)
    expect(statSync(join(host.data, 'identity.key')).mode & 0o777).toBe(0o600)
  })

  it('makes its data directory for its owner alone, under any umask', async () => {
    const data = join(temporaryDirectory(), 'a', 'b')
    const before = process.umask(0)
    const host = new TestHost(data)
    process.umask(before)
    await host.listening()
    expect(statSync(data).mode & 0o777).toBe(0o700)
  })

  it('answers from a directory whose path is too long for a socket', async () => {
    const data = join(temporaryDirectory(), 'x'.repeat(120))
    mkdirSync(data, { mode: 0o700 })
    const host = new TestHost(data)
    const { id } = await host.listening()
    expect(answer('id', (await pex(['id', '--json', '--data', data])).stdout)).toMatchObject({
      id,
      running: true
    })
    expect((await pex(['start', '--json', '--data', data])).stderr).toContain('in use')
    host.kill('SIGTERM')
    expect((await host.ended).code).toBe(0)
  })
})

describe('a stopped host', () => {
  it('is read from its directory, which is not changed by that', async () => {
    const first = new TestHost(temporaryDirectory())
    const { id, address } = await first.listening()
    const second = new TestHost(temporaryDirectory(), ['--bootstrap', address])
    const other = (await second.listening()).id
    await first.knows([other])
    first.kill('SIGTERM')
    await first.ended
    const at = ['--json', '--data', first.data]
    for (let time = 0; time < 2; time++) {
      const view = answer('view', (await pex(['view', ...at])).stdout)
      expect(view).toMatchObject({ id, running: false, namespace: 'pex', peers: [{ id: other }] })
    }
    const sample = answer('sample', (await pex(['sample', ...at])).stdout)
    expect(sample).toMatchObject({ running: false, peers: [{ id: other }] })
    expect(answer('id', (await pex(['id', ...at])).stdout)).toMatchObject({ id, running: false, addrs: [] })
    const human = await pex(['view', '--data', first.data])
    expect(human.stdout).toContain(other)
    expect(human.stderr).toContain('no host runs here')
  })

  it('that had no store says so', async () => {
    const host = new TestHost(temporaryDirectory(), ['--store', 'memory'])
    await host.listening()
    host.kill('SIGTERM')
    await host.ended
    const { code, stderr } = await pex(['view', '--data', host.data])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^pex: no host runs in .*, and it has left no store; try pex start .*\n$/)
  })
})
