/** Whatever a user gets wrong: one clear line with a next step on standard error, nothing else, and a status that is not 0. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { parseLine } from '../src/shapes.ts'
import { pex, temporaryDirectory, TestHost } from './processes.ts'

// A bound on hanging: each starts up to eight processes, one after another, and waits for them to end.
vi.setConfig({ testTimeout: 300_000 })

interface Wrong {
  readonly code: number
  readonly says: RegExp
  readonly error?: string
}

/** Runs the command once as people and once as programs do. */
async function expectWrong(
  args: readonly string[],
  wrong: Wrong,
  env: NodeJS.ProcessEnv = {}
): Promise<void> {
  const [people, programs] = await Promise.all([
    pex(args, env),
    pex([args[0]!, '--json', ...args.slice(1)], env)
  ])
  expect(people.stderr).toMatch(/^pex: [^\n]+; try [^\n]+\n$/)
  expect(people.stderr).toMatch(wrong.says)
  expect(people).toMatchObject({ code: wrong.code, stdout: '' })
  const error = parseLine(programs.stdout.trim())
  expect(error).toMatchObject({ event: 'error', code: wrong.error ?? 'PEX_USAGE' })
  expect(programs.stderr).toBe(people.stderr)
}

const peer = '12D3KooWJD5igwys721UnTv195TScGxjF5NuiT27F2pZoWgkTCV7'

describe('a wrong command line', () => {
  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['strat'], /Did you mean start\?.*pex --help/],
    ['an unknown option', ['start', '--tcik', '1s'], /--tcik.*Did you mean --tick\?.*pex start --help/],
    ['an option without its value', ['start', '--tick'], /--tick.*pex start --help/],
    ['too many arguments', ['id', 'x'], /pex id --help/],
    ['a tick of 0', ['start', '--tick', '0'], /--tick "0" is not a duration; try .*1s/],
    ['a tick of 0s', ['start', '--tick', '0s'], /--tick "0s" is too short; try .*10ms/],
    [
      'a text that is no multiaddr',
      ['start', '--listen', 'localhost:4001'],
      /--listen "localhost:4001" is not a multiaddr/
    ],
    ['a multiaddr with a bad port', ['start', '--listen', '/ip4/127.0.0.1/tcp/70000'], /is not a multiaddr/],
    [
      'a transport that it does not have',
      ['start', '--listen', '/ip4/127.0.0.1/udp/1/quic-v1'],
      /no address to listen on.*tcp/
    ],
    [
      'a bootstrap over what it does not listen on',
      ['start', '--bootstrap', `/ip4/127.0.0.1/udp/1/noise/p2p/${peer}`],
      /leads over UDP, on which this host does not listen; try --listen .*udp/
    ],
    [
      'a source that there is not',
      ['start', '--discover', 'moon'],
      /"moon" is no way to find peers; try lan/
    ],
    ['a wire that there is not', ['start', '--wire', 'copper'], /--wire "copper" is no wire; try native/],
    ['a scope that there is not', ['start', '--scope', 'global'], /--scope "global" is no scope; try auto/],
    ['a name to listen on', ['start', '--listen', '/dns4/example.org/tcp/1'], /no address to listen on/],
    [
      'a bootstrap that is no multiaddr',
      ['start', '--bootstrap', 'example.org'],
      /--bootstrap "example.org" is not a multiaddr/
    ],
    [
      'a bootstrap of another transport',
      ['start', '--bootstrap', `/ip4/192.0.2.1/udp/1/quic-v1/p2p/${peer}`],
      /of no transport/
    ],
    [
      'a bootstrap with half an id',
      ['start', '--bootstrap', '/ip4/192.0.2.1/tcp/1/p2p/12D3Koo'],
      /is not a multiaddr/
    ],
    [
      'a namespace that is too long',
      ['start', '--namespace', 'n'.repeat(65)],
      /--namespace .*65 bytes.*at most 64/
    ],
    [
      'an unknown store',
      ['start', '--store', 'redis'],
      /--store "redis" is no kind of store; try level or memory/
    ],
    ['a config that is not there', ['start', '--config', '/none.json'], /\/none\.json cannot be read/],
    ['a sample of nobody', ['sample', '-n', '0'], /--count "0".*1 to 64/],
    ['a sample of some', ['sample', '-n', 'some'], /--count "some"/],
    ['a demo of one', ['demo', '--nodes', '1'], /--nodes "1".*2 to 30/],
    ['a demo of very many', ['demo', '--nodes', '31'], /--nodes "31".*2 to 30/],
    ['a demo without time', ['demo', '--tick', '0'], /--tick "0"/]
  ])('%s', async (_, args, says) => expectWrong(args, { code: 2, says }))

  it('a wrong environment', async () => {
    await expectWrong(['start'], { code: 2, says: /PEX_TICK "soon" is not a duration/ }, { PEX_TICK: 'soon' })
    await expectWrong(
      ['start'],
      { code: 2, says: /PEX_LISTN is no setting; try PEX_LISTEN/ },
      { PEX_LISTN: 'x' }
    )
  })

  it('a wrong config file', async () => {
    const config = join(temporaryDirectory(), 'pex.json')
    writeFileSync(config, '{ "tick": "1s", "nodes": 5 }')
    await expectWrong(['start', '--config', config], {
      code: 2,
      says: /the key "nodes" in .* is no setting; try one of listen/
    })
    writeFileSync(config, '{ "listen": "nowhere" }')
    await expectWrong(['start', '--config', config], {
      code: 2,
      says: /the key "listen" in .*"nowhere" is not a multiaddr/
    })
  })
})

