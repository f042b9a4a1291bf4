/** `pex probe` over real sockets: lists of every kind, verdicts for people and programs, and what its status says. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { tellVerdict } from '@pex/cometbft'
import type { Verdict } from '@pex/cometbft'
import { answerOf, rowOf, summary } from '../src/probe/answer.ts'
import { systemResolve } from '../src/probe/resolver.ts'
import { readTargets, targetsIn } from '../src/probe/targets.ts'
import { toolShapes } from '../src/tool-shapes.ts'
import { chain, cometNode, id, nobody } from './comet-nodes.ts'
import { pex, Running, temporaryDirectory } from './processes.ts'

function fileOf(text: string): string {
  const path = join(temporaryDirectory(), 'list')
  writeFileSync(path, text)
  return path
}

const other = 'ab'.repeat(20)

describe('a list', () => {
  it('has a target a line, or several, and comments', () => {
    const text = `# seeds\n${id}@a.example:1, ${id}@b.example:2 # two\n\n  "${id}@c.example:3"\r\nwrong\n`
    expect(targetsIn(text, 'f')).toEqual(
      [`${id}@a.example:1`, `${id}@b.example:2`, `${id}@c.example:3`, 'wrong'].map(target => ({ target }))
    )
  })

  it('may be a chain.json of a chain registry, which names the chain', () => {
    const file = {
      chain_name: 'testing',
      chain_id: chain,
      peers: {
        seeds: [{ id, address: 'a.example:1', provider: 'x' }],
        persistent_peers: [{ id, address: '[2001:db8::1]:2' }, { id }, null]
      }
    }
    expect(targetsIn(JSON.stringify(file), 'f')).toEqual([
      { target: `${id}@a.example:1`, chainId: chain },
      { target: `${id}@[2001:db8::1]:2`, chainId: chain },
      { target: `{"id":"${id}"}`, chainId: chain },
      { target: 'null', chainId: chain }
    ])
  })

  it('may be an addrbook.json, or an array', () => {
    const addrs = [
      { addr: { id, ip: '192.0.2.1', port: 1 } },
      { addr: { id, ip: '2001:db8::1', port: 2 } },
      17
    ]
    expect(targetsIn(JSON.stringify({ key: '', addrs }), 'f')).toMatchObject([
      { target: `${id}@192.0.2.1:1` },
      { target: `${id}@[2001:db8::1]:2` },
      { target: 'null' }
    ])
    expect(targetsIn(`["${id}@a.example:1"]`, 'f')).toEqual([{ target: `${id}@a.example:1` }])
  })

  it.each([
    ['{', /begins like JSON/],
    ['{"peers":{}}', /names no peers/],
    ['{"peers":null}', /names no peers/]
  ])('is none: %s', (text, why) => {
    expect(() => targetsIn(text, 'f')).toThrow(why)
  })

  it('with a chain id given has only that', () => {
    const path = fileOf(
      JSON.stringify({ chain_id: 'a-1', peers: { seeds: [{ id, address: 'a.example:1' }] } })
    )
    expect(readTargets(['x'], [path], undefined).map(({ chainId }) => chainId)).toEqual([undefined, 'a-1'])
    expect(readTargets(['x'], [path], 'b-1').map(({ chainId }) => chainId)).toEqual(['b-1', 'b-1'])
  })
})

describe('the command', () => {
  it('says of each what it found, in the order of the list, and that not all are well', async () => {
    const targets = [
      await cometNode('ok'),
      await nobody(),
      await cometNode('full'),
      await cometNode('pex-off'),
      (await cometNode('ok')).replace(id, other),
      await cometNode('silent'),
      'nonsense'
    ]
    const list = fileOf(targets.slice(1).join('\n'))
    const args = ['probe', targets[0]!, '--file', list, '--chain-id', chain, '--timeout', '1s']
    const [people, programs] = await Promise.all([pex(args), pex([...args, '--json'])])
    expect(people).toMatchObject({ code: 1, stderr: '' })
    const rows = people.stdout.trim().split('\n')
    expect(rows.slice(1, -1).map(row => row.split(' ', 1)[0])).toEqual([
      'ok',
      'refused',
      'full',
      'pex-off',
      'wrong-id',
      'full',
      'bad-target'
    ])
    expect(rows[1]).toMatch(/0\.38\.12 +testing-1 +made up +\d+ +names 1 address$/)
    expect(rows.at(-1)).toBe('1 of 7 ok, 2 full, 1 bad-target, 1 pex-off, 1 refused, 1 wrong-id')

    expect(programs).toMatchObject({ code: 1, stderr: '' })
    const lines = programs.stdout
      .trim()
      .split('\n')
      .map(line => v.parse(toolShapes.get('probe')!, JSON.parse(line)))
    const byTarget = new Map(lines.map(line => [line['target'], line]))
    expect(byTarget.get(targets[0])).toMatchObject({
      verdict: 'ok',
      addresses: [`${id}@203.0.113.7:26656`],
      node: { id, moniker: 'made up', network: chain },
      why: null
    })
    expect(byTarget.get(targets[4])).toMatchObject({ verdict: 'wrong-id', actual: id })
    expect(byTarget.get(targets[2])).toMatchObject({ verdict: 'full', certainty: 'likely' })
    expect(byTarget.get(targets[5])).toMatchObject({ verdict: 'full', certainty: 'possible' })
  })

  it('has status 0 where all are well, takes any chain where none is given, and the list from standard input', async () => {
    const run = new Running(['probe', '-', '--json'])
    run.child.stdin!.end(`${await cometNode('ok')}\n${await cometNode('ok')}`)
    expect(await run.ended).toMatchObject({ code: 0 })
    expect(run.stdout.trim().split('\n')).toHaveLength(2)
    for (const line of run.stdout.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ verdict: 'ok', node: { network: chain } })
  })

  it('names the chain that a node is on instead', async () => {
    const { code, stdout } = await pex(['probe', await cometNode('ok'), '--chain-id', 'other-2'])
    expect(code).toBe(1)
    expect(stdout).toContain('its chain is "testing-1"')
  })

  it('ended by a signal prints what it has, and says so', async () => {
    const [quick, slow] = [await cometNode('ok'), await cometNode('silent')]
    const run = new Running(['probe', quick, slow, '--timeout', '30s', '--json', '--concurrency', '1'])
    // The line is none of an event, so that this rejects as soon as it is there.
    await run.when(() => false).catch(() => {})
    run.kill('SIGINT')
    expect(await run.ended).toMatchObject({ code: 130 })
    expect(run.stderr).toMatch(/^pex: stopped \(SIGINT\) before all were probed\n$/)
    expect(run.stdout.trim().split('\n')).toHaveLength(1)
  })

  it.each<[string, string[], RegExp]>([
    ['no target', [], /there is no target; try id@host:port/],
    ['a file that is not there', ['--file', '/none'], /\/none cannot be read \(ENOENT\)/],
    ['an empty chain id', ['x', '--chain-id', ''], /--chain-id is empty/],
    ['no probes at once', ['x', '--concurrency', '0'], /--concurrency "0".*1 to 256/],
    ['too many', ['x', '--concurrency', '257'], /--concurrency "257"/],
    ['no time', ['x', '--timeout', '3'], /--timeout "3" is not a duration/],
    ['too much of it', ['x', '--timeout', '2m'], /--timeout "2m" is out of range/],
    ['a moniker that nodes refuse', ['x', '--moniker', 'é'], /--moniker "é".*ASCII/],
    ['two lists on one standard input', ['-', '-'], /cannot be read twice/]
  ])('refuses %s', async (_, args, says) => {
    const { code, stdout, stderr } = await pex(['probe', ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^pex: [^\n]+; try [^\n]+\n$/)
    expect(stderr).toMatch(says)
  })
})

describe('a verdict', () => {
  const bad: Verdict = {
    target: `${id}@evil\u001B[2J\n.example:1`,
    verdict: 'wrong-chain',
    chain: 'x\u001B[31m\ny',
    node: {
      protocol: { p2p: 8, block: 11, app: 0 },
      id,
      listenAddress: '',
      network: 'x\u001B[31m\ny',
      version: '1'.repeat(100),
      channels: [0],
      moniker: '\u009B31m',
      txIndex: '',
      rpcAddress: ''
    },
    latency: { connectMs: 1.4 },
    elsewhere: [{ place: { ip: '192.0.2.1', port: 1 }, verdict: 'refused' }]
  }

  it('shows nothing of a stranger that could move the cursor, and no more than fits', () => {
    for (const cell of rowOf(bad)) {
      expect(cell).not.toMatch(/\p{Cc}/u)
      expect(cell.length).toBeLessThan(100)
    }
    expect(tellVerdict(bad)).not.toMatch(/\p{Cc}/u)
    expect(v.is(toolShapes.get('probe')!, answerOf(bad))).toBe(true)
  })

  it('is counted, the commonest first', () => {
    const dead: Verdict = { target: 'x', verdict: 'refused', latency: {}, elsewhere: [] }
    expect(summary([bad, dead, dead])).toBe('0 of 3 ok, 2 refused, 1 wrong-chain')
    expect(summary([])).toBe('0 of 0 ok')
  })
})

describe('the resolver', () => {
  it('finds the names of this machine, and says of what there is not that there is none', async () => {
    const resolve = systemResolve()
    const { signal } = new AbortController()
    expect(await resolve('localhost', { signal })).toContain('127.0.0.1')
    await expect(resolve('nobody.invalid', { signal })).rejects.toMatchObject({
      code: expect.stringMatching(/^E/)
    })
  })
})
