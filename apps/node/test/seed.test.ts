/** `pex seed` in a process of its own, over real sockets: it introduces, serves, stops in order, and survives kill -9. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addrbookJson } from '@pex/address-book'
import { probe } from '@pex/cometbft'
import type { Verdict } from '@pex/cometbft'
import { formatNodeKey, parseNodeKey, seededKey } from '@pex/switch'
import { tcp } from '@pex/switch/tcp'
import { describe, expect, it } from 'vitest'
import { seedShapes, crawlShapes } from '../src/chain-shapes.ts'
import { systemClock as clock, systemRng as rng } from '../src/system.ts'
import { chain, chainNode } from './chain-nodes.ts'
import { pex, Running, temporaryDirectory } from './processes.ts'

function seedOn(data: string, more: readonly string[] = []): Running {
  const listen = ['--listen', '127.0.0.1:0', '--crawl', '1s', '--status', '1s']
  return new Running(['seed', '--json', '--chain-id', chain, '--data', data, ...listen, ...more])
}

async function textOf(seed: Running): Promise<string> {
  const { id, addrs } = await seed.event('started')
  return `${String(id)}@${(addrs as string[])[0]!}`
}

function ask(target: string): Promise<Verdict> {
  return probe(target, { chainId: chain, carrier: tcp(), clock, rng })
}

describe('pex seed', () => {
  it('introduces nodes that know only it, keeps its book through kill -9, and stops in order', async () => {
    const data = temporaryDirectory()
    const seed = seedOn(data)
    const text = await textOf(seed)
    const nodes = [await chainNode({ seeds: [text] }), await chainNode({ seeds: [text] })]
    // They meet: each is a peer of the other.
    const ids = nodes.map(({ address }) => address.id)
    await Promise.all(
      ids.map(id => seed.until(({ event, id: other }) => event === 'reached' && other === id))
    )
    await new Promise<void>(resolve => {
      if (nodes[0]!.net.peers.has(ids[1]!)) resolve()
      nodes[0]!.net.notify(
        ({ kind }) => kind === 'peer-added' && nodes[0]!.net.peers.has(ids[1]!) && resolve()
      )
    })
    const from = seed.lines.length
    await seed.until(({ event, size }) => event === 'book-saved' && size === 2, from)
    seed.kill('SIGKILL')
    await seed.ended
    for (const { net } of nodes) await net.stop()

    const again = seedOn(data)
    expect(await again.event('book-loaded')).toMatchObject({ size: 2, setAside: null })
    const answer = await ask(await textOf(again))
    expect(answer).toMatchObject({ verdict: 'ok' })
    expect(answer.verdict === 'ok' && answer.addresses.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    expect((await again.event('status'))['book']).toMatchObject({ tried: 2, showable: 2 })
    again.kill('SIGTERM')
    expect(await again.ended).toEqual({ code: 0, signal: null })
    expect(again.lines.slice(-2).map(({ event }) => event)).toEqual(['status', 'stopped'])
    expect(again.stderr).toBe('')
  })

  it('has one key for ever, which may be that of a node of CometBFT', async () => {
    const data = temporaryDirectory()
    const key = seededKey(new Uint8Array(32).fill(9))
    writeFileSync(join(data, 'node_key.json'), formatNodeKey(key), { mode: 0o600 })
    const seed = seedOn(data)
    expect(await seed.event('started')).toMatchObject({ id: key.id })
    const fresh = temporaryDirectory()
    const one = seedOn(fresh)
    const { id } = await one.event('started')
    one.kill('SIGINT')
    await one.ended
    expect(await seedOn(fresh).event('started')).toMatchObject({ id })
    const path = join(fresh, 'node_key.json')
    expect(parseNodeKey(readFileSync(path, 'utf8')).id).toBe(id)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(existsSync(join(fresh, 'addrbook.json'))).toBe(true)
  })

  it('serves its metrics', async () => {
    const seed = seedOn(temporaryDirectory(), ['--metrics', '127.0.0.1:0'])
    const { metrics } = await seed.event('started')
    const page = await (await fetch(String(metrics))).text()
    expect(page).toMatch(/^pex_seed_showable_peers 0$/m)
    expect(page).toMatch(/^pex_switch_peers\{direction="inbound"\} 0$/m)
    expect(page).toMatch(/^pex_address_book_peers\{state="tried"\} 0$/m)
    seed.kill('SIGTERM')
    expect(await seed.ended).toMatchObject({ code: 0 })
  })

  it('sets a book aside that is none, and makes a new one', async () => {
    const data = temporaryDirectory()
    writeFileSync(join(data, 'addrbook.json'), '{"key": broken')
    const seed = seedOn(data)
    const { setAside } = await seed.event('book-loaded')
    expect(readFileSync(String(setAside), 'utf8')).toBe('{"key": broken')
    seed.kill('SIGTERM')
    await seed.ended
    expect(addrbookJson.read(readFileSync(join(data, 'addrbook.json'), 'utf8'))?.problems).toEqual([])
    expect(readdirSync(data).filter(name => name.includes('corrupt'))).toHaveLength(1)
  })

  it('tells people who it is, how it stands, and that it stops', async () => {
    const data = temporaryDirectory()
    const args = ['seed', '--chain-id', chain, '--data', data, '--listen', '127.0.0.1:0', '--status', '1s']
    const run = new Running([...args, '--external-address', 'seed.example.com:26656'])
    await run.when(() => / in, /.test(run.stdout))
    run.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ code: 0 })
    expect(run.stdout).toMatch(/I am [0-9a-f]{40}@seed\.example\.com:26656 on testing-1; Ctrl-C stops/)
    expect(run.stdout).toMatch(/up .*: 0 in, 0 out; 0 known, 0 met, 0 shown; 0 banned; 0 answers given/)
    expect(run.stdout).toMatch(/stopping \(SIGTERM\)\n.*\n.*stopped\n$/)
  })

  it.each<[string, readonly string[], RegExp, number]>([
    ['no data directory', ['--chain-id', 'x'], /--data/, 2],
    [
      'a place that is none',
      ['--chain-id', 'x', '--listen', 'localhost'],
      /"localhost" is no place to listen at/,
      2
    ],
    [
      'an external address that is none',
      ['--chain-id', 'x', '--external-address', 'x'],
      /no host and port/,
      2
    ],
    ['an id that is none', ['--chain-id', 'x', '--private-id', 'x'], /"x" is no node id/, 2],
    [
      'a place of somebody else',
      ['--chain-id', 'x', '--listen', '192.0.2.1:1'],
      /cannot listen on 192\.0\.2\.1:1/,
      1
    ]
  ])('%s is said', async (name, args, says, code) => {
    const data = name === 'no data directory' ? [] : ['--data', temporaryDirectory()]
    const ran = await pex(['seed', ...args, ...data])
    expect(ran).toMatchObject({ code })
    expect(ran.stderr).toMatch(says)
  })
})

describe('README.md', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  it.each([
    ['crawl', crawlShapes],
    ['seed', seedShapes]
  ] as const)('documents every line of pex %s with every field, and no other', (command, shapes) => {
    const section = readme.split(`### Lines of \`pex ${command} --json\`\n`)[1]!.split('\n#')[0]!
    const codes = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(match => match[1]!)
    const rows = section.split('\n').filter(line => line.startsWith('| `'))
    const documented = rows.map(row => {
      const [first, second] = row.split('|').slice(1)
      return [codes(first!)[0]!, codes(second!)]
    })
    const ours = [...shapes].filter(([name]) => name !== 'error')
    expect(new Map(documented as [string, string[]][])).toEqual(
      new Map(
        ours.map(([name, { entries }]) => [
          name,
          Object.keys(entries).filter(key => key !== 'at' && key !== 'event')
        ])
      )
    )
  })
})