describe('a wrong world', () => {
  it('a port that is taken', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    for (const end of ['', '/ws']) {
      const address = `/ip4/127.0.0.1/tcp/${port}${end}`
      await expectWrong(
        ['start', '--data', temporaryDirectory(), '--listen', '/ip4/127.0.0.1/tcp/0', address],
        {
          code: 1,
          says: new RegExp(`the port of ${address} is taken; try --listen with another port`),
          error: 'PEX_LISTEN'
        }
      )
    }
    server.close()
  })

  it('an address of another machine', async () => {
    const args = ['start', '--data', temporaryDirectory(), '--listen', '/ip4/192.0.2.1/tcp/0']
    await expectWrong(args, { code: 1, says: /does not have the address/, error: 'PEX_LISTEN' })
  })

  it.each(['640', '644', '666'])('a key of mode %s, with the chmod to type', async mode => {
    const data = temporaryDirectory()
    writeFileSync(join(data, 'identity.key'), 'x', { mode: 0o600 })
    chmodSync(join(data, 'identity.key'), Number.parseInt(mode, 8))
    const says = new RegExp(`can be read or changed by others.*; try chmod 600 ${data}/identity\\.key`)
    await expectWrong(['start', '--data', data], { code: 1, says, error: 'PEX_KEY' })
    await expectWrong(['id', '--data', data], { code: 1, says, error: 'PEX_KEY' })
  })

  it('a key that is none', async () => {
    const data = temporaryDirectory()
    writeFileSync(join(data, 'identity.key'), 'x', { mode: 0o600 })
    await expectWrong(['start', '--data', data], {
      code: 1,
      says: /is damaged \(1 bytes.*backup/,
      error: 'PEX_KEY'
    })
  })

  it('a key behind a symbolic link', async () => {
    const data = temporaryDirectory()
    symlinkSync('/etc/hostname', join(data, 'identity.key'))
    await expectWrong(['start', '--data', data], { code: 1, says: /symbolic link/, error: 'PEX_KEY' })
  })

  it('a key that is a directory', async () => {
    const data = temporaryDirectory()
    mkdirSync(join(data, 'identity.key'))
    await expectWrong(['start', '--data', data], { code: 1, says: /is not a file/, error: 'PEX_KEY' })
  })

  it('a data directory that others can write', async () => {
    const data = temporaryDirectory()
    chmodSync(data, 0o777)
    await expectWrong(['start', '--data', data], { code: 1, says: /try chmod 700/, error: 'PEX_DATA' })
  })

  it('a data directory that cannot be made', async () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    for (const data of [file, join(file, 'data'), '/proc/pex']) {
      await expectWrong(['start', '--data', data], {
        code: 1,
        says: /data directory|not a directory/,
        error: 'PEX_DATA'
      })
    }
    await expectWrong(['demo', '--data', join(file, 'data')], {
      code: 1,
      says: /cannot be made/,
      error: 'PEX_DATA'
    })
  })

  it('a data directory that cannot be written, seen by a user to whom that matters', () => {
    const data = temporaryDirectory()
    const script = fileURLToPath(new URL('open-directory.ts', import.meta.url))
    const run = (): string =>
      spawnSync(process.execPath, ['--conditions=@pex/source', script, data], { encoding: 'utf8' }).stdout
    expect(run()).toBe('opened')
    chmodSync(data, 0o500)
    expect(run()).toBe(`PEX_DATA the data directory ${data} cannot be made or written (EACCES)`)
  })

  it.each(['level', 'memory'])('a data directory in use by another host, with store %s', async store => {
    const host = new TestHost(temporaryDirectory(), ['--store', store])
    await host.listening()
    await expectWrong(['start', '--data', host.data, '--store', store], {
      code: 1,
      says: /in use by a running host; try another --data/,
      error: 'PEX_STORE_LOCKED'
    })
    host.kill('SIGTERM')
    expect((await host.ended).code).toBe(0)
  })

  it('no data directory, or an empty one, to look at', async () => {
    const data = temporaryDirectory()
    for (const command of ['id', 'view', 'sample']) {
      await expectWrong([command, '--data', join(data, 'none')], {
        code: 1,
        says: /no data directory/,
        error: 'PEX_DATA'
      })
      await expectWrong([command, '--data', data], {
        code: 1,
        says: /no identity in .*pex start/,
        error: 'PEX_DATA'
      })
    }
  })
})
